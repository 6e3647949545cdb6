//! Stories between servers.

mod delivery;
mod hosts;
mod sink;
mod statements;
mod storage;
