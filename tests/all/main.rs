//! Everything that proves that contract, code and wire agree. One binary, so that it links once.

#![allow(
    unreachable_pub,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test binary has no outside, and panics to fail"
)]

mod support;

mod client_cases;
mod closed_loop;
mod derived_requests;
mod examples;
mod fixtures;
mod foreign;
mod intermediaries;
mod mutants;
mod pages;
mod permissions;
mod readme;
mod schemas;
mod server_cases;
mod stub;
