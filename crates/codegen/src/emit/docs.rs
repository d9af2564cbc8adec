//! Descriptions of the contract as rustdoc: what Markdown in a document may say and rustdoc would misread, escaped.

use proc_macro2::TokenStream;
use quote::quote;

/// A description as `#[doc]` attributes, one for each line; nothing for an empty description.
pub(crate) fn attributes(description: &str) -> TokenStream {
    let text = escape(description);
    let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote! { #(#[doc = #lines])* }
}

/// A description as rustdoc text: `<…>` and `[…]` outside code spans lose their meaning, bare addresses become links,
/// and indented blocks, which rustdoc would run as tests, lose their indentation.
pub(crate) fn escape(description: &str) -> String {
    let mut out = String::with_capacity(description.len() + 16);
    let mut fenced = false;
    for line in description.trim_end().lines() {
        if !out.is_empty() {
            out.push('\n');
        }
        let trimmed = line.trim_end();
        if trimmed.trim_start().starts_with("```") {
            // An untagged fence is Rust to rustdoc, which would compile it.
            out.push_str(if !fenced && trimmed.trim_start() == "```" {
                "```text"
            } else {
                trimmed.trim_start()
            });
            fenced = !fenced;
        } else if fenced {
            out.push_str(trimmed);
        } else {
            let text = trimmed.trim_start();
            let indent = trimmed.len() - text.len();
            out.extend(std::iter::repeat_n(' ', indent.min(3)));
            escape_line(text, &mut out);
        }
    }
    if fenced {
        out.push_str("\n```");
    }
    out
}

/// Escapes one line outside a fence. Code spans are copied; one that never closes is text.
fn escape_line(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if first == '`'
            && let Some(span) = code_span(rest)
        {
            out.push_str(span);
            rest = &rest[span.len()..];
        } else if let Some(link) = bare_link(rest) {
            out.push('<');
            out.push_str(link);
            out.push('>');
            rest = &rest[link.len()..];
        } else {
            if matches!(first, '<' | '>' | '[' | ']') {
                out.push('\\');
            }
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
}

/// The code span that `text` starts with, its backticks included.
fn code_span(text: &str) -> Option<&str> {
    let ticks = text.len() - text.trim_start_matches('`').len();
    let fence = &text[..ticks];
    let body = &text[ticks..];
    let end = body.find(fence)?;
    Some(&text[..ticks + end + ticks])
}

/// The `http://` or `https://` address that `text` starts with, without the punctuation that ends its sentence.
fn bare_link(text: &str) -> Option<&str> {
    if !text.starts_with("https://") && !text.starts_with("http://") {
        return None;
    }
    let end = text.find(|c: char| c.is_whitespace() || "<>()[]`\"".contains(c)).unwrap_or(text.len());
    Some(text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?']))
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn what_rustdoc_would_misread_is_escaped() {
        assert_eq!(
            escape("`g:ResourceTag/<tag-key>` and <tag-key>"),
            "`g:ResourceTag/<tag-key>` and \\<tag-key\\>"
        );
        assert_eq!(escape("see [x]"), "see \\[x\\]");
        assert_eq!(escape("See https://example.com/a."), "See <https://example.com/a>.");
        assert_eq!(escape("one\n\n      let code;"), "one\n\n   let code;");
        assert_eq!(escape("```\nfn main() {}\n```"), "```text\nfn main() {}\n```");
        assert_eq!(escape("a ` alone <b>"), "a ` alone \\<b\\>");
    }
}
