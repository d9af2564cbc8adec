#![doc = include_str!("../README.md")]

use memchr::memchr;
use std::io::{self, BufRead, ErrorKind};

/// The longest line that is read, in bytes without its end. Two hundred tags of the greatest length fit, even with
/// every character escaped.
pub const MAX_LINE: usize = 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A line, as far as it could be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// All of it, without its end and without the byte order mark that the first line may have.
    Whole(&'a [u8]),
    /// Longer than [`MAX_LINE`]. It was passed over.
    TooLong,
}

/// Reads lines. It keeps one at a time, and so is no `Iterator`.
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    line: Vec<u8>,
    number: u64,
    bytes: u64,
}

impl<R: BufRead> Lines<R> {
    /// The lines of an input, from where it stands.
    pub fn new(input: R) -> Self {
        Self { input, line: Vec::new(), number: 0, bytes: 0 }
    }

    /// How many lines have been read: the number of the last one, 1 being the first.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How many bytes those lines take, with their ends.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What the lines are read from, behind the last line that was read.
    #[must_use]
    pub fn into_input(self) -> R {
        self.input
    }

    /// The next line. The last one needs no end.
    ///
    /// # Errors
    /// The input's. What was read of the line by then is lost.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let mut started = false;
        let mut too_long = false;
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                break;
            }
            started = true;
            let end = memchr(b'\n', chunk);
            let (part, _) = chunk.split_at(end.unwrap_or(chunk.len()));
            too_long |= part.len() > MAX_LINE - self.line.len();
            if too_long {
                self.line.clear();
            } else {
                self.line.extend_from_slice(part);
            }
            let taken = part.len() + usize::from(end.is_some());
            self.bytes += taken as u64;
            self.input.consume(taken);
            if end.is_some() {
                break;
            }
        }
        if !started {
            return Ok(None);
        }
        self.number += 1;
        if too_long {
            return Ok(Some(Line::TooLong));
        }
        let line = self.line.as_slice();
        let marked = if self.number == 1 { line.strip_prefix(BYTE_ORDER_MARK) } else { None };
        Ok(Some(Line::Whole(marked.unwrap_or(line))))
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Lines, MAX_LINE};
    use std::io::{BufReader, Read};

    /// The lengths of all lines, `None` for one that is too long.
    fn lengths(input: impl Read, buffer: usize) -> Vec<Option<usize>> {
        let mut lines = Lines::new(BufReader::with_capacity(buffer, input));
        let mut all = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            all.push(match line {
                Line::Whole(line) => Some(line.len()),
                Line::TooLong => None,
            });
        }
        assert_eq!(lines.number(), all.len() as u64);
        all
    }

    #[test]
    fn the_limit_does_not_depend_on_where_reads_end() {
        let text = [vec![b'a'; MAX_LINE], vec![b'b'; MAX_LINE + 1], vec![b'c'; 3], vec![]].join(&b'\n');
        for buffer in [1, 7, 4096, 1 << 20, 1 << 22] {
            assert_eq!(lengths(text.as_slice(), buffer), [Some(MAX_LINE), None, Some(3)], "{buffer}");
        }
    }

    #[test]
    fn an_endless_line_is_passed_over_without_being_kept() {
        let mut lines = Lines::new(BufReader::new(std::io::repeat(b'x').take(64 << 20)));
        assert_eq!(lines.next_line().unwrap(), Some(Line::TooLong));
        assert!(lines.line.capacity() <= 2 * MAX_LINE, "{}", lines.line.capacity());
        assert_eq!(lines.next_line().unwrap(), None);
        assert_eq!(lines.bytes(), 64 << 20);
    }

    #[test]
    fn only_the_first_line_may_have_a_byte_order_mark() {
        assert_eq!(lengths("\u{feff}a\n\u{feff}a\n\n".as_bytes(), 16), [Some(1), Some(4), Some(0)]);
        assert_eq!(lengths("\u{feff}".as_bytes(), 16), [Some(0)]);
        assert_eq!(lengths(&[][..], 16), []);
    }

    #[test]
    fn numbers_and_bytes_are_those_of_the_lines_that_were_read() {
        let mut lines = Lines::new("\u{feff}a\r\n\nbc".as_bytes());
        let mut seen = Vec::new();
        while lines.next_line().unwrap().is_some() {
            seen.push((lines.number(), lines.bytes()));
        }
        assert_eq!(seen, [(1, 6), (2, 7), (3, 9)]);
        let mut first = Lines::new("a\nb".as_bytes());
        first.next_line().unwrap();
        assert_eq!(first.into_input(), b"b");
    }
}
