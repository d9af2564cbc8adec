//! What the commands do to a repository, seen from outside.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]
#![allow(clippy::disallowed_methods, reason = "what a test that crashes leaves behind does not matter")]

mod codegen;
mod contract_diff;
mod contract_release;
mod drift;
mod help;
mod interrupted;
mod plan;
mod release;
mod report;
mod repository;
