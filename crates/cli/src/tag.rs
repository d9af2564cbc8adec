//! How a tag is written on the command line: `KEY`, or `KEY=VALUE`, in a way that leaves nothing to guess.
//!
//! Keys may hold `=`, and so may values. Therefore the first `=` that no backslash precedes ends the key; within the key,
//! `\=` stands for `=` and `\\` for a backslash, and a backslash before anything else is refused. The value is taken as it
//! is: nothing in it is special. `KEY=` names the empty value, which is not the same as no value.

use std::fmt;
use std::str::FromStr;

/// A tag as an argument names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagArgument {
    /// The key.
    pub key: String,
    /// The value that the tag must have to be removed; without one, it is removed whatever its value is.
    pub value: Option<String>,
}

/// A backslash in a key that stands before neither `=` nor a backslash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoneBackslash;

impl FromStr for TagArgument {
    type Err = LoneBackslash;

    fn from_str(text: &str) -> Result<Self, LoneBackslash> {
        let mut key = String::with_capacity(text.len());
        let mut rest = text.chars();
        while let Some(character) = rest.next() {
            match character {
                '=' => return Ok(Self { key, value: Some(rest.as_str().to_owned()) }),
                '\\' => match rest.next() {
                    Some(escaped @ ('=' | '\\')) => key.push(escaped),
                    _ => return Err(LoneBackslash),
                },
                _ => key.push(character),
            }
        }
        Ok(Self { key, value: None })
    }
}

/// The tag as an argument again.
impl fmt::Display for TagArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(&self.key))?;
        match &self.value {
            Some(value) => write!(f, "={value}"),
            None => Ok(()),
        }
    }
}

/// A key as an argument has to write it.
#[must_use]
pub fn escape(key: &str) -> String {
    key.replace('\\', "\\\\").replace('=', "\\=")
}

impl fmt::Display for LoneBackslash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("in a key, a backslash must stand before `=` or another backslash: write `\\\\` for one backslash, `\\=` for `=`")
    }
}

impl std::error::Error for LoneBackslash {}

#[cfg(test)]
mod tests {
    use super::{LoneBackslash, TagArgument};

    fn tag(key: &str, value: Option<&str>) -> TagArgument {
        TagArgument { key: key.to_owned(), value: value.map(str::to_owned) }
    }

    #[test]
    fn the_first_bare_equals_sign_ends_the_key() {
        for (text, key, value) in [
            ("env", "env", None),
            ("env=prod", "env", Some("prod")),
            ("env=", "env", Some("")),
            ("a=b=c", "a", Some("b=c")),
            (r"a\=b", "a=b", None),
            (r"a\=b=c", "a=b", Some("c")),
            (r"a\\=b", r"a\", Some("b")),
            (r"a\\\=b", r"a\=b", None),
            (r"a=\b\", "a", Some(r"\b\")),
            (r"a=\=", "a", Some(r"\=")),
            ("=v", "", Some("v")),
            ("", "", None),
            ("中 文=é=", "中 文", Some("é=")),
            (" a ", " a ", None),
        ] {
            let read: TagArgument = text.parse().unwrap();
            assert_eq!(read, tag(key, value), "{text}");
            assert_eq!(read.to_string().parse(), Ok(read), "{text}");
        }
    }

    #[test]
    fn a_backslash_that_could_mean_two_things_is_refused() {
        for text in [r"a\b", r"\", r"a\", r"\n=1", r"a\\\"] {
            assert_eq!(text.parse::<TagArgument>(), Err(LoneBackslash), "{text}");
        }
    }

    #[test]
    fn every_tag_can_be_written_in_one_way_and_read_back() {
        let parts = ["", "a", "=", "\\", "a=", "=a", "\\=", "=\\", "\\\\", " ", "-"];
        for key in parts {
            for value in parts.map(Some).into_iter().chain([None]) {
                let tag = tag(key, value);
                assert_eq!(tag.to_string().parse(), Ok(tag));
            }
        }
    }
}
