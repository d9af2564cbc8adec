//! The site: what the generator writes and what it refuses, and every page in a browser.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that panics has failed, helpers included"
)]

mod browser;
mod chromium;
mod content;
mod service;
mod site;
