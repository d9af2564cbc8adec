//! What the comparison says of the repository's own contract, changed in every way that a test can think of.

#![allow(clippy::expect_used, reason = "a test that panics has failed, which is what it is for")]

mod classes;
mod mutants;
mod never_silent;
mod second_opinion;
mod support;
