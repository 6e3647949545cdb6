//! Stories between servers.

mod catalogue;
mod dark;
mod debate;
mod delivery;
mod hosts;
mod polls;
mod quotes;
mod sink;
mod statements;
mod storage;
