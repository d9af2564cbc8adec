//! Where in the text something stands: from the parser's character counts to bytes, and from bytes to lines and columns.

use std::ops::Range;

/// How many characters lie between two remembered positions.
const STRIDE: usize = 64;

/// The lines and characters of one text.
#[derive(Debug)]
pub(crate) struct Positions {
    /// The byte at which each line starts, the first included.
    lines: Vec<usize>,
    /// The byte at which every `STRIDE`th character starts. Empty when all characters are single bytes.
    strides: Vec<usize>,
}

impl Positions {
    /// Measures a text once.
    pub(crate) fn new(text: &str) -> Self {
        let lines = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1))
            .collect();
        let strides = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().step_by(STRIDE).map(|(at, _)| at).collect()
        };
        Self { lines, strides }
    }

    /// The byte at which the character of this index starts; the text's length for an index past its end.
    pub(crate) fn byte(&self, text: &str, character: usize) -> usize {
        if self.strides.is_empty() {
            return character.min(text.len());
        }
        let Some(&from) = self.strides.get(character / STRIDE) else {
            return text.len();
        };
        text.get(from..)
            .and_then(|rest| rest.char_indices().nth(character % STRIDE))
            .map_or(text.len(), |(at, _)| from + at)
    }

    /// The line and the column of a byte, both counted from one; columns count characters.
    pub(crate) fn line_column(&self, text: &str, byte: usize) -> (usize, usize) {
        let line = self.line(byte);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        (line, self.character(text, byte).saturating_sub(self.character(text, start)) + 1)
    }

    /// The bytes of a span, cut at the end of the line on which it starts: nothing but the beginning is ever shown.
    pub(crate) fn first_line(&self, text: &str, span: Range<usize>) -> Range<usize> {
        let line_end = self.lines.get(self.line(span.start)).copied().unwrap_or(text.len() + 1) - 1;
        let shown =
            text.get(span.start..span.end.clamp(span.start, line_end.max(span.start))).unwrap_or_default();
        span.start..span.start + shown.trim_end().len()
    }

    /// The line of a byte, counted from one.
    fn line(&self, byte: usize) -> usize {
        self.lines.partition_point(|start| *start <= byte)
    }

    /// How many characters stand before a byte. Not counted from the start: a whole document may be one line.
    fn character(&self, text: &str, byte: usize) -> usize {
        let strides = self.strides.partition_point(|start| *start <= byte);
        let Some(stride) = strides.checked_sub(1) else { return byte };
        let from = self.strides.get(stride).copied().unwrap_or_default();
        stride * STRIDE + text.get(from..byte).unwrap_or_default().chars().count()
    }
}
