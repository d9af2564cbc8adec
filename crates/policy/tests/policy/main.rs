//! Everything about policies that shows from outside.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod decisions;
mod message;
mod properties;
mod refusals;
