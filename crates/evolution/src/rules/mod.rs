//! What each member of a contract means to clients and servers: one module for each part of a document.
//!
//! A rule is a `match` over names of members. What it does not name falls to
//! [`Comparison::unclassified`](crate::comparison::Comparison::unclassified).

mod body;
mod components;
mod document;
mod extension;
mod operation;
mod parameter;
mod paths;
mod response;
mod schema;
mod security;
mod server;

pub(crate) use document::compare;

use serde_json::Value;

/// A value as sentences repeat it: in backticks, shortened.
fn quoted(value: &Value) -> String {
    const SHOWN: usize = 60;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("`{shown}`")
}
