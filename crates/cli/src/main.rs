//! `untag`: hands the command line to the library beside it, where the tests can reach everything.

use std::process::ExitCode;

fn main() -> ExitCode {
    untag_cli::run()
}
