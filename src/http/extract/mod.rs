//! What handlers read from a request.

pub mod accept;
pub mod peer;
pub mod posted;
pub mod session;
pub mod visit;
