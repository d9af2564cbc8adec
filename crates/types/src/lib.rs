#![doc = include_str!("../README.md")]

// Generated code names this crate by its path from outside, here and in the fixtures.
extern crate self as untag_types;

pub mod constraint;
pub mod decode;
pub mod format;
mod macros;
pub mod nullable;
pub mod object;
pub mod parameter;
pub mod path;
pub mod schema;
pub mod secret;
pub mod shape;
pub mod strict;
pub mod validate;
pub mod violation;

// Laid out by the generator, which rustfmt would only undo.
#[rustfmt::skip]
#[allow(clippy::doc_markdown, reason = "descriptions are the contract's prose, not identifiers")]
mod generated;

// Every schema of the contract by its name; which ones there are is the contract's to say.
pub use generated::*;
pub use uuid::Uuid;

/// A moment with its offset from UTC, as `format: date-time` has it.
pub type DateTime = chrono::DateTime<chrono::FixedOffset>;
