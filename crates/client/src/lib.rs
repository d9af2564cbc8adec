#![doc = include_str!("../README.md")]

// Generated code names this crate by its absolute path, as the fixtures' generated code does.
extern crate self as untag_client;

pub mod answer;
mod base_url;
#[cfg(feature = "blocking")]
pub mod blocking;
mod builder;
mod clock;
pub mod credentials;
mod endpoint;
mod error;
#[rustfmt::skip]
mod generated;
pub mod header;
pub mod operation;
pub mod path;
mod retry;
mod signing;
mod tags;
mod tidy;
mod trace;
pub mod transport;

pub use base_url::{BaseUrl, InvalidBaseUrl};
pub use builder::{BuildError, ClientBuilder};
pub use error::{Error, Failure};
pub use generated::Client;
pub use progenitor_client::ResponseValue;
pub use reqwest;
pub use retry::RetryPolicy;
pub use tags::{Batches, TagToRemove, UntagAllError, Untagged};
pub use untag_types as types;
