//! Header parameters on their way into a request.

use crate::error::Failure;
use crate::operation::Operation;
use reqwest::header::HeaderValue;

/// The value of the header parameter `name` of an operation.
///
/// # Errors
/// A header cannot carry it, or it would arrive without the blanks at its ends. Nothing has been sent.
pub fn header_value(
    operation: &'static Operation,
    name: &str,
    parameter: &(impl ToString + ?Sized),
) -> Result<HeaderValue, Failure> {
    exactly(&parameter.to_string()).ok_or_else(|| {
        Failure::refused(
            operation,
            format!(
                "the header {name} cannot carry its value, which has a control character or a blank at an end; take \
                 these out"
            ),
        )
    })
}

/// The header value that arrives as just this text, if there is one.
pub(crate) fn exactly(text: &str) -> Option<HeaderValue> {
    let trimmed = text.trim_matches([' ', '\t']);
    HeaderValue::from_bytes(text.as_bytes()).ok().filter(|_| trimmed.len() == text.len())
}

/// As [`exactly`], for a value that must not print itself.
pub(crate) fn secret(text: &str) -> Option<HeaderValue> {
    let mut value = exactly(text)?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::{exactly, secret};

    #[test]
    fn a_value_travels_exactly() {
        for text in ["a", "", "a b", "a\tb", "中 文", "7"] {
            assert_eq!(exactly(text).unwrap().as_bytes(), text.as_bytes());
        }
    }

    #[test]
    fn a_value_that_would_arrive_changed_is_refused() {
        for text in [" a", "a ", "\ta", " ", "a\r\nX-Auth-Token: b", "a\0", "a\u{7f}"] {
            assert_eq!(exactly(text), None);
        }
    }

    #[test]
    fn a_secret_does_not_print() {
        assert!(!format!("{:?}", secret("s3cret")).contains("s3cret"));
    }
}
