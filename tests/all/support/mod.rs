//! What the suites share: the contract and its cases as they stand in the repository, servers to talk to, and HTTP as bytes.

pub mod cases;
pub mod contract;
pub mod example;
pub mod program;
pub mod service;
pub mod untagd;
pub mod wire;
