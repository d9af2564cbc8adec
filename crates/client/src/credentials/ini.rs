//! The file format of profiles, read as Python's `configparser` reads it for the provider's SDK. What that takes for a
//! mistake is a mistake here.
//!
//! No crate is used: those for INI files take quotes, escapes and repeated keys their own way, so that a file would mean
//! one thing to the SDK and another one here.

/// A file: its sections, and the entries of each.
#[derive(Default)]
pub(super) struct Ini<'a>(Vec<Section<'a>>);

struct Section<'a> {
    name: &'a str,
    entries: Vec<Entry<'a>>,
}

/// `key = value`.
pub(super) struct Entry<'a> {
    /// In lower case.
    key: String,
    /// Without blanks at its ends. Quotes and `%` stand for themselves.
    pub(super) value: &'a str,
    /// 1 is the first.
    pub(super) line: usize,
    /// Whether the lines below it, further indented, belong to the value.
    pub(super) goes_on: bool,
    indent: usize,
}

/// Why a text is no such file. The text itself is not quoted: it may be a secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    /// 1 is the first.
    pub(super) line: usize,
    /// What is wrong, as it goes on after "line 3".
    pub(super) predicate: &'static str,
}

/// The section whose entries stand in every other one that does not have them itself.
const DEFAULT: &str = "DEFAULT";

impl<'a> Ini<'a> {
    /// Reads a file. A byte order mark at its start and `\r` before `\n` are left out.
    ///
    /// # Errors
    /// The first line that means nothing, or repeats what stands above.
    pub(super) fn read(text: &'a str) -> Result<Self, Mistake> {
        let mut ini = Self::default();
        let lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines();
        for (line, text) in (1..).zip(lines) {
            ini.line(line, text).map_err(|predicate| Mistake { line, predicate })?;
        }
        Ok(ini)
    }

    fn line(&mut self, line: usize, text: &'a str) -> Result<(), &'static str> {
        let trimmed = text.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            return Ok(());
        }
        let indent = text.len() - text.trim_start().len();
        let above = self.0.last_mut().and_then(|section| section.entries.last_mut());
        if let Some(above) = above.filter(|above| indent > above.indent) {
            above.goes_on = true;
            return Ok(());
        }
        if let Some(rest) = trimmed.strip_prefix('[') {
            return self.section(rest);
        }
        let (key, value) =
            trimmed.split_once(['=', ':']).ok_or("is neither `[section]` nor `key = value`")?;
        let key = key.trim_end().to_lowercase();
        let section = self.0.last_mut().ok_or("stands in front of the first `[section]`")?;
        if key.is_empty() {
            return Err("has no key in front of its `=`");
        }
        if section.entries.iter().any(|entry| entry.key == key) {
            return Err("repeats a key of its section");
        }
        section.entries.push(Entry { key, value: value.trim_start(), line, goes_on: false, indent });
        Ok(())
    }

    /// Starts the section whose header goes on like this after `[`.
    fn section(&mut self, rest: &'a str) -> Result<(), &'static str> {
        let (name, rest) = rest.split_once(']').ok_or("has a `[` without its `]`")?;
        if name.is_empty() {
            return Err("has no name between `[` and `]`");
        }
        if !rest.is_empty() && !rest.trim_start().starts_with(['#', ';']) {
            return Err("has something behind its `]`");
        }
        if self.0.iter().any(|section| section.name == name) {
            return Err("repeats a section");
        }
        self.0.push(Section { name, entries: Vec::new() });
        Ok(())
    }

    /// Whether the file has this section.
    pub(super) fn has(&self, section: &str) -> bool {
        self.0.iter().any(|found| found.name == section)
    }

    /// The entry of this lower-case key that holds in a section.
    pub(super) fn entry(&self, section: &str, key: &str) -> Option<&Entry<'a>> {
        [section, DEFAULT].into_iter().find_map(|name| {
            let section = self.0.iter().find(|found| found.name == name)?;
            section.entries.iter().find(|entry| entry.key == key)
        })
    }
}
