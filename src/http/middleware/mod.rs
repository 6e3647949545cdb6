//! What happens to every answer on its way out.

pub mod headers;
pub mod pages;
