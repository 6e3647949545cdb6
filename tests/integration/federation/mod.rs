//! Stories between servers.

mod delivery;
mod statements;
