//! Our own API, as an app that knows the debate sees it.

mod attributions;
mod comparing;
mod completeness;
mod description;
mod drafts;
mod external_statements;
mod going_on;
mod moves;
mod reading;
mod statements;
pub(crate) mod writing;
