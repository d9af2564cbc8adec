//! What the suites share: the contract and its cases as they stand in the repository, servers to talk to, HTTP as bytes, and
//! terminals to follow a page in.

pub mod cases;
pub mod contract;
pub mod dev;
pub mod example;
pub mod kit;
pub mod markdown;
pub mod program;
pub mod service;
pub mod shell;
pub mod untagd;
pub mod wire;
