#![doc = include_str!("../README.md")]

extern crate self as untag_server;

pub mod authentication;
pub mod body;
pub mod document;
pub mod exchange;
mod fallback;
pub mod headers;
pub mod path;
pub mod query;
pub mod reply;
mod request_id;
mod route;

#[rustfmt::skip]
mod generated;

#[rustfmt::skip]
#[path = "generated/contract.rs"]
pub mod contract;

pub use authentication::{Authenticate, Authenticated, AuthenticationError, Credentials, Presented, Token};
pub use exchange::Limits;
pub use fallback::{method_not_allowed, not_found};
// By name as the contract grows: everything in there is public API by construction.
pub use generated::*;
pub use request_id::RequestId;
pub use route::Route;
pub use untag_types::validate::Valid;
