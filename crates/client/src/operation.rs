//! What the transport knows of an operation: the type of the entries in a generated client's table.

use crate::transport::Transport;
use std::fmt;

/// A generated client, and what it was generated from. [`ClientBuilder::build_as`](crate::ClientBuilder::build_as) makes
/// one.
pub trait Contract: From<Transport> {
    /// `info.version` of the contract.
    const VERSION: &'static str;
    /// Its operations, by ascending operationId.
    const OPERATIONS: &'static [&'static Operation];
}

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
    /// Where the operation is offered, with the region left to choose: `https://workspace.{region}.myhuaweicloud.com`.
    /// Empty: the contract does not say.
    pub server: &'static str,
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
    /// The service that offers the operation, as the first label of its server's name says it: `workspace`. Empty where
    /// the contract does not say.
    #[must_use]
    pub fn service(&self) -> &'static str {
        let name = self.server.split_once("://").map_or("", |(_, name)| name);
        name.split(['.', ':', '/']).next().unwrap_or_default()
    }

    /// The path template as text: `/v2/{project_id}/desktops/{desktop_id}/tags/{key}`.
    pub(crate) fn template(&self) -> impl fmt::Display + use<> {
        Template(self.path)
    }

    /// Whether these are the segments of a path that the template allows.
    pub(crate) fn takes<'s>(&self, segments: impl IntoIterator<Item = &'s str>) -> bool {
        let mut segments = segments.into_iter();
        let each = self.path.iter().all(|wanted| {
            segments.next().is_some_and(|sent| match wanted {
                Segment::Literal(text) => sent == *text,
                Segment::Parameter(_) => !sent.is_empty(),
            })
        });
        each && segments.next().is_none()
    }

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
        write!(f, "{} ({} {})", self.id, self.method, self.template())
    }
}

struct Template(&'static [Segment]);

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|segment| match segment {
            Segment::Literal(text) => write!(f, "/{text}"),
            Segment::Parameter(name) => write!(f, "/{{{name}}}"),
        })
    }
}
