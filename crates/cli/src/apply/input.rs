//! The lines of a file, whatever its format: one after the other, each read and checked, none kept.

use super::csv::{self, Columns, Fields, Found, Header};
use super::entry::{self, Entry};
use super::known::Known;
use clap::ValueEnum;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::path::Path;
use untag_client::types::ResourceProjectId;
use untag_lines::{Line, Lines, MAX_LINE};

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object on each line.
    Ndjson,
    /// A header and records, as RFC 4180 has them.
    Csv,
}

impl Format {
    /// The form that the ending of a file's name tells, if it does.
    #[must_use]
    pub fn of_name(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "ndjson" | "jsonl" | "json" => Some(Self::Ndjson),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// The form that the first byte tells, a byte order mark and blanks aside.
    #[must_use]
    pub fn of_start(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        if bytes.trim_ascii_start().first() == Some(&b'{') { Self::Ndjson } else { Self::Csv }
    }

    /// Its name, as the command line has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }
}

/// A line that asks for nothing that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number in the file, 1 being the first.
    pub line: u64,
    /// A sentence that names the member and repeats no value.
    pub reason: String,
    /// Whether nothing after it can be read either.
    pub fatal: bool,
}

/// `line 3: the line is not valid JSON: …`
impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)?;
        if self.fatal { f.write_str("; nothing after it can be read") } else { Ok(()) }
    }
}

/// How a file is read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Its form.
    pub format: Format,
    /// The columns of CSV; `None` where they have the members' names.
    pub columns: Option<Columns>,
    /// The project of lines without one.
    pub project: Option<ResourceProjectId>,
}

/// Reads entries, strictly: nothing is sent for a line that leaves something to guess.
#[derive(Debug)]
pub struct Reader<R> {
    lines: Lines<BufReader<R>>,
    reading: Reading,
    fields: Fields,
    header: Option<Header>,
    known: Known,
    /// Entries so far, bad ones and those passed over included.
    entries: u64,
    ended: bool,
}

/// How much is read at once.
const READ_BYTES: usize = 128 * 1024;

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub enum Item {
    /// A good line.
    Entry(Entry),
    /// A line that is not.
    Bad(BadLine),
    /// An entry that nobody wanted.
    Skipped,
}

impl<R: Read> Reader<R> {
    /// The entries of an input, from where it stands.
    pub fn new(input: R, reading: Reading) -> Self {
        let lines = Lines::new(BufReader::with_capacity(READ_BYTES, input));
        let (fields, known) = (Fields::default(), Known::default());
        Self { lines, reading, fields, header: None, known, entries: 0, ended: false }
    }

    /// Lines so far.
    pub(super) fn lines(&self) -> u64 {
        self.lines.number()
    }

    /// What it reads from; what was read ahead is lost.
    pub(super) fn into_input(self) -> R {
        self.lines.into_input().into_inner()
    }

    /// The next entry; `wanted` says by its number whether it has to be decoded.
    ///
    /// # Errors
    /// The input's.
    pub fn next(&mut self, mut wanted: impl FnMut(u64) -> bool) -> io::Result<Option<Item>> {
        if self.ended {
            return Ok(None);
        }
        match self.reading.format {
            Format::Ndjson => self.next_line(&mut wanted),
            Format::Csv => self.next_record(&mut wanted),
        }
    }

    fn next_line(&mut self, wanted: &mut dyn FnMut(u64) -> bool) -> io::Result<Option<Item>> {
        loop {
            let decoded = match self.lines.next_line()? {
                None => return Ok(None),
                Some(Line::Whole(line)) if line.trim_ascii().is_empty() => continue,
                Some(Line::Whole(line)) => {
                    self.entries += 1;
                    if !wanted(self.entries) {
                        return Ok(Some(Item::Skipped));
                    }
                    entry::from_json(line, self.reading.project.as_ref(), &mut self.known)
                }
                Some(Line::TooLong) => {
                    self.entries += 1;
                    Err(format!("the line is longer than {MAX_LINE} bytes"))
                }
            };
            let (number, line) = (self.entries, self.lines.number());
            return Ok(Some(match decoded {
                Ok((resource, tags)) => Item::Entry(Entry { number, line, resource, tags }),
                Err(reason) => Item::Bad(BadLine { line, reason, fatal: false }),
            }));
        }
    }

    fn next_record(&mut self, wanted: &mut dyn FnMut(u64) -> bool) -> io::Result<Option<Item>> {
        loop {
            let line = match csv::next_record(&mut self.lines, &mut self.fields)? {
                Found::End => return Ok(None),
                Found::Blank => continue,
                Found::Broken(line, reason) => {
                    let thing = if self.header.is_some() { "line" } else { "header" };
                    return Ok(Some(self.end_with(line, format!("the {thing} {reason}"))));
                }
                Found::Record(line) => line,
            };
            let Some(header) = &self.header else {
                match Header::read(&self.fields, self.reading.columns.as_ref()) {
                    Ok(header) => self.header = Some(header),
                    Err(reason) => return Ok(Some(self.end_with(line, format!("the header {reason}")))),
                }
                continue;
            };
            self.entries += 1;
            let number = self.entries;
            if !wanted(number) {
                return Ok(Some(Item::Skipped));
            }
            let decoded = header
                .texts(&self.fields)
                .map_err(|reason| format!("the line {reason}"))
                .and_then(|texts| entry::from_texts(texts, self.reading.project.as_ref(), &mut self.known));
            return Ok(Some(match decoded {
                Ok((resource, tags)) => Item::Entry(Entry { number, line, resource, tags }),
                Err(reason) => Item::Bad(BadLine { line, reason, fatal: false }),
            }));
        }
    }

    fn end_with(&mut self, line: u64, reason: String) -> Item {
        self.ended = true;
        Item::Bad(BadLine { line, reason, fatal: true })
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, Item, Reader, Reading};
    use std::path::Path;
    use untag_client::types::ResourceProjectId;

    fn items(format: Format, text: &str) -> Vec<String> {
        let project = Some(ResourceProjectId::new("f".repeat(32)).unwrap());
        let mut reader = Reader::new(text.as_bytes(), Reading { format, columns: None, project });
        let mut all = Vec::new();
        while let Some(item) = reader.next(|number| number != 3).unwrap() {
            all.push(match item {
                Item::Entry(entry) => {
                    let tag = &entry.tags[0];
                    let value = tag.value.as_ref().map(untag_client::types::TagValue::as_str);
                    format!("{} at {}: {} {} {value:?}", entry.number, entry.line, entry.resource.id, tag.key)
                }
                Item::Bad(bad) => format!("bad {bad}"),
                Item::Skipped => "skipped".to_owned(),
            });
        }
        all
    }

    #[test]
    fn entries_of_json_lines_are_numbered_without_the_blank_ones() {
        let line =
            |id: &str| format!("{{\"resource_type\":\"disk\",\"resource_id\":\"{id}\",\"key\":\"k\"}}");
        let text = format!("\u{feff}\n{}\r\n \nx\n{}\n{}", line("a"), line("b"), line("c"));
        let found = items(Format::Ndjson, &text);
        assert_eq!(found.len(), 4, "{found:?}");
        assert_eq!((found[0].as_str(), found[3].as_str()), ("1 at 2: a k None", "4 at 6: c k None"));
        assert!(found[1].starts_with("bad line 4: the line is not valid JSON"), "{found:?}");
        assert_eq!(found[2], "skipped");
        let long = format!("{}\n{}", "x".repeat(super::MAX_LINE + 1), line("a"));
        assert_eq!(
            items(Format::Ndjson, &long),
            ["bad line 1: the line is longer than 1048576 bytes", "2 at 2: a k None"]
        );
    }

    #[test]
    fn a_column_of_values_always_means_a_value() {
        let text = "resource_type,resource_id,key,value\ndisk,a,k,\n\ndisk,b,k,\"x/y\"\ndisk,c,k,\ndisk,d,k\ndisk,\"\ne\",,1\n";
        assert_eq!(
            items(Format::Csv, text),
            [
                "1 at 2: a k Some(\"\")",
                "2 at 4: b k Some(\"x/y\")",
                "skipped",
                "bad line 6: the line has 3 fields where the header has 4",
                "bad line 7: key is empty; at least 1 character is required",
            ]
        );
        assert_eq!(items(Format::Csv, "resource_type,resource_id,key\ndisk,a,k"), ["1 at 2: a k None"]);
    }

    #[test]
    fn nothing_is_read_after_a_header_or_a_record_that_cannot_be_read() {
        let text = "resource_type,resource_id,key\ndisk,a\"b,k\ndisk,c,k\n";
        assert_eq!(
            items(Format::Csv, text),
            ["bad line 2: the line has a quote in a field that is not quoted; nothing after it can be read"]
        );
        let found = items(Format::Csv, "disk,a,k\ndisk,b,k\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("bad line 1: the header has no column `resource_type`"), "{found:?}");
    }

    #[test]
    fn names_and_first_bytes_tell_the_format() {
        for (name, format) in [
            ("a.ndjson", Some(Format::Ndjson)),
            ("a.JSONL", Some(Format::Ndjson)),
            ("a.csv", Some(Format::Csv)),
            ("a.csv.untag-failed.ndjson", Some(Format::Ndjson)),
            ("a", None),
            ("a.txt", None),
        ] {
            assert_eq!(Format::of_name(Path::new(name)), format, "{name}");
        }
        assert_eq!(Format::of_start("\u{feff} \n{}".as_bytes()), Format::Ndjson);
        assert_eq!(Format::of_start(b"a,b"), Format::Csv);
        assert_eq!(Format::of_start(b""), Format::Csv);
    }
}
