//! Data in and out of a real store: what goes in comes out, and what is wrong is said and goes nowhere.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bad_lines;
mod endings;
mod million;
mod round_trip;
mod support;
