//! Actions, `<service>:<type>:<operation>`, and patterns for them.
//!
//! An action is told from another without regard to the case of ASCII letters, as the provider has it. A wildcard stays
//! within its part: `workspace:*` is refused, and not taken for `workspace:*:*`.

use crate::pattern::Pattern;

/// Which actions a statement is about.
#[derive(Clone, Debug)]
pub(crate) struct ActionPattern {
    written: String,
    /// Nothing for `*` alone, which is every action.
    parts: Option<[Pattern; 3]>,
}

impl ActionPattern {
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        if text == "*" {
            return Ok(Self { written: text.to_owned(), parts: None });
        }
        let mut parts = text.split(':');
        let (Some(service), Some(kind), Some(operation), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(
                "is not an action; write <service>:<type>:<operation>, with * or ? in any of the three, or * alone",
            );
        };
        let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '*' | '?');
        if ![service, kind, operation].iter().all(|part| part.chars().all(plain)) {
            return Err(
                "has a character that no action has; use letters and digits of ASCII, _ and -, and * or ? as wildcards",
            );
        }
        // The type may be empty: the provider has actions such as `dli::listTags`.
        if service.is_empty() || operation.is_empty() {
            return Err("lacks its service or its operation; write <service>:<type>:<operation>");
        }
        Ok(Self {
            written: text.to_owned(),
            parts: Some([service, kind, operation].map(Pattern::ignoring_ascii_case)),
        })
    }

    pub(crate) fn matches(&self, action: &str) -> bool {
        let Some([service, kind, operation]) = &self.parts else { return true };
        let mut parts = action.splitn(3, ':');
        parts.next().is_some_and(|part| service.matches(part))
            && parts.next().is_some_and(|part| kind.matches(part))
            && parts.next().is_some_and(|part| operation.matches(part))
    }

    /// As the policy has it.
    pub(crate) fn written(&self) -> &str {
        &self.written
    }
}
