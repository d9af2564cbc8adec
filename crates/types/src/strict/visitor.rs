//! Stands in front of a type's visitor: lets through what the type has asked for, and says what it got otherwise.

use super::MAX_DEPTH;
use super::adapter::{Place, Strict};
use super::error::{Error, Stash, duplicate_member};
use crate::path::{Segment, cut};
use serde::Deserializer;
use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

/// What a type asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// Whatever is there.
    Any,
    Null,
    Boolean,
    /// An integer of this many bits.
    Integer(u8),
    Number,
    Text,
    Array,
    /// An object; of a struct, the names of its members.
    Object(Option<&'static [&'static str]>),
}

impl Want {
    fn name(self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Integer(_) => "an integer",
            Self::Number => "a number",
            Self::Text => "a string",
            Self::Array => "an array",
            Self::Object(_) => "an object",
        }
    }
}

pub(super) struct Guard<'s, V> {
    pub(super) visitor: V,
    pub(super) want: Want,
    pub(super) stash: &'s Stash,
    pub(super) depth: u8,
}

impl<V> Guard<'_, V> {
    fn refuse<T, E: de::Error>(&self, found: &str) -> Result<T, E> {
        Err(self.stash.put(Error::new(format!("must be {}, not {found}", self.want.name()))))
    }

    fn out_of_range(bits: u8) -> Error {
        Error::new(format!("is out of the range of an integer of {bits} bits"))
    }

    /// Hands an integer on. Integer visitors refuse nothing but the range.
    fn integer<T, E: de::Error>(self, visit: impl FnOnce(V) -> Result<T, Error>) -> Result<T, E> {
        let (want, stash) = (self.want, self.stash);
        match want {
            Want::Integer(bits) => visit(self.visitor).map_err(|_| stash.put(Self::out_of_range(bits))),
            Want::Any | Want::Number => visit(self.visitor).map_err(|error| stash.put(error)),
            _ => self.refuse("a number"),
        }
    }

    /// The depth of what is inside.
    fn deeper<E: de::Error>(&self) -> Result<u8, E> {
        if self.depth < MAX_DEPTH {
            Ok(self.depth + 1)
        } else {
            let predicate = format!("is nested too deeply; at most {MAX_DEPTH} levels are allowed");
            Err(self.stash.put(Error::unlocated(predicate)))
        }
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Guard<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.want.name())
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        match self.want {
            Want::Any | Want::Null => self.visitor.visit_unit().map_err(|error| self.stash.put(error)),
            _ => self.refuse("null"),
        }
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<V::Value, E> {
        match self.want {
            Want::Any | Want::Boolean => {
                self.visitor.visit_bool(value).map_err(|error| self.stash.put(error))
            }
            _ => self.refuse("a boolean"),
        }
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.integer(|visitor| visitor.visit_i64(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<V::Value, E> {
        self.integer(|visitor| visitor.visit_u64(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<V::Value, E> {
        match self.want {
            Want::Any | Want::Number => self.visitor.visit_f64(value).map_err(|error| self.stash.put(error)),
            // The parser gives integers beyond 64 bits as floats, too.
            Want::Integer(bits) if value.fract() == 0.0 && value.abs() >= 2_f64.powi(63) => {
                Err(self.stash.put(Self::out_of_range(bits)))
            }
            Want::Integer(_) => self.refuse("a number with a fraction or an exponent"),
            _ => self.refuse("a number"),
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<V::Value, E> {
        match self.want {
            Want::Any | Want::Text => self.visitor.visit_str(text).map_err(|error| self.stash.put(error)),
            _ => self.refuse("a string"),
        }
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<V::Value, E> {
        match self.want {
            Want::Any | Want::Text => {
                self.visitor.visit_borrowed_str(text).map_err(|error| self.stash.put(error))
            }
            _ => self.refuse("a string"),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<V::Value, A::Error> {
        if !matches!(self.want, Want::Any | Want::Array) {
            return self.refuse("an array");
        }
        let items = Items { array, index: 0, stash: self.stash, depth: self.deeper()? };
        self.visitor.visit_seq(items).map_err(|error| self.stash.put(error))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let members = match self.want {
            Want::Object(members) => members,
            Want::Any => None,
            _ => return self.refuse("an object"),
        };
        let depth = self.deeper()?;
        let entries = Entries {
            map,
            members,
            name: Cow::Borrowed(""),
            seen: BTreeSet::new(),
            stash: self.stash,
            depth,
        };
        self.visitor.visit_map(entries).map_err(|error| self.stash.put(error))
    }
}

/// The items of an array, counted.
struct Items<'s, A> {
    array: A,
    index: usize,
    stash: &'s Stash,
    depth: u8,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Items<'_, A> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let seed = Value { seed, stash: self.stash, depth: self.depth, place: Place::Elsewhere };
        let item = self
            .array
            .next_element_seed(seed)
            .map_err(|error| self.stash.recover(&error).inside(Segment::Index(self.index)))?;
        self.index += 1;
        Ok(item)
    }
}

/// The members of an object, with the name of the one at hand.
struct Entries<'de, 's, A> {
    map: A,
    /// Of a struct, the names of its members.
    members: Option<&'static [&'static str]>,
    name: Cow<'de, str>,
    /// Names seen in an object that is no struct. (A struct notices repeated members itself and refuses unknown ones.)
    seen: BTreeSet<Cow<'de, str>>,
    stash: &'s Stash,
    depth: u8,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<'de, '_, A> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let seed = Name { seed, text: &mut self.name, stash: self.stash };
        let key = self.map.next_key_seed(seed).map_err(|error| self.stash.recover(&error))?;
        if key.is_some() && self.members.is_none() && !self.seen.insert(self.name.clone()) {
            return Err(duplicate_member().inside(segment(&self.name)));
        }
        Ok(key)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let place = self.members.map_or(Place::Elsewhere, Place::MemberOf);
        let seed = Value { seed, stash: self.stash, depth: self.depth, place };
        self.map.next_value_seed(seed).map_err(|error| self.stash.recover(&error).inside(segment(&self.name)))
    }
}

/// A step to a member whose name the caller wrote.
fn segment(name: &str) -> Segment {
    Segment::Member(cut(name).into_owned().into())
}

/// Decodes a value inside an array or object.
struct Value<'s, T> {
    seed: T,
    stash: &'s Stash,
    depth: u8,
    place: Place,
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Value<'_, T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<T::Value, D::Error> {
        self.seed
            .deserialize(Strict { json, stash: self.stash, depth: self.depth, place: self.place })
            .map_err(|error| self.stash.put(error))
    }
}

/// Decodes a member's name and keeps it.
struct Name<'de, 'n, 's, K> {
    seed: K,
    text: &'n mut Cow<'de, str>,
    stash: &'s Stash,
}

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for Name<'de, '_, '_, K> {
    type Value = K::Value;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<K::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'de, K: DeserializeSeed<'de>> Visitor<'de> for Name<'de, '_, '_, K> {
    type Value = K::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<K::Value, E> {
        *self.text = Cow::Borrowed(name);
        self.seed.deserialize(BorrowedStrDeserializer::new(name)).map_err(|error| self.stash.put(error))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<K::Value, E> {
        *self.text = Cow::Owned(name.to_owned());
        self.seed.deserialize(StrDeserializer::new(name)).map_err(|error| self.stash.put(error))
    }
}
