//! Attacks on a real `untagd`, over real sockets: what each tries, and what must hold. Whatever is refused, the tests also read
//! the database: nothing goes that was not named. SECURITY.md names every test of this binary; [`listed`] sees to it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed, helpers included"
)]

mod framing;
mod guessing;
mod injection;
mod listed;
mod logs;
mod paths;
mod people;
mod policies;
mod postgres;
mod scene;
mod secrets;
mod signatures;
mod sizes;
mod slow;
#[allow(dead_code, unused_imports, reason = "other test binaries use the rest")]
#[path = "../support/mod.rs"]
mod support;
mod tenants;
