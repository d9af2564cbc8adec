//! What the transport knows of an operation: the type of the entries in a generated client's table.

use std::fmt;

/// One operation of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The contract's operationId.
    pub id: &'static str,
    /// The HTTP method, in upper case.
    pub method: &'static str,
    /// The path template; never empty.
    pub path: &'static [Segment],
    /// The kinds of credentials that the operation accepts, one of which it asks for. Empty: it asks for none.
    pub credentials: &'static [Credential],
    /// Whether sending the request twice does the same as sending it once (`x-idempotent`).
    pub idempotent: bool,
}

/// One segment of a path template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Fixed text, in unreserved characters.
    Literal(&'static str),
    /// A whole segment, taken by the path parameter of this name.
    Parameter(&'static str),
}

/// A kind of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A bearer token.
    Token {
        /// The header that carries it, in lower case.
        header: &'static str,
    },
    /// A signature over the request.
    Signature {
        /// The header that carries it, in lower case.
        header: &'static str,
        /// How it is made: `SDK-HMAC-SHA256`.
        algorithm: &'static str,
    },
}

impl Operation {
    /// Whether a server prefers this operation where a path fits both: same method, and more of its path is fixed.
    pub(crate) fn is_narrower_than(&self, other: &Self) -> bool {
        let literals = |operation: &Self| {
            operation.path.iter().filter(|segment| matches!(segment, Segment::Literal(_))).count()
        };
        self.method == other.method && literals(self) > literals(other)
    }

    /// The header that carries a token, if the operation accepts one.
    #[must_use]
    pub fn token_header(&self) -> Option<&'static str> {
        self.credentials.iter().find_map(|credential| match credential {
            Credential::Token { header } => Some(*header),
            Credential::Signature { .. } => None,
        })
    }
}

/// The operationId with the method and the path template, as messages name an operation.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} ", self.id, self.method)?;
        for segment in self.path {
            match segment {
                Segment::Literal(text) => write!(f, "/{text}")?,
                Segment::Parameter(name) => write!(f, "/{{{name}}}")?,
            }
        }
        f.write_str(")")
    }
}
