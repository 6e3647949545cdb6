//! Stories between servers.

mod delivery;
mod hosts;
mod polls;
mod sink;
mod statements;
mod storage;
