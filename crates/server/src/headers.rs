//! Header parameters: simple style, one header each.

use axum::http::HeaderMap;
use axum::http::header::AsHeaderName;
use simdutf8::basic::from_utf8;
use untag_types::parameter::FromParameter;

/// The header parameter `name`, if it is there.
///
/// # Errors
/// It is not of its type, is not UTF-8, or is sent more than once.
pub fn optional<T: FromParameter>(headers: &HeaderMap, name: &str) -> Result<Option<T>, String> {
    match single(headers, name, name)? {
        None => Ok(None),
        Some(text) => T::from_parameter(text).map(Some).map_err(|problem| format!("{name} {problem}")),
    }
}

/// The header parameter `name`, which must be there.
///
/// # Errors
/// As [`optional`], or it is missing.
pub fn required<T: FromParameter>(headers: &HeaderMap, name: &str) -> Result<T, String> {
    optional(headers, name)?.ok_or_else(|| format!("the header {name} is missing"))
}

/// The text of a header that may be sent at most once.
///
/// `header` is looked up, and `name` is what a message calls it: the same name, as the contract writes it.
pub(crate) fn single<'a>(
    headers: &'a HeaderMap,
    header: impl AsHeaderName,
    name: &str,
) -> Result<Option<&'a str>, String> {
    let mut values = headers.get_all(header).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(format!("the header {name} is sent more than once"));
    }
    from_utf8(value.as_bytes()).map(Some).map_err(|_| format!("the header {name} is not UTF-8"))
}
