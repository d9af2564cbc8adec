//! Query parameters: form style, exploded.

use crate::path::decode;
use std::borrow::Cow;
use untag_types::parameter::FromParameter;

/// A decoded query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Decodes the raw query; `+` is a space, as forms write it.
    ///
    /// # Errors
    /// A name or a value is not percent-encoded UTF-8.
    pub fn parse(raw: Option<&str>) -> Result<Self, String> {
        raw.unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                let name = text(name).map_err(|problem| format!("a name in the query {problem}"))?;
                let value = text(value).map_err(|problem| format!("{name} {problem}"))?;
                Ok((name, value))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The parameter `name`, if it is there.
    ///
    /// # Errors
    /// It is not of its type, or it is given more than once and is no array.
    pub fn optional<T: FromParameter>(&self, name: &str) -> Result<Option<T>, String> {
        let values: Vec<&str> =
            self.0.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str()).collect();
        if values.is_empty() {
            return Ok(None);
        }
        T::from_parameters(&values).map(Some).map_err(|problem| format!("{name} {problem}"))
    }

    /// The parameter `name`, which must be there.
    ///
    /// # Errors
    /// As [`optional`](Self::optional), or it is missing.
    pub fn required<T: FromParameter>(&self, name: &str) -> Result<T, String> {
        self.optional(name)?.ok_or_else(|| format!("{name} is missing from the query"))
    }
}

/// A name or a value, as forms write it.
fn text(part: &str) -> Result<String, String> {
    decode(&part.replace('+', "%20")).map(Cow::into_owned)
}

/// Refuses a query parameter that the operation does not have.
///
/// HTTP would have it ignored. But a path parameter whose `?` was not encoded arrives as a shorter one and a query: a
/// careless client that means the key `a?b` asks for `a`, and what is deleted by mistake does not come back.
pub(crate) fn refuse_undeclared(raw: Option<&str>, declared: &[&str]) -> Result<(), String> {
    let mut pairs = raw.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let undeclared = pairs.any(|pair| {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        !text(name).is_ok_and(|name| declared.contains(&&*name))
    });
    if undeclared {
        Err("the query has a parameter that this operation does not take; write a `?` in a path as %3F"
            .to_owned())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Query, refuse_undeclared};

    #[test]
    fn a_name_is_declared_however_it_is_written() {
        for raw in
            ["page size=1", "page+size=1", "page%20size=1", "%70age+size=1", "&page+size=1&", "page+size"]
        {
            assert_eq!(refuse_undeclared(Some(raw), &["page size"]), Ok(()), "{raw}");
            assert!(Query::parse(Some(raw)).unwrap().required::<String>("page size").is_ok(), "{raw}");
        }
        for raw in ["page%2Bsize=1", "pagesize=1", "page+size=1&other=2", "=1", "%FF=1", "%=1"] {
            assert!(refuse_undeclared(Some(raw), &["page size"]).is_err(), "{raw}");
        }
    }
}
