//! What a command writes: results on stdout, for people or as one JSON document, and everything else on stderr.

use crate::exit::Exit;
use crate::problem::Problem;
use clap::ValueEnum;
use serde_json::{Value, json};
use std::io::{self, Write};

/// The form of what goes to stdout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON document, whatever happens.
    Json,
}

/// Writes a line to stdout. A reader that has gone away is no failure: it has what it wanted.
///
/// # Errors
/// Anything else that keeps it from being written.
pub fn say(line: &str) -> Result<(), Problem> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Problem::failed(format!("stdout cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a line to stderr, made [`harmless`]. Where that cannot be written, nobody is left to tell.
pub fn note(line: &str) {
    let _ = writeln!(io::stderr(), "{}", harmless(line));
}

/// A text that does nothing to the terminal that it is printed on: a server may have answered with anything. What would act
/// stands there as Rust would write it; ends of lines and tabs stay.
#[must_use]
pub fn harmless(text: &str) -> String {
    escaped(text, |character| character.escape_unicode().to_string())
}

/// The text with what acts on a terminal in another spelling.
fn escaped(text: &str, spell: impl Fn(char) -> String) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if acts(character) {
            escaped.push_str(&spell(character));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// Whether a character moves the cursor, begins a sequence that does more, breaks a line, or turns the direction of writing
/// around, so that what follows reads as something else.
fn acts(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Writes a JSON document to stdout, with how the command ended as its first members.
///
/// # Errors
/// As [`say`].
pub fn document(exit: Exit, mut members: Value) -> Result<(), Problem> {
    let mut whole = json!({ "outcome": exit.name(), "exit_code": exit.code() });
    if let (Some(whole), Some(members)) = (whole.as_object_mut(), members.as_object_mut()) {
        whole.append(members);
    }
    // serde_json leaves all but the first 32 characters as they are. Within a string, which is where they can be, JSON has
    // another spelling for each, with the same meaning.
    say(&escaped(&format!("{whole:#}"), |character| format!("\\u{:04x}", u32::from(character))))
}

/// A number of things, as a sentence has it: `1 tag`, `2 tags`.
#[must_use]
pub fn count(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// Tells of a problem that ended the command: a sentence on stderr and, where the output is JSON, a document on stdout.
pub fn report(problem: &Problem, format: Format) {
    if format == Format::Json {
        let error = json!({ "error": { "message": problem.to_string() } });
        // If stdout is what cannot be written, stderr and the exit code say it.
        let _ = document(problem.exit(), error);
    }
    note(&format!("error: {problem}"));
}

#[cfg(test)]
mod tests {
    use super::{escaped, harmless};

    #[test]
    fn nothing_reaches_a_terminal_that_moves_it_or_turns_it_around() {
        assert_eq!(
            harmless("a\u{1b}[2J\rb\nc\u{9b}1m\t中\u{202e}d\u{2066}e\u{2028}f"),
            "a\\u{1b}[2J\\u{d}b\nc\\u{9b}1m\t中\\u{202e}d\\u{2066}e\\u{2028}f"
        );
        // Joiners make one sign of several: no reason to spell them out.
        assert_eq!(harmless("größe 👩‍💻"), "größe 👩‍💻");
    }

    #[test]
    fn a_document_means_the_same_in_either_spelling() {
        let text = "\u{1b}\u{7f}\u{9b}\u{2028}\u{202e}中\n";
        let json = serde_json::json!({ "a": text }).to_string();
        let harmless = escaped(&json, |character| format!("\\u{:04x}", u32::from(character)));
        assert!(!harmless.contains(['\u{7f}', '\u{9b}', '\u{2028}', '\u{202e}']), "{harmless}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&harmless).unwrap()["a"], text);
    }
}
