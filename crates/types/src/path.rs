//! Where in a JSON document something is: as a JSON pointer for programs, and as `tags[3].key` for people.

use std::borrow::Cow;
use std::fmt;

/// One step from a value to a value inside it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// To the member of this name.
    Member(Cow<'static, str>),
    /// To the item at this position; 0 is the first.
    Index(usize),
}

/// The way from the root of a document to a value in it.
///
/// `Display` prints it for people, with `.` before members and `[…]` around positions; the root prints as nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Path(Vec<Segment>);

impl Path {
    /// The way along these steps, outermost first.
    #[must_use]
    pub fn new(segments: Vec<Segment>) -> Self {
        Self(segments)
    }

    /// Whether it leads to the root itself.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The path as a JSON pointer (RFC 6901): `/tags/3/key`; empty for the root.
    #[must_use]
    pub fn pointer(&self) -> String {
        let mut pointer = String::new();
        for segment in &self.0 {
            pointer.push('/');
            match segment {
                Segment::Member(name) => pointer.push_str(&name.replace('~', "~0").replace('/', "~1")),
                Segment::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Member(name) if !is_plain(name) => write!(f, "[\"{}\"]", excerpt(name))?,
                Segment::Member(name) if position == 0 => f.write_str(name)?,
                Segment::Member(name) => write!(f, ".{name}")?,
            }
        }
        Ok(())
    }
}

/// Whether a name can stand in a sentence as it is.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    !name.is_empty() && name.len() <= EXCERPT && name.chars().all(plain)
}

/// How much of a caller's text is ever repeated to the caller, in bytes.
const EXCERPT: usize = 64;

/// The start of a text that somebody else wrote.
pub(crate) fn cut(text: &str) -> Cow<'_, str> {
    let mut end = text.len().min(EXCERPT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    if end < text.len() { Cow::Owned(format!("{}…", &text[..end])) } else { Cow::Borrowed(text) }
}

/// The same, safe to print: control characters and quotes are escaped.
pub(crate) fn excerpt(text: &str) -> String {
    cut(text).escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use super::{Path, Segment, excerpt};

    fn path(members: &[&'static str]) -> Path {
        Path::new(members.iter().map(|name| Segment::Member((*name).into())).collect())
    }

    #[test]
    fn pointers_escape_what_rfc_6901_reserves() {
        assert_eq!(path(&["a/b", "c~d"]).pointer(), "/a~1b/c~0d");
        assert_eq!(Path::default().pointer(), "");
    }

    #[test]
    fn names_that_would_break_a_sentence_are_quoted() {
        assert_eq!(path(&["a", "b c", "d"]).to_string(), "a[\"b c\"].d");
        assert_eq!(path(&["\u{1b}[2J"]).to_string(), "[\"\\u{1b}[2J\"]");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let cut = excerpt(&"中".repeat(100));
        assert_eq!(cut, format!("{}…", "中".repeat(21)));
    }
}
