//! Names of resources, `<service>:<region>:<account>:<type>:<path>`, and patterns for them.
//!
//! Each part is compared with its own part, exactly, case included. A wildcard stays within its part, so that no region or
//! account can be spelt so as to reach into the next; only the path may hold `:` itself, and `*` in a path takes `:` and `/`.

use crate::pattern::Pattern;
use serde::{Serialize, Serializer};
use std::fmt;

/// The name of one resource.
///
/// `Display` gives `<service>:<region>:<account>:<type>:<path>`. A `:` in one of the first four parts, which only a caller's
/// odd resource type can bring there, is shown as `%3A`, so that the parts stay where they are; it is not read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urn {
    parts: [String; 5],
}

impl Urn {
    /// The name made of its parts, which may be anything.
    #[must_use]
    pub fn new(service: &str, region: &str, account: &str, resource_type: &str, path: &str) -> Self {
        Self { parts: [service, region, account, resource_type, path].map(str::to_owned) }
    }

    /// Reads a name as an operator writes it; wildcards are refused.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    pub fn parse(text: &str) -> Result<Self, UrnError> {
        let parts = split(text).map_err(UrnError)?;
        if text.contains(['*', '?']) {
            return Err(UrnError("names one resource, so it has neither * nor ?"));
        }
        Ok(Self { parts: parts.map(str::to_owned) })
    }

    /// The service: `workspace`.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.parts[0]
    }

    /// The type: `desktop`.
    #[must_use]
    pub fn resource_type(&self) -> &str {
        &self.parts[3]
    }

    /// What names the resource within its type.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.parts[4]
    }
}

impl fmt::Display for Urn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [service, region, account, kind, path] = &self.parts;
        for part in [service, region, account, kind] {
            for (position, piece) in part.split(':').enumerate() {
                f.write_str(if position == 0 { "" } else { "%3A" })?;
                f.write_str(piece)?;
            }
            f.write_str(":")?;
        }
        f.write_str(path)
    }
}

impl Serialize for Urn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Why a text is no URN. `Display` continues a sentence whose subject is the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrnError(&'static str);

impl fmt::Display for UrnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for UrnError {}

fn split(text: &str) -> Result<[&str; 5], &'static str> {
    const SHAPE: &str = "is not a URN; write <service>:<region>:<account>:<type>:<path>";
    let mut parts = text.splitn(5, ':');
    let (Some(service), Some(region), Some(account), Some(kind), Some(path)) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(SHAPE);
    };
    if text.chars().any(char::is_control) {
        return Err("has a control character; no URN has any");
    }
    // Region and account may be empty: global services have no region.
    if service.is_empty() || kind.is_empty() || path.is_empty() {
        return Err(
            "lacks its service, its type or its path; write <service>:<region>:<account>:<type>:<path>",
        );
    }
    Ok([service, region, account, kind, path])
}

/// Which resources a statement is about.
#[derive(Clone, Debug)]
pub(crate) struct UrnPattern {
    /// Nothing for `*` alone, which is every resource.
    parts: Option<[Pattern; 5]>,
}

impl UrnPattern {
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        if text == "*" {
            return Ok(Self { parts: None });
        }
        Ok(Self { parts: Some(split(text)?.map(Pattern::exact)) })
    }

    pub(crate) fn matches(&self, urn: &Urn) -> bool {
        let Some(patterns) = &self.parts else { return true };
        patterns.iter().zip(&urn.parts).all(|(pattern, part)| pattern.matches(part))
    }
}
