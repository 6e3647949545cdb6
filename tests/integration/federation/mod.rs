//! Stories between servers.

mod admission;
mod catalogue;
mod dark;
mod debate;
mod deletions;
mod delivery;
pub(crate) mod events;
mod external_statements;
mod hosts;
mod polls;
mod questions;
mod quotes;
pub(crate) mod sink;
mod statements;
mod storage;
mod wire;
