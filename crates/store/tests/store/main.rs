//! Every store behaves alike: one suite, run against each implementation, and what only one of them can do wrong.

#![allow(
    unreachable_pub,
    clippy::missing_panics_doc,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test binary has no outside, and panics to fail"
)]

#[macro_use]
mod behaviour;
#[path = "../support/mod.rs"]
mod support;

mod postgres;
mod sqlite;
