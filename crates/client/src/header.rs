//! Header parameters on their way into a request.

use reqwest::header::HeaderValue;

/// The value of the header parameter `name`.
///
/// # Errors
/// A header cannot carry it, or it would arrive without the blanks at its ends. The text is a sentence for the caller.
pub fn header_value(name: &str, parameter: &(impl ToString + ?Sized)) -> Result<HeaderValue, String> {
    let text = parameter.to_string();
    let trimmed = text.trim_matches([' ', '\t']);
    match HeaderValue::from_bytes(text.as_bytes()) {
        Ok(value) if trimmed.len() == text.len() => Ok(value),
        _ => Err(format!(
            "the header {name} cannot carry its value, which has a control character or a blank at an end; \
             nothing was sent: take these out"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::header_value;

    #[test]
    fn a_value_travels_exactly() {
        for text in ["a", "", "a b", "a\tb", "中 文", "7"] {
            assert_eq!(header_value("X-Trace", text).unwrap().as_bytes(), text.as_bytes());
        }
        assert_eq!(header_value("X-Trace", &7).unwrap(), "7");
    }

    #[test]
    fn a_value_that_would_arrive_changed_is_refused() {
        for text in [" a", "a ", "\ta", " ", "a\r\nX-Auth-Token: b", "a\0", "a\u{7f}"] {
            let message = header_value("X-Trace", text).unwrap_err();
            assert!(message.contains("the header X-Trace cannot carry its value"), "{message}");
        }
    }
}
