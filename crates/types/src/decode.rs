//! How values of generated types are read from any serde format.
//!
//! [`Decode`] is `Deserialize` with the contract's grammar: two types of other crates, [`Uuid`] and [`DateTime`], read
//! more than their formats allow, and their own `Deserialize` cannot be changed. Every other type decodes the way it
//! deserializes.

use crate::{DateTime, Uuid, format};
use serde::de::{DeserializeSeed, Error, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;

/// A value that can be read as the contract writes it. Limits are not checked.
pub trait Decode: Sized {
    /// Reads a value.
    ///
    /// # Errors
    /// What is read is not of the value's type.
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Types that decode the way they deserialize.
macro_rules! as_deserialize {
    ($($name:ty),*) => {
        $(impl Decode for $name {
            fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize(deserializer)
            }
        })*
    };
}

as_deserialize!(bool, i32, i64, f64, String);

impl Decode for Uuid {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Formatted(format::UUID, format::uuid))
    }
}

impl Decode for DateTime {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Formatted(format::DATE_TIME, format::date_time))
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::decode(deserializer).map(Self::new)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Items(PhantomData))
    }
}

/// Decodes one value where serde asks for a seed.
pub(crate) struct Seed<T>(PhantomData<T>);

impl<T> Seed<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Decode> DeserializeSeed<'de> for Seed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::decode(deserializer)
    }
}

/// A text with a grammar, and what it must look like.
struct Formatted<T>(&'static str, fn(&str) -> Option<T>);

impl<T> Visitor<'_> for Formatted<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.1)(text).ok_or_else(|| E::invalid_value(Unexpected::Other("another text"), &self.0))
    }
}

struct Items<T>(PhantomData<T>);

impl<'de, T: Decode> Visitor<'de> for Items<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(Seed::new())? {
            all.push(item);
        }
        Ok(all)
    }
}
