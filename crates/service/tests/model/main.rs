//! Random sequences of imports, deletions, refusals and restorations, by several callers, with faults and restarts, held
//! against a model of a few lines: answers, tags and audit trail must be those of some order of what was asked.
//!
//! `UNTAG_MODEL_SEQUENCES` says how many sequences are run, `UNTAG_MODEL_SEED` which is the first. A sequence follows from
//! its seed alone; one that fails is made smaller and printed, with the command that runs it again.
//!
//! Not proptest: it brings a second version of `rand`, and it believes a candidate for a smaller failure after one run,
//! where threads and kills make a failure come and go.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed, helpers included"
)]

mod callers;
mod house;
mod model;
mod observed;
mod operation;
mod order;
mod phase;
mod postgres;
mod sequence;
mod sqlite;
#[allow(dead_code, unused_imports, reason = "other test binaries use the rest")]
#[path = "../support/mod.rs"]
mod support;
mod trial;
