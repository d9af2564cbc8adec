//! Code with its comments, texts and words of the language marked: enough for an eye to find its way, and no more.
//!
//! It knows no grammar. Where it errs, a word has another colour, and the text is as it was.

use crate::page::escape;
use std::fmt::Write as _;

/// What a language looks like from afar.
struct Look {
    /// What starts a comment that ends with its line.
    comment: &'static str,
    /// What encloses a text.
    quotes: &'static [char],
    words: &'static [&'static str],
}

fn look(language: &str) -> Option<Look> {
    Some(match language {
        "sh" | "console" => Look {
            comment: "#",
            quotes: &['"', '\''],
            words: &[
                "case", "do", "done", "else", "esac", "export", "fi", "for", "if", "in", "then", "while",
            ],
        },
        "rust" => Look {
            comment: "//",
            quotes: &['"'],
            words: &[
                "as", "async", "await", "const", "else", "enum", "fn", "for", "if", "impl", "in", "let",
                "match", "mod", "move", "mut", "pub", "return", "self", "Self", "static", "struct", "trait",
                "type", "use", "where", "while",
            ],
        },
        "python" => Look {
            comment: "#",
            quotes: &['"', '\''],
            words: &[
                "and", "as", "class", "def", "elif", "else", "except", "for", "from", "if", "import", "in",
                "is", "not", "or", "pass", "raise", "return", "try", "while", "with", "None", "True",
                "False",
            ],
        },
        "json" => Look { comment: "\0", quotes: &['"'], words: &["true", "false", "null"] },
        "yaml" | "toml" => Look { comment: "#", quotes: &['"', '\''], words: &["true", "false"] },
        _ => return None,
    })
}

/// The code as HTML.
pub(crate) fn html(language: &str, code: &str) -> String {
    let Some(Look { comment, quotes, words }) = look(language) else { return escape(code) };
    let mut html = String::new();
    let mut rest = code;
    let mut previous = '\n';
    while let Some(first) = rest.chars().next() {
        let (class, length) = if rest.starts_with(comment) && !is_word(previous) && previous != '$' {
            ("c", rest.find('\n').unwrap_or(rest.len()))
        } else if quotes.contains(&first) {
            ("s", text_length(rest, first))
        } else if is_word(first) {
            let length = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
            let is_keyword = rest.get(..length).is_some_and(|word| words.contains(&word));
            (if is_keyword { "k" } else { "" }, length)
        } else {
            ("", first.len_utf8())
        };
        let (piece, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        if class.is_empty() {
            html.push_str(&escape(piece));
        } else {
            let _ = write!(html, r#"<span class="{class}">{}</span>"#, escape(piece));
        }
        previous = piece.chars().next_back().unwrap_or(previous);
        rest = after;
    }
    html
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// How long a quoted text is, quotes included. One that does not end is only its quote.
fn text_length(code: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (place, character) in code.char_indices().skip(1) {
        if is_escaped {
            is_escaped = false;
        } else if character == '\\' && quote == '"' {
            is_escaped = true;
        } else if character == quote {
            return place + quote.len_utf8();
        }
    }
    quote.len_utf8()
}
