//! `untag apply` against `untagd` on a real store, over real sockets; and behind a gateway that has answers of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed, helpers included"
)]

mod credentials;
mod failing;
mod gateway;
mod input;
mod journal;
#[path = "../support/journal.rs"]
mod journaled;
mod kill;
mod limits;
mod memory;
mod preview;
mod program;
mod service;
mod stopping;
mod support;
#[path = "../support/until.rs"]
mod until;
mod whole;
