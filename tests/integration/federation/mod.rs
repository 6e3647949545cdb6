//! Stories between servers.

mod admission;
mod catalogue;
mod copies;
mod dark;
mod debate;
mod deletions;
mod delivery;
mod envelopes;
pub(crate) mod events;
pub(crate) mod external_statements;
mod floods;
mod gaps;
mod hosts;
mod late;
mod listing;
mod polls;
mod questions;
mod quotes;
mod reach;
mod reaching;
pub(crate) mod sink;
mod statements;
mod storage;
mod successions;
mod ties;
mod wire;
mod workers;
