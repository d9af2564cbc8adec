//! JSON text with the place of every value kept, one level at a time.
//!
//! A policy is read level by level instead of into a tree: that keeps members in order, duplicates included, and each raw
//! value is a part of the text, which tells where it stands. What is never asked for is never read, so nesting costs nothing.

use serde::Deserialize;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// One value of a text.
#[derive(Clone, Debug)]
pub(crate) struct Node<'a> {
    /// The value's own text.
    raw: &'a str,
    /// Where it starts in the whole text, in bytes.
    pub(crate) offset: usize,
    /// Where it stands, as a JSON pointer.
    pub(crate) pointer: String,
}

/// One member of an object.
pub(crate) struct Member<'a> {
    pub(crate) name: String,
    /// Where the name starts, in bytes.
    pub(crate) offset: usize,
    pub(crate) value: Node<'a>,
}

/// The text is not JSON.
pub(crate) struct SyntaxError {
    /// Where, in bytes.
    pub(crate) offset: usize,
    /// The parser's own words, without the place.
    pub(crate) message: String,
}

impl<'a> Node<'a> {
    /// Checks the syntax of the whole text.
    pub(crate) fn root(text: &'a str) -> Result<Self, SyntaxError> {
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| {
            let line =
                text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
            let offset = (line + error.column().saturating_sub(1)).min(text.len());
            // The place comes last, and is told better elsewhere.
            let message = error.to_string();
            let message = message.rsplit_once(" at line ").map_or(&*message, |(words, _)| words).to_owned();
            SyntaxError { offset, message }
        })?;
        Ok(Self { raw: raw.get(), offset: distance(text, raw.get()), pointer: String::new() })
    }

    /// The members of an object, in the order of the text; nothing where it is no object.
    pub(crate) fn members(&self) -> Option<Vec<Member<'a>>> {
        let Members(members) = serde_json::from_str(self.raw).ok()?;
        let member = |(name, value): (&'a RawValue, &'a RawValue)| {
            let decoded = serde_json::from_str::<String>(name.get()).ok()?;
            let value = self.part(value.get(), &decoded.replace('~', "~0").replace('/', "~1"));
            Some(Member { name: decoded, offset: self.offset + distance(self.raw, name.get()), value })
        };
        members.into_iter().map(member).collect()
    }

    /// The items of an array; nothing where it is no array.
    pub(crate) fn items(&self) -> Option<Vec<Self>> {
        let Items(items) = serde_json::from_str(self.raw).ok()?;
        Some(
            items.iter().enumerate().map(|(index, item)| self.part(item.get(), &index.to_string())).collect(),
        )
    }

    /// The text of a string; nothing where it is no string, or one that has half of a surrogate pair.
    pub(crate) fn string(&self) -> Option<String> {
        serde_json::from_str(self.raw).ok()
    }

    /// As it is written.
    pub(crate) fn text(&self) -> &'a str {
        self.raw
    }

    /// What it is, for a sentence.
    pub(crate) fn kind(&self) -> &'static str {
        match self.raw.as_bytes().first() {
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'"') => "a string",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            _ => "a number",
        }
    }

    fn part(&self, raw: &'a str, token: &str) -> Self {
        Self {
            raw,
            offset: self.offset + distance(self.raw, raw),
            pointer: format!("{}/{token}", self.pointer),
        }
    }
}

/// How far into a text a part of it starts, in bytes.
fn distance(whole: &str, part: &str) -> usize {
    part.as_ptr().addr().saturating_sub(whole.as_ptr().addr())
}

/// The line and the column, both from 1, the column in characters.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(start..).map_or(0, |line| line.chars().count());
    (before.matches('\n').count() + 1, column + 1)
}

struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

struct Items<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Items<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Items<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = sequence.next_element()? {
                    items.push(item);
                }
                Ok(Items(items))
            }
        }
        deserializer.deserialize_seq(Read)
    }
}
