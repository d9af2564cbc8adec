//! The headers of a request as signatures see them: in the order of their names, each of them once.

use crate::RequestError;
use std::cmp::Ordering;
use std::fmt;

pub(crate) const AUTHORIZATION: &str = "Authorization";
pub(crate) const CONTENT_SHA256: &str = "X-Sdk-Content-Sha256";
pub(crate) const DATE: &str = "X-Sdk-Date";
pub(crate) const HOST: &str = "Host";
pub(crate) const PROJECT_ID: &str = "X-Project-Id";
pub(crate) const SECURITY_TOKEN: &str = "X-Security-Token";

/// The headers of a request. Collect them from pairs of a name, in any case, and a value, as text or bytes.
///
/// `Host` is one of them, with its port where the URL has one; under HTTP/2 it is what `:authority` says. Whoever makes
/// the collection adds it there.
#[derive(Clone, Default)]
pub struct Headers<'a>(Vec<(&'a str, &'a [u8])>);

impl<'a> Headers<'a> {
    /// Whether there is a header of this name.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|(found, _)| found.eq_ignore_ascii_case(name))
    }

    /// The one header of this name.
    ///
    /// # Errors
    /// It is missing, is there more than once, or its value is none.
    pub(crate) fn single(&self, name: &str) -> Result<&'a str, RequestError> {
        match self.all(name) {
            [] => Err(RequestError::MissingHeader(name.to_ascii_lowercase())),
            [(_, bytes)] => value(name, bytes),
            _ => Err(RequestError::RepeatedHeader(name.to_ascii_lowercase())),
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them, ordered by their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.0.iter().copied()
    }

    fn all(&self, name: &str) -> &[(&'a str, &'a [u8])] {
        let start = self.0.partition_point(|(found, _)| compare(found, name) == Ordering::Less);
        let rest = self.0.get(start..).unwrap_or_default();
        let count = rest.iter().take_while(|(found, _)| compare(found, name) == Ordering::Equal).count();
        rest.get(..count).unwrap_or_default()
    }
}

impl<'a, V: AsRef<[u8]> + ?Sized> FromIterator<(&'a str, &'a V)> for Headers<'a> {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a V)>>(headers: I) -> Self {
        let mut headers: Vec<_> = headers.into_iter().map(|(name, value)| (name, value.as_ref())).collect();
        headers.sort_by(|(one, _), (other, _)| compare(one, other));
        Self(headers)
    }
}

impl fmt::Debug for Headers<'_> {
    // Names only: credentials travel in values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// The order of names, whatever their case: that of their lower-case bytes.
fn compare(one: &str, other: &str) -> Ordering {
    one.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(other.bytes().map(|byte| byte.to_ascii_lowercase()))
}

/// Whether `name` is a header's name, as HTTP has it.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// The text of a value, without the blanks around it, which HTTP does not transport.
///
/// # Errors
/// It is not UTF-8, or it has control characters: a line break would make two canonical lines of one.
pub(crate) fn value<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, RequestError> {
    let fits = |byte: u8| !byte.is_ascii_control() || byte == b'\t';
    match str::from_utf8(bytes) {
        // Of all that this trims, only spaces and tabs can be there.
        Ok(text) if all(bytes, fits) => Ok(text.trim_ascii()),
        _ => Err(RequestError::HeaderValue(name.to_ascii_lowercase())),
    }
}

/// Whether all bytes fit. It looks at every one of them, many at a time, whatever it finds: nearly all texts are good.
pub(crate) fn all(bytes: &[u8], fits: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(0, |misfits, byte| misfits | u8::from(!fits(*byte))) == 0
}
