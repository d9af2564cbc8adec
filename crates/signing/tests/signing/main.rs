//! Signatures proved through the public surface: against the provider's SDK, and against requests that were changed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod alike;
mod authorization;
mod changes;
mod date;
mod refusals;
mod secrets;
mod support;
mod vectors;
