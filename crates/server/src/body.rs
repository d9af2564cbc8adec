//! The request body: read within a limit, then decoded as strictly as a server must.

use crate::headers::single;
use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

/// Reads the whole body, at most `limit` bytes of it.
///
/// # Errors
/// The body is longer, or the connection broke off before its end.
pub(crate) async fn read(body: Body, limit: usize) -> Result<Bytes, String> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(format!("the request body is longer than {limit} bytes"))
        }
        Err(_) => Err("the request body ended before it was complete".to_owned()),
    }
}

/// The JSON body, which must be there.
///
/// # Errors
/// It is missing, not announced as JSON, or not a value of the type; the text names the member and the rule.
pub fn required<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, String> {
    optional(headers, bytes)?.ok_or_else(|| {
        "the request body is missing; if you sent one, something between you and here removed it".to_owned()
    })
}

/// The JSON body, or nothing when no byte was sent.
///
/// # Errors
/// It is not announced as JSON, or not a value of the type; the text names the member and the rule.
pub fn optional<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<Option<T>, String> {
    if bytes.is_empty() {
        return Ok(None);
    }
    announced_as_json(headers)?;
    untag_types::strict::from_slice(bytes).map(Some).map_err(|error| error.to_string())
}

/// Accepts `application/json`, alone or with `charset=UTF-8`, in any case.
fn announced_as_json(headers: &HeaderMap) -> Result<(), String> {
    let Some(value) = single(headers, header::CONTENT_TYPE, "Content-Type")? else {
        return Err("the header Content-Type is missing; send application/json".to_owned());
    };
    let mut parts = value.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.all(|parameter| {
        parameter.split_once('=').is_some_and(|(name, charset)| {
            name.trim().eq_ignore_ascii_case("charset")
                && charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
    });
    if is_json && is_utf8 {
        Ok(())
    } else {
        Err("Content-Type must be application/json, alone or with charset=UTF-8".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::announced_as_json;
    use axum::http::{HeaderMap, HeaderValue, header};

    #[test]
    fn only_json_in_utf8_is_taken() {
        let accepts = |value: &'static str| {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(value))]);
            announced_as_json(&headers).is_ok()
        };
        for good in
            ["application/json", "application/json;charset=UTF-8", "Application/JSON; charset=\"utf-8\""]
        {
            assert!(accepts(good), "{good}");
        }
        for bad in [
            "",
            "text/plain",
            "application/jsonx",
            "application/json;charset=latin1",
            "application/json;",
            "application/json; v=1",
        ] {
            assert!(!accepts(bad), "{bad}");
        }
    }
}
