//! The commands, one module each: what is typed, and what it does.

pub mod apply;
pub mod completions;
pub mod configure;
pub mod conformance;
pub mod deletion;
pub mod desktop;
pub mod man;
pub mod resource;
pub mod sign;
pub mod whoami;
