//! CSV, strictly as RFC 4180 has it: records cut from lines, and which of their fields means what.
//!
//! Readers of CSV at large forgive what is not well quoted, each in its own way. Here a stray quote may decide where a
//! record ends, and with it what is deleted; so nothing is forgiven, and nothing is read after it.

use std::fmt;
use std::io::{self, BufRead};
use std::str::FromStr;
use untag_lines::{Line, Lines, MAX_LINE};

/// The members of an entry that CSV can carry.
const MEMBERS: [&str; 5] = ["project_id", "resource_type", "resource_id", "key", "value"];

/// Which column each member is in, as `--columns` says it: `resource_type=Type,resource_id=Id,key=Tag,value=`.
///
/// The members `resource_type`, `resource_id`, `key` and `value` must be named, so that nothing is left to guess; `value=`
/// says that there is no such column and tags go whatever their value. `project_id` may be left out. Other columns of the
/// file are passed over. Column names with a comma cannot be written here.
///
/// Without a map, the columns have the members' own names, and any other column is refused: a misspelt `value` must not
/// pass for an absent one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// In the order of `MEMBERS`; `None` for a member without a column.
    names: [Option<String>; 5],
}

/// Why a text is no [`Columns`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidColumns(String);

impl FromStr for Columns {
    type Err = InvalidColumns;

    fn from_str(text: &str) -> Result<Self, InvalidColumns> {
        let mut found: [Option<Option<String>>; 5] = [const { None }; 5];
        for pair in text.split(',') {
            let Some((member, column)) = pair.split_once('=') else {
                return Err(InvalidColumns(format!("`{pair}` is not MEMBER=COLUMN")));
            };
            let member = member.trim();
            let place = MEMBERS.iter().position(|known| *known == member);
            let Some(slot) = place.and_then(|place| found.get_mut(place)) else {
                let known = MEMBERS.join(", ");
                return Err(InvalidColumns(format!("`{member}` is no member; they are {known}")));
            };
            if slot.is_some() {
                return Err(InvalidColumns(format!("`{member}` is there twice")));
            }
            let optional = matches!(member, "project_id" | "value");
            if column.is_empty() && !optional {
                return Err(InvalidColumns(format!("`{member}` needs a column")));
            }
            *slot = Some(Some(column.to_owned()).filter(|column| !column.is_empty()));
        }
        for (member, slot) in MEMBERS.iter().zip(&found).skip(1) {
            if slot.is_none() {
                let hint = if *member == "value" {
                    "; write `value=` to remove tags whatever their value"
                } else {
                    ""
                };
                return Err(InvalidColumns(format!("`{member}` is missing{hint}")));
            }
        }
        Ok(Self { names: found.map(Option::flatten) })
    }
}

/// The map again, always in the same order.
impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (member, column)) in MEMBERS.iter().zip(&self.names).enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(f, "{comma}{member}={}", column.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }
}

impl fmt::Display for InvalidColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidColumns {}

/// The fields of one record.
#[derive(Debug, Default)]
pub(super) struct Fields {
    bytes: Vec<u8>,
    /// Where each field ends.
    ends: Vec<usize>,
}

impl Fields {
    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn get(&self, position: usize) -> Option<&[u8]> {
        let end = *self.ends.get(position)?;
        let start = position.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        self.bytes.get(start.unwrap_or(0)..end)
    }
}

/// What was found where a record was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A record that starts on this line.
    Record(u64),
    /// Nothing but blanks.
    Blank,
    /// The record that starts on this line cannot be read, and where the next one starts cannot be known.
    Broken(u64, &'static str),
    /// The end of the input.
    End,
}

const TOO_LONG: &str = "is longer than 1048576 bytes";

/// Where the reader is in a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At its start.
    Start,
    /// In a field without quotes.
    Bare,
    /// Between its quotes.
    Quoted,
    /// After a quote in a quoted field: it ends, or another quote stands for one.
    Closing,
}

/// Reads the next record into `fields`.
///
/// # Errors
/// The input's.
pub(super) fn next_record<R: BufRead>(lines: &mut Lines<R>, fields: &mut Fields) -> io::Result<Found> {
    fields.clear();
    let first = lines.number() + 1;
    let mut state = State::Start;
    loop {
        let line = match lines.next_line()? {
            None if state == State::Quoted => {
                return Ok(Found::Broken(first, "has a quoted field that does not end"));
            }
            None => return Ok(Found::End),
            Some(Line::TooLong) => return Ok(Found::Broken(first, TOO_LONG)),
            Some(Line::Whole(line)) => line,
        };
        // Of a line that ends in the middle of a quoted field, the return belongs to the field.
        let (text, has_return) = match line.split_last() {
            Some((b'\r', text)) => (text, true),
            _ => (line, false),
        };
        if state == State::Start && text.trim_ascii().is_empty() {
            return Ok(Found::Blank);
        }
        if fields.bytes.len() + line.len() > MAX_LINE {
            return Ok(Found::Broken(first, TOO_LONG));
        }
        for &byte in text {
            state = match (state, byte) {
                (State::Start, b'"') => State::Quoted,
                (State::Start | State::Bare | State::Closing, b',') => {
                    fields.ends.push(fields.bytes.len());
                    State::Start
                }
                (State::Bare, b'"') => {
                    return Ok(Found::Broken(first, "has a quote in a field that is not quoted"));
                }
                (State::Start | State::Bare, b'\r') => {
                    return Ok(Found::Broken(first, "has a carriage return in a field that is not quoted"));
                }
                (State::Start | State::Bare, _) => {
                    fields.bytes.push(byte);
                    State::Bare
                }
                (State::Quoted, b'"') => State::Closing,
                (State::Closing, b'"') | (State::Quoted, _) => {
                    fields.bytes.push(byte);
                    State::Quoted
                }
                (State::Closing, _) => {
                    return Ok(Found::Broken(first, "has text after the quote that ends a field"));
                }
            };
        }
        if state != State::Quoted {
            fields.ends.push(fields.bytes.len());
            return Ok(Found::Record(first));
        }
        if has_return {
            fields.bytes.push(b'\r');
        }
        fields.bytes.push(b'\n');
    }
}

/// Where in a record each member stands.
#[derive(Clone, Debug)]
pub(super) struct Header {
    columns: usize,
    /// In the order of `MEMBERS`.
    places: [Option<usize>; 5],
}

/// The texts of a record, by member.
#[derive(Clone, Copy, Debug)]
pub(super) struct Texts<'a> {
    pub(super) project_id: Option<&'a str>,
    pub(super) resource_type: &'a str,
    pub(super) resource_id: &'a str,
    pub(super) key: &'a str,
    /// `None` where the file has no such column; a column that is there is never "no value".
    pub(super) value: Option<&'a str>,
}

impl Header {
    /// Reads the names of the columns.
    ///
    /// # Errors
    /// A column that is needed is missing or there twice, or one is not known. The text goes on where `the header` ends.
    pub(super) fn read(fields: &Fields, map: Option<&Columns>) -> Result<Self, String> {
        let mut names = Vec::with_capacity(fields.len());
        for position in 0..fields.len() {
            let name = fields.get(position).and_then(|name| std::str::from_utf8(name).ok());
            names.push(name.ok_or("is not valid UTF-8")?);
        }
        let mut places = [None; 5];
        for (position, (member, place)) in MEMBERS.iter().zip(&mut places).enumerate() {
            let (wanted, needed) = match map {
                Some(map) => match map.names.get(position).and_then(Option::as_deref) {
                    Some(name) => (name, true),
                    None => continue,
                },
                None => (*member, !matches!(*member, "project_id" | "value")),
            };
            let mut matches = names.iter().enumerate().filter(|(_, name)| **name == wanted);
            *place = matches.next().map(|(place, _)| place);
            if place.is_none() && needed {
                return Err(format!(
                    "has no column `{}`; give the columns' names with --columns",
                    wanted.escape_debug()
                ));
            }
            if matches.next().is_some() {
                return Err(format!("has two columns `{}`", wanted.escape_debug()));
            }
        }
        if map.is_none()
            && let Some(other) = names.iter().find(|name| !MEMBERS.contains(name))
        {
            let other: String = other.chars().take(64).collect();
            return Err(format!(
                "has a column `{}`; the columns are {}, unless --columns says otherwise",
                other.escape_debug(),
                MEMBERS.join(", ")
            ));
        }
        Ok(Self { columns: fields.len(), places })
    }

    /// The texts of a record.
    ///
    /// # Errors
    /// It has more or fewer fields than the header, or is not UTF-8. The text goes on where `the line` ends.
    pub(super) fn texts<'a>(&self, fields: &'a Fields) -> Result<Texts<'a>, String> {
        if fields.len() != self.columns {
            return Err(format!("has {} fields where the header has {}", fields.len(), self.columns));
        }
        let mut texts = [None; 5];
        for (text, place) in texts.iter_mut().zip(self.places) {
            let bytes = place.and_then(|place| fields.get(place));
            *text = bytes.map(std::str::from_utf8).transpose().map_err(|_| "is not valid UTF-8")?;
        }
        let [project_id, resource_type, resource_id, key, value] = texts;
        // A header without one of these has been refused.
        let text = |text: Option<&'a str>| text.unwrap_or_default();
        Ok(Texts {
            project_id,
            resource_type: text(resource_type),
            resource_id: text(resource_id),
            key: text(key),
            value,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Columns, Fields, Found, Header, next_record};
    use untag_lines::Lines;

    /// Every record as texts with the line it starts on, and what ended them.
    fn records(text: &str) -> (Vec<(u64, Vec<String>)>, Found) {
        let mut lines = Lines::new(text.as_bytes());
        let mut fields = Fields::default();
        let mut all = Vec::new();
        loop {
            match next_record(&mut lines, &mut fields).unwrap() {
                Found::Record(line) => {
                    let texts = (0..fields.len()).map(|place| fields.get(place).unwrap().to_vec());
                    all.push((line, texts.map(|text| String::from_utf8(text).unwrap()).collect()));
                }
                Found::Blank => {}
                end => return (all, end),
            }
        }
    }

    fn record(line: u64, fields: &[&str]) -> (u64, Vec<String>) {
        (line, fields.iter().map(|&field| field.to_owned()).collect())
    }

    #[test]
    fn fields_as_rfc_4180_has_them() {
        let text = "a,b,c\r\n1,\"2,\"\"x\"\"\",\r\n\n\"line\r\nbreak\",,\"\"\n\" a \", b ,\"\u{4e2d}\"";
        let wanted = vec![
            record(1, &["a", "b", "c"]),
            record(2, &["1", "2,\"x\"", ""]),
            record(4, &["line\r\nbreak", "", ""]),
            record(6, &[" a ", " b ", "\u{4e2d}"]),
        ];
        assert_eq!(records(text), (wanted, Found::End));
        assert_eq!(records(""), (vec![], Found::End));
        assert_eq!(records("a"), (vec![record(1, &["a"])], Found::End));
        assert_eq!(records("\"\""), (vec![record(1, &[""])], Found::End));
    }

    #[test]
    fn nothing_is_read_after_a_stray_quote() {
        for (text, line, reason) in [
            ("a\nb\"c\nd", 2, "has a quote in a field that is not quoted"),
            ("a\n\"b\"c\nd", 2, "has text after the quote that ends a field"),
            ("a\n\n\"b\nd", 3, "has a quoted field that does not end"),
            ("a\nb\rc\nd", 2, "has a carriage return in a field that is not quoted"),
        ] {
            assert_eq!(records(text), (vec![record(1, &["a"])], Found::Broken(line, reason)), "{text:?}");
        }
    }

    #[test]
    fn an_open_quote_takes_no_more_memory_than_a_line() {
        let text = format!("\"{}", "0123456789\n".repeat(200_000));
        let mut lines = Lines::new(text.as_bytes());
        let mut fields = Fields::default();
        let found = next_record(&mut lines, &mut fields).unwrap();
        assert_eq!(found, Found::Broken(1, super::TOO_LONG));
        assert!(fields.bytes.capacity() <= 2 * super::MAX_LINE);
    }

    fn header(line: &str, map: Option<&str>) -> Result<Header, String> {
        let mut fields = Fields::default();
        next_record(&mut Lines::new(line.as_bytes()), &mut fields).unwrap();
        let map: Option<Columns> = map.map(|map| map.parse().unwrap());
        Header::read(&fields, map.as_ref())
    }

    #[test]
    fn columns_have_the_members_names_or_those_of_the_map() {
        let places = |line, map| header(line, map).unwrap().places;
        let by_name = places("value,key,resource_id,resource_type,project_id", None);
        assert_eq!(by_name, [Some(4), Some(3), Some(2), Some(1), Some(0)]);
        assert_eq!(places("resource_type,resource_id,key", None), [None, Some(0), Some(1), Some(2), None]);
        let map = "resource_type=Type,resource_id=The id,key=Tag,value=";
        assert_eq!(places("value,Tag,The id,Type,note", Some(map)), [None, Some(3), Some(2), Some(1), None]);
    }

    #[test]
    fn a_header_that_leaves_something_to_guess_is_refused() {
        for (line, map, problem) in [
            ("resource_type,resource_id,key,vlaue", None, "has a column `vlaue`"),
            ("resource_type,resource_id", None, "has no column `key`"),
            ("resource_type,resource_id,key,value,value", None, "has two columns `value`"),
            ("Key,resource_type,resource_id", None, "has no column `key`"),
            ("a,b,c", Some("resource_type=a,resource_id=b,key=c,value=d"), "has no column `d`"),
            ("a,b,c,c", Some("resource_type=a,resource_id=b,key=c,value="), "has two columns `c`"),
        ] {
            let found = header(line, map).unwrap_err();
            assert!(found.contains(problem), "{line}: {found}");
        }
    }

    #[test]
    fn a_map_that_leaves_something_to_guess_is_refused() {
        for (map, problem) in [
            ("", "is not MEMBER=COLUMN"),
            ("resource_type=a,resource_id=b,key=c", "write `value=`"),
            ("resource_type=a,resource_id=b,key=,value=", "`key` needs a column"),
            ("resource_type=a,resource_id=b,key=c,value=d,value=e", "`value` is there twice"),
            ("resource_type=a,resource_id=b,key=c,vlaue=d", "`vlaue` is no member"),
        ] {
            let found = map.parse::<Columns>().unwrap_err().to_string();
            assert!(found.contains(problem), "{map}: {found}");
        }
        let map: Columns = "key=c,value=,resource_id=b,resource_type=a".parse().unwrap();
        assert_eq!(map.to_string(), "project_id=,resource_type=a,resource_id=b,key=c,value=");
        assert_eq!(map.to_string().parse(), Ok(map));
    }
}
