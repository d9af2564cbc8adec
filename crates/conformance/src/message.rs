//! A request as it goes over the wire: bytes, of which it is known which are a secret and which repeat, so that it can be
//! shown to people.

use zeroize::Zeroizing;

/// A piece of a request.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// These bytes.
    Plain(Vec<u8>),
    /// These bytes over and over.
    Repeat(Vec<u8>, usize),
    /// What nobody may see.
    Secret(Hidden),
}

/// A secret, and how a shell gets at it.
#[derive(Clone)]
pub(crate) struct Hidden {
    /// What stands for it on a command line, within double quotes.
    pub(crate) shown: &'static str,
    pub(crate) value: Zeroizing<String>,
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.shown)
    }
}

/// Pieces, one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text(pub(crate) Vec<Part>);

impl Text {
    pub(crate) fn plain(bytes: impl Into<Vec<u8>>) -> Self {
        Self(vec![Part::Plain(bytes.into())])
    }

    /// This text with something after it.
    pub(crate) fn and(mut self, part: Part) -> Self {
        self.0.push(part);
        self
    }

    /// All bytes, the secret ones too.
    pub(crate) fn bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(self.0.iter().map(Part::len).sum()));
        for part in &self.0 {
            match part {
                Part::Plain(bytes) => out.extend_from_slice(bytes),
                Part::Repeat(unit, times) => (0..*times).for_each(|_| out.extend_from_slice(unit)),
                Part::Secret(hidden) => out.extend_from_slice(hidden.value.as_bytes()),
            }
        }
        out
    }

    /// Whether this starts the text, in whatever case.
    pub(crate) fn starts_with(&self, start: &str) -> bool {
        match self.0.first() {
            Some(Part::Plain(bytes)) => {
                bytes.get(..start.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(start.as_bytes()))
            }
            _ => false,
        }
    }
}

impl Part {
    fn len(&self) -> usize {
        match self {
            Self::Plain(bytes) => bytes.len(),
            Self::Repeat(unit, times) => unit.len().saturating_mul(*times),
            Self::Secret(hidden) => hidden.value.len(),
        }
    }
}

/// A request: its lines without their ends, and what follows the empty line.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// The request line, then the headers.
    pub(crate) lines: Vec<Text>,
    pub(crate) body: Text,
}

impl Message {
    /// What goes over the wire.
    pub(crate) fn bytes(&self) -> Zeroizing<Vec<u8>> {
        // Once, in its full length: a buffer that grows leaves copies behind.
        let parts: usize =
            self.lines.iter().chain([&self.body]).flat_map(|text| &text.0).map(Part::len).sum();
        let mut out = Zeroizing::new(Vec::with_capacity(parts + 2 * self.lines.len() + 2));
        for line in &self.lines {
            out.extend_from_slice(&line.bytes());
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&self.body.bytes());
        out
    }

    /// Method and target of the request line.
    pub(crate) fn start(&self) -> (String, String) {
        let line = self.lines.first().map(Text::bytes).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).into_owned();
        let mut words = line.split(' ');
        let method = words.next().unwrap_or_default().to_owned();
        (method, words.next().unwrap_or_default().to_owned())
    }
}
