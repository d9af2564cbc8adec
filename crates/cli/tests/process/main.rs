//! `untag` as a process: run as an operator runs it, against `untagd` as a process, with nothing of this process'
//! environment.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed, helpers included"
)]

mod applying;
mod configure;
mod dry_run;
mod exits;
mod help;
mod readme;
mod removing;
mod service;
mod sign;
mod support;
mod terminal;
mod whoami;
