#![doc = include_str!("../README.md")]

// Generated code names this crate by its absolute path, as the fixtures' generated code does.
extern crate self as untag_client;

mod base_url;
mod builder;
#[rustfmt::skip]
mod generated;
pub mod header;
pub mod operation;
pub mod path;
pub mod response;
pub mod transport;

pub use base_url::{BaseUrl, InvalidBaseUrl};
pub use builder::{BuildError, ClientBuilder};
pub use generated::Client;
pub use progenitor_client::{Error, ResponseValue};
pub use reqwest;
pub use untag_types as types;
