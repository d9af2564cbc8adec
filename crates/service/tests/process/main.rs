//! `untagd` as a process: started as an operator starts it, spoken to over sockets, and ended in every way there is.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed, helpers included"
)]

mod configuration;
mod dev;
mod docs;
mod faults;
mod follow;
mod kill;
mod load;
mod policies;
mod postgres;
mod sdk;
mod shutdown;
mod statuses;
#[allow(dead_code, unused_imports, reason = "other test binaries use the rest")]
#[path = "../support/mod.rs"]
mod support;
mod trail;
mod transfer;
