//! `untag` as a process: run as an operator runs it, against `untagd` as a process, with nothing of this process'
//! environment.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed, helpers included"
)]

mod applying;
mod configure;
mod conformance;
mod dry_run;
mod exits;
mod help;
mod hostile;
#[path = "../support/journal.rs"]
mod journaled;
mod readme;
mod removing;
mod service;
mod session;
mod sign;
mod support;
mod terminal;
#[path = "../support/until.rs"]
mod until;
mod whoami;
