//! Stories between servers.

mod debate;
mod delivery;
mod hosts;
mod polls;
mod sink;
mod statements;
mod storage;
