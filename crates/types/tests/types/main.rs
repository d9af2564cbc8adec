//! The types as a user of the crate meets them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod constructs;
mod lenient;
mod limits;
mod parameters;
mod secrets;
mod strict;
