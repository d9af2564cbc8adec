//! The canonical form of a request: what both sides must write alike before one key can sign it.

use crate::header::{is_name, value};
use crate::{ALGORITHM, Date, Request, RequestError};
use data_encoding::HEXLOWER;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// What is encoded in a query: everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is encoded in a path.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// The canonical URI of a raw path: decoded, encoded again with only unreserved characters bare, and ending in `/`.
///
/// It is decoded as a whole, so `%2F` becomes a separator: `a%2Fb` and `a/b` have the same canonical URI. A `%` that
/// encodes nothing stands for itself, and bytes that are not UTF-8 stay as they are.
#[must_use]
pub fn uri(path: &str) -> String {
    let decoded: Cow<'_, [u8]> = percent_decode_str(path).into();
    let mut uri = String::with_capacity(path.len() + 1);
    uri.extend(percent_encode(&decoded, RESERVED_IN_PATH));
    if !uri.ends_with('/') {
        uri.push('/');
    }
    uri
}

/// The canonical query of a raw one: decoded, sorted by name and value, and encoded again as [`query_of`] does.
///
/// `+` is a space, as forms write it and as `untag_server` reads it. A name without `=` has an empty value; empty
/// pieces between two `&` are nothing.
#[must_use]
pub fn query(raw: &str) -> String {
    join(raw.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (form_decoded(name), form_decoded(value))
    }))
}

/// The query with these names and values, not encoded yet: fit for the wire, and its own canonical form.
#[must_use]
pub fn query_of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    join(pairs.into_iter().map(|(name, value)| (name.as_bytes().into(), value.as_bytes().into())))
}

fn form_decoded(part: &str) -> Cow<'_, [u8]> {
    if part.contains('+') {
        // In place of a `+`, before decoding: an encoded one is no space.
        Cow::Owned(percent_decode_str(&part.replace('+', " ")).collect())
    } else {
        percent_decode_str(part).into()
    }
}

fn join<'a>(pairs: impl Iterator<Item = (Cow<'a, [u8]>, Cow<'a, [u8]>)>) -> String {
    let mut pairs: Vec<_> = pairs.collect();
    // By what they mean, not by how they are encoded: `-` comes before `/`, but not before `%2F`.
    pairs.sort_unstable();
    let mut query = String::new();
    for (name, value) in &pairs {
        if !query.is_empty() {
            query.push('&');
        }
        query.extend(percent_encode(name, RESERVED));
        query.push('=');
        query.extend(percent_encode(value, RESERVED));
    }
    query
}

/// A request in canonical form, and each part of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Canonical {
    text: String,
    uri: Range<usize>,
    query: Range<usize>,
    headers: Range<usize>,
    signed_headers: Range<usize>,
    body_sha256: Range<usize>,
}

impl Canonical {
    /// The form in which all headers are signed, except those whose names contain `_`: some servers take `_` and `-`
    /// for the same.
    pub(crate) fn of_all(request: &Request<'_>) -> Result<Self, RequestError> {
        let mut lines: Vec<(Cow<'_, str>, &str)> = Vec::new();
        for (name, bytes) in request.headers.iter().filter(|(name, _)| !name.contains('_')) {
            if !is_name(name) {
                return Err(RequestError::HeaderName);
            }
            let lower = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
                name.to_ascii_lowercase().into()
            } else {
                Cow::Borrowed(name)
            };
            if lines.last().is_some_and(|(previous, _)| *previous == lower) {
                return Err(RequestError::RepeatedHeader(lower.into_owned()));
            }
            lines.push((lower, value(name, bytes)?));
        }
        Self::new(request, &lines)
    }

    /// The form in which the headers of these names are signed; they are in lower case and in order.
    pub(crate) fn of<'a>(
        request: &Request<'_>,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<Self, RequestError> {
        let lines: Vec<(Cow<'_, str>, &str)> = names
            .map(|name| Ok((Cow::Borrowed(name), request.headers.single(name)?)))
            .collect::<Result<_, RequestError>>()?;
        Self::new(request, &lines)
    }

    fn new(request: &Request<'_>, lines: &[(Cow<'_, str>, &str)]) -> Result<Self, RequestError> {
        request.check()?;
        let lengths: usize = lines.iter().map(|(name, value)| 2 * name.len() + value.len() + 3).sum();
        let (uri, query) = (uri(request.path), query(request.query.unwrap_or_default()));
        let body = request.body_sha256()?;

        let mut text =
            String::with_capacity(request.method.len() + uri.len() + query.len() + lengths + body.len() + 5);
        text.push_str(request.method);
        text.push('\n');
        let uri = append(&mut text, [&*uri]);
        text.push('\n');
        let query = append(&mut text, [&*query]);
        text.push('\n');
        let headers =
            append(&mut text, lines.iter().flat_map(|(name, value)| [name.as_ref(), ":", value, "\n"]));
        text.push('\n');
        let separators = std::iter::once("").chain(std::iter::repeat(";"));
        let signed_headers = append(
            &mut text,
            separators.zip(lines).flat_map(|(separator, (name, _))| [separator, name.as_ref()]),
        );
        text.push('\n');
        let body_sha256 = append(&mut text, [&*body]);
        Ok(Self { text, uri, query, headers, signed_headers, body_sha256 })
    }

    /// The canonical request: all parts, and the method, on lines of their own.
    ///
    /// It holds the values of headers, a security token among them: do not log it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The canonical URI.
    #[must_use]
    pub fn uri(&self) -> &str {
        self.part(&self.uri)
    }

    /// The canonical query; empty where there is none.
    #[must_use]
    pub fn query(&self) -> &str {
        self.part(&self.query)
    }

    /// The canonical headers, `name:value`, each with its line break. Do not log them.
    #[must_use]
    pub fn headers(&self) -> &str {
        self.part(&self.headers)
    }

    /// The names of the signed headers, with `;` between them.
    #[must_use]
    pub fn signed_headers(&self) -> &str {
        self.part(&self.signed_headers)
    }

    /// The SHA-256 of the body, in lower-case hexadecimal.
    #[must_use]
    pub fn body_sha256(&self) -> &str {
        self.part(&self.body_sha256)
    }

    /// The string to sign: the algorithm, the date and the SHA-256 of the canonical request.
    #[must_use]
    pub fn string_to_sign(&self, date: Date) -> String {
        let request = HEXLOWER.encode(&Sha256::digest(&self.text));
        format!("{ALGORITHM}\n{date}\n{request}")
    }

    fn part(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

/// Appends the pieces, and says where they are.
fn append<'a>(text: &mut String, pieces: impl IntoIterator<Item = &'a str>) -> Range<usize> {
    let start = text.len();
    text.extend(pieces);
    start..text.len()
}

impl fmt::Debug for Canonical {
    // Values stay out: credentials travel in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canonical")
            .field("uri", &self.uri())
            .field("signed_headers", &self.signed_headers())
            .finish_non_exhaustive()
    }
}
