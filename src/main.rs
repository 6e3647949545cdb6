//! The `plenum` command.

fn main() {}
