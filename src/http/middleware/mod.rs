//! What happens to every request on its way in, and to every answer on its way out.

pub mod drain;
pub mod headers;
pub mod networks;
pub mod pages;
