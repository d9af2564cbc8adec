//! The front half through its public face: which documents are accepted, what is said of the others, what is left of them.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "test data are files, and a test that panics has failed"
)]

mod documents;
mod lint;
mod lower;
mod never_panics;
mod support;
