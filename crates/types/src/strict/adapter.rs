//! The deserializer that a type reads from: `serde_json`'s, with a [`Guard`] in front of every visitor.

use super::error::{Error, Stash, unknown_member};
use super::visitor::{Guard, Want};
use crate::nullable::NULLABLE;
use serde::Deserializer;
use serde::de::value::StrDeserializer;
use serde::de::{self, Visitor};
use std::fmt;

/// What is known about the place of a value.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// A member of a struct with these members. A value that is ignored here belongs to a member it does not have.
    MemberOf(&'static [&'static str]),
    /// `null` is allowed here.
    Nullable,
    Elsewhere,
}

pub(super) struct Strict<'s, D> {
    pub(super) json: D,
    pub(super) stash: &'s Stash,
    pub(super) depth: u8,
    pub(super) place: Place,
}

impl<'s, D> Strict<'s, D> {
    pub(super) fn root(json: D, stash: &'s Stash) -> Self {
        Self { json, stash, depth: 0, place: Place::Elsewhere }
    }
}

impl<'de, D: Deserializer<'de>> Strict<'_, D> {
    /// Reads whatever is there, and lets the visitor have it if it is what the type wants. Asking `serde_json` for the
    /// type instead would leave the refusal, and its wording, to `serde_json`.
    fn read<V: Visitor<'de>>(self, want: Want, visitor: V) -> Result<V::Value, Error> {
        let guard = Guard { visitor, want, stash: self.stash, depth: self.depth };
        self.json.deserialize_any(guard).map_err(|error| self.stash.recover(&error))
    }
}

macro_rules! read {
    ($($method:ident => $want:expr,)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.read($want, visitor)
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<'_, D> {
    type Error = Error;

    read! {
        deserialize_any => Want::Any,
        deserialize_bool => Want::Boolean,
        deserialize_i8 => Want::Integer(8),
        deserialize_i16 => Want::Integer(16),
        deserialize_i32 => Want::Integer(32),
        deserialize_i64 => Want::Integer(64),
        deserialize_u8 => Want::Integer(8),
        deserialize_u16 => Want::Integer(16),
        deserialize_u32 => Want::Integer(32),
        deserialize_u64 => Want::Integer(64),
        deserialize_f32 => Want::Number,
        deserialize_f64 => Want::Number,
        deserialize_char => Want::Text,
        deserialize_str => Want::Text,
        deserialize_string => Want::Text,
        deserialize_bytes => Want::Any,
        deserialize_byte_buf => Want::Any,
        deserialize_unit => Want::Null,
        deserialize_seq => Want::Array,
        deserialize_map => Want::Object(None),
        deserialize_identifier => Want::Text,
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let nullable = matches!(self.place, Place::Nullable);
        self.json
            .deserialize_option(Maybe { visitor, nullable, stash: self.stash, depth: self.depth })
            .map_err(|error| self.stash.recover(&error))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let place = if name == NULLABLE { Place::Nullable } else { self.place };
        visitor.visit_newtype_struct(Self { place, ..self })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        members: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.read(Want::Object(Some(members)), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.read(Want::Text, Variant(visitor))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.read(Want::Null, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.read(Want::Array, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.read(Want::Array, visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.place {
            Place::MemberOf(members) => Err(unknown_member(members)),
            Place::Nullable | Place::Elsewhere => self.read(Want::Any, visitor),
        }
    }
}

/// Stands in front of the visitor of an `Option`: to serde `null` is nothing, to the contract it is a value.
struct Maybe<'s, V> {
    visitor: V,
    nullable: bool,
    stash: &'s Stash,
    depth: u8,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Maybe<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        if self.nullable {
            self.visitor.visit_none().map_err(|error| self.stash.put(error))
        } else {
            Err(self.stash.put(Error::new("must not be null; leave it out instead")))
        }
    }

    fn visit_some<D: Deserializer<'de>>(self, json: D) -> Result<V::Value, D::Error> {
        let strict = Strict { json, stash: self.stash, depth: self.depth, place: Place::Elsewhere };
        self.visitor.visit_some(strict).map_err(|error| self.stash.put(error))
    }
}

/// Turns a string into the enum variant of that name.
struct Variant<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Variant<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<V::Value, E> {
        self.0.visit_enum(StrDeserializer::new(name))
    }
}
