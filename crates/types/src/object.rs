//! How generated objects are read: from JSON objects only.
//!
//! serde's derive gives every struct a `visit_seq` too, so that `["key", "value"]` reads as a struct of two fields. On
//! the wire that is another document: `[[],[{"key":"k"}]]` once passed for a deletion here. [`read`] has one visitor
//! for all objects, and it has no `visit_seq`; what is left to generate is the match on a member's name.

use crate::decode::{Decode, Seed};
use crate::path::cut;
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// A type that JSON writes as an object with fixed members.
pub trait Object: Sized {
    /// The schema's name.
    const NAME: &'static str;
    /// The names of all members, in the order of the contract.
    const MEMBERS: &'static [&'static str];

    /// Reads the members of one object.
    ///
    /// # Errors
    /// A member is missing, of the wrong type, there twice, or not known where that is refused.
    fn read<'de, A: MapAccess<'de>>(members: Members<'de, A>) -> Result<Self, A::Error>;
}

/// Reads an object.
///
/// # Errors
/// What is read is not an object, or [`Object::read`] refuses its members.
pub fn read<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_struct(T::NAME, T::MEMBERS, ObjectVisitor(PhantomData))
}

/// The members of an object that is being read, in the order in which they stand there.
#[derive(Debug)]
pub struct Members<'de, A> {
    map: A,
    text: PhantomData<&'de str>,
}

impl<'de, A: MapAccess<'de>> Members<'de, A> {
    /// The name of the next member. One of the methods below must follow.
    ///
    /// # Errors
    /// The format's.
    pub fn next_name(&mut self) -> Result<Option<Cow<'de, str>>, A::Error> {
        self.map.next_key_seed(Name)
    }

    /// Reads the member's value. `null` is a value like any other: right for a `Nullable`, wrong for the rest.
    ///
    /// # Errors
    /// The value is not of its type, or the member has been there before.
    pub fn read<T: Decode>(&mut self, member: &mut Member<T>) -> Result<(), A::Error> {
        member.expect_empty()?;
        member.content = Content::Value(self.map.next_value_seed(Seed::new())?);
        Ok(())
    }

    /// Reads the value of an optional member the lenient way: `null` means that the member is absent.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_leniently<T: Decode>(&mut self, member: &mut Member<T>) -> Result<(), A::Error> {
        member.expect_empty()?;
        let value = self.map.next_value_seed(Lenient(PhantomData))?;
        member.content = value.map_or(Content::Null, Content::Value);
        Ok(())
    }

    /// Passes over a member that the contract does not know.
    ///
    /// # Errors
    /// The format's.
    pub fn ignore(&mut self) -> Result<(), A::Error> {
        self.map.next_value::<IgnoredAny>().map(drop)
    }

    /// Refuses a member that the contract does not know.
    ///
    /// # Errors
    /// Always.
    pub fn refuse<T: Object>(&mut self, name: &str) -> Result<(), A::Error> {
        Err(A::Error::unknown_field(&cut(name), T::MEMBERS))
    }
}

/// One member of an object that is being read.
#[derive(Debug)]
pub struct Member<T> {
    name: &'static str,
    content: Content<T>,
}

#[derive(Debug)]
enum Content<T> {
    Empty,
    Null,
    Value(T),
}

impl<T> Member<T> {
    /// A member of this name that has not been seen yet.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, content: Content::Empty }
    }

    /// The value of a member that must be there.
    ///
    /// # Errors
    /// It was not.
    pub fn required<E: Error>(self) -> Result<T, E> {
        let name = self.name;
        self.optional().ok_or_else(|| E::missing_field(name))
    }

    /// The value of a member that may be missing.
    #[must_use]
    pub fn optional(self) -> Option<T> {
        match self.content {
            Content::Value(value) => Some(value),
            Content::Empty | Content::Null => None,
        }
    }

    fn expect_empty<E: Error>(&self) -> Result<(), E> {
        match self.content {
            Content::Empty => Ok(()),
            Content::Null | Content::Value(_) => Err(E::duplicate_field(self.name)),
        }
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::read(Members { map, text: PhantomData })
    }
}

/// A member's name, borrowed from the text wherever nothing in it is escaped.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }

    fn visit_string<E: Error>(self, name: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name))
    }
}

/// A value, or nothing for `null`.
struct Lenient<T>(PhantomData<T>);

impl<'de, T: Decode> DeserializeSeed<'de> for Lenient<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Decode> Visitor<'de> for Lenient<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::decode(deserializer).map(Some)
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }
}
