//! Decisions read from the bytes of an input. Where the bytes are at their end every choice is the first one, so that every
//! input means something and a prefix of it nearly the same.

use arbitrary::Unstructured;

/// What is left to decide with.
pub(crate) struct Choices<'a>(Unstructured<'a>);

impl<'a> Choices<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self(Unstructured::new(input))
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A number below `bound`, which must not be 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0.choose_index(bound).unwrap_or(0)
    }

    /// Yes in one of `of` cases.
    pub(crate) fn one_in(&mut self, of: usize) -> bool {
        self.below(of) + 1 == of
    }

    /// One of these.
    pub(crate) fn pick<'o, T: ?Sized>(&mut self, of: &[&'o T]) -> &'o T {
        of[self.below(of.len())]
    }

    /// A byte.
    pub(crate) fn byte(&mut self) -> u8 {
        self.0.arbitrary().unwrap_or(0)
    }

    /// Any number.
    pub(crate) fn number(&mut self) -> i64 {
        self.0.arbitrary().unwrap_or(0)
    }

    /// A text of at most `longest` bytes, of any characters.
    pub(crate) fn text(&mut self, longest: usize) -> String {
        let length = self.below(longest + 1).min(self.0.len());
        let bytes = self.0.bytes(length).unwrap_or_default();
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// Bytes, at most so many.
    pub(crate) fn bytes(&mut self, longest: usize) -> &'a [u8] {
        let length = self.below(longest + 1).min(self.0.len());
        self.0.bytes(length).unwrap_or_default()
    }

    /// What is left, as it is.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.0.take_rest()
    }
}
