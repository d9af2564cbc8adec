//! Cases as they are written in `openapi/cases/`, whose README describes them.

use crate::generated::cases;
use crate::message::{Part, Text};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A case as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    pub(crate) name: String,
    pub(crate) why: String,
    pub(crate) rule: String,
    /// Whose documented answer is expected. None: no operation takes the request.
    pub(crate) operation: Option<String>,
    #[serde(default)]
    pub(crate) given: Given,
    /// Who has to call; anybody, where nothing is said.
    pub(crate) caller: Option<Caller>,
    /// Whether only the reference implementation has promised this.
    #[serde(default)]
    pub(crate) reference: bool,
    /// A request that is signed instead of carrying a token.
    pub(crate) signed: Option<Signed>,
    pub(crate) head: Vec<Pieces>,
    #[serde(default)]
    pub(crate) body: Pieces,
    pub(crate) expect: Expect,
}

/// How the state differs from the first.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
}

/// A caller whom a case depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Caller {
    /// Without the `op_service` permission.
    Tenant,
    /// With it.
    OpService,
}

/// What is signed, where it is not what is sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Signed {
    /// The target of the request line.
    pub(crate) target: Option<String>,
    pub(crate) body: Option<String>,
    /// How far from now it is dated.
    pub(crate) seconds: i64,
    /// Another secret than the key's.
    pub(crate) secret: Option<String>,
}

/// What is expected.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    pub(crate) status: u16,
    pub(crate) error_code: Option<String>,
    #[serde(default)]
    pub(crate) error_msg: Vec<String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) removed: Vec<String>,
}

/// A text, or a list of pieces to be joined.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Pieces {
    One(String),
    Many(Vec<Piece>),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Piece {
    Text(String),
    Repeat { repeat: String, times: usize },
    Hex { hex: String },
}

impl Default for Pieces {
    fn default() -> Self {
        Self::One(String::new())
    }
}

impl Pieces {
    pub(crate) fn text(&self) -> Text {
        match self {
            Self::One(text) if text.is_empty() => Text::default(),
            Self::One(text) => Text::plain(text.clone()),
            Self::Many(pieces) => Text(
                pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Text(text) => Part::Plain(text.clone().into_bytes()),
                        Piece::Repeat { repeat, times } => Part::Repeat(repeat.clone().into_bytes(), *times),
                        Piece::Hex { hex } => Part::Plain(unhex(hex)),
                    })
                    .collect(),
            ),
        }
    }
}

/// The bytes that pairs of hexadecimal digits stand for; white space is between them for the eye.
fn unhex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    digits.as_chunks().0.iter().map(|[high, low]| high << 4 | low).collect()
}

/// All of them, in the order of the files.
///
/// # Errors
/// The packaged copy is not what this module reads, which a test rules out.
pub(crate) fn all() -> Result<Vec<Written>, serde_json::Error> {
    let mut all = Vec::new();
    for text in [cases::ACCEPTED, cases::REFUSED, cases::MALFORMED, cases::SIGNED] {
        all.append(&mut serde_json::from_str(text)?);
    }
    Ok(all)
}
