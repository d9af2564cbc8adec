//! The front over real sockets: what an operator's clients, slow ones and broken ones get to see.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed, helpers included"
)]

mod crowd;
mod floods;
mod gateway;
mod http;
mod limits;
mod room;
mod shutdown;
mod support;
mod tls;
mod unreadable;
