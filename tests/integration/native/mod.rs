//! Our own API, as an app that knows the debate sees it.

mod description;
mod reading;
mod writing;
