//! Stories between servers.

mod statements;
