//! The `plenum` command: parse the command line, run it, turn an error into an exit code.

use std::process::ExitCode;

use clap::Parser;
use plenum::cli::Command;

fn main() -> ExitCode {
    plenum::cli::run(Command::parse())
}
