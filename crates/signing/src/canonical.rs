//! The canonical form of a request: what both sides must write alike before one key can sign it.

use crate::header::{all, is_name, value};
use crate::{ALGORITHM, Date, Request, RequestError, hexadecimal};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// What is encoded in a query: everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How many headers signing adds at most.
const MOST_ADDED: usize = 3;

/// What is encoded in a path.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// The canonical URI of a raw path: decoded, encoded again with only unreserved characters bare, and ending in `/`.
///
/// It is decoded as a whole, so `%2F` becomes a separator: `a%2Fb` and `a/b` have the same canonical URI. A `%` that
/// encodes nothing stands for itself, and bytes that are not UTF-8 stay as they are.
#[must_use]
pub fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len() + 1);
    append_uri(path, &mut uri);
    uri
}

fn append_uri(path: &str, text: &mut String) {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~');
    if all(path.as_bytes(), bare) {
        // Its own canonical form, as most are.
        text.push_str(path);
    } else {
        let decoded: Cow<'_, [u8]> = percent_decode_str(path).into();
        text.extend(percent_encode(&decoded, RESERVED_IN_PATH));
    }
    if !text.ends_with('/') {
        text.push('/');
    }
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
    /// The form in which all headers are signed, and these in addition, whose names are in lower case; except those whose
    /// names contain `_`: some servers take `_` and `-` for the same.
    pub(crate) fn of_all<'a>(
        request: &Request<'a>,
        added: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, RequestError> {
        let mut lines: Vec<(Cow<'_, str>, &str)> = Vec::with_capacity(request.headers.len() + MOST_ADDED);
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
        for (name, text) in added {
            lines.push((Cow::Borrowed(name), value(name, text.as_bytes())?));
        }
        lines.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self::new(request, &lines)
    }

    /// The form in which the headers of these names are signed; they are in lower case and in order.
    pub(crate) fn of<'a>(
        request: &Request<'a>,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<Self, RequestError> {
        let lines: Vec<(Cow<'_, str>, &str)> = names
            .map(|name| Ok((Cow::Borrowed(name), request.headers.single(name)?)))
            .collect::<Result<_, RequestError>>()?;
        Self::new(request, &lines)
    }

    /// The form with these headers, whose names are in lower case and in order.
    fn new(request: &Request<'_>, lines: &[(Cow<'_, str>, &str)]) -> Result<Self, RequestError> {
        request.check()?;
        let query = request.query.map(query).unwrap_or_default();
        let lengths: usize = lines.iter().map(|(name, value)| 2 * name.len() + value.len() + 3).sum();
        // All of it, unless something in the path has to be encoded.
        let length =
            request.method.len() + request.path.len() + 1 + query.len() + lengths + hexadecimal::DIGITS + 5;

        let mut text = String::with_capacity(length);
        text.push_str(request.method);
        text.push('\n');
        let uri = appended(&mut text, |text| append_uri(request.path, text));
        text.push('\n');
        let query = appended(&mut text, |text| text.push_str(&query));
        text.push('\n');
        let headers = appended(&mut text, |text| {
            for (name, value) in lines {
                text.push_str(name);
                text.push(':');
                text.push_str(value);
                text.push('\n');
            }
        });
        text.push('\n');
        let signed_headers = appended(&mut text, |text| {
            for (place, (name, _)) in lines.iter().enumerate() {
                if place > 0 {
                    text.push(';');
                }
                text.push_str(name);
            }
        });
        text.push('\n');
        let start = text.len();
        request.append_body_sha256(&mut text)?;
        let body_sha256 = start..text.len();
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
        self.string_to_sign_at(date.text().as_str())
    }

    /// The string to sign with this text as the date.
    pub(crate) fn string_to_sign_at(&self, date: &str) -> String {
        let length = ALGORITHM.len() + date.len() + hexadecimal::DIGITS + 2;
        let mut text = String::with_capacity(length);
        text.extend([ALGORITHM, "\n", date, "\n"]);
        hexadecimal::append(&Sha256::digest(&self.text), &mut text);
        text
    }

    fn part(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

/// What `append` appends is there.
fn appended(text: &mut String, append: impl FnOnce(&mut String)) -> Range<usize> {
    let start = text.len();
    append(text);
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
