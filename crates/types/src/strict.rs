//! Reads JSON the way a server must: what the type's own `Deserialize` would forgive is an error here.
//!
//! An adapter stands between `serde_json` and the type, and sees every value that passes. It refuses unknown members,
//! members that stand there twice, `null` where the contract does not say `nullable`, arrays in the place of objects,
//! numbers out of range, text after the value, and nesting beyond [`MAX_DEPTH`]. On the way in it allocates nothing;
//! only an error that unwinds collects the path it comes from.
//!
//! Where another crate of the build turns on `arbitrary_precision` of `serde_json`, numbers arrive in disguise; they are
//! then refused, never misread.

mod adapter;
mod error;
mod visitor;

use crate::path::Path;
use crate::shape::ShapeError;
use error::{Error, Stash};
use serde::de::DeserializeOwned;

/// How many arrays and objects may be open at once.
pub const MAX_DEPTH: u8 = 100;

/// Reads a value of any type from JSON text, strictly. Limits are not checked; that is [`validate`](crate::validate).
///
/// Enums must be written as strings: the contract has no others.
///
/// # Errors
/// The first thing found that is not as the type has it.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ShapeError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ShapeError::new(Path::default(), "is empty; JSON is expected"));
    }
    let stash = Stash::default();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = T::deserialize(adapter::Strict::root(&mut json, &stash)).map_err(Error::into_shape)?;
    json.end().map_err(|error| stash.recover(&error).into_shape())?;
    Ok(value)
}
