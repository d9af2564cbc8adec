//! Whatever the document is, it is accepted or refused with diagnostics that can be shown: no panic, no endless loop.

use crate::support::{bad, contract, fixtures};
use untag_codegen::diagnostic::{render, render_coloured};

/// How many mutants of each document are read.
const MUTANTS: usize = 40;

/// A small deterministic generator of numbers (the constants are Knuth's).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// Pieces that mean something to YAML, to OpenAPI or to patterns.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "", "\n", "  ", "\t", "\u{0}", "\u{feff}", "\u{202e}", "中", ":", ": ", "- ", "? ", "|", ">-", "'", "\"", "\\", "#", "[", "]",
    "{", "}", "{}", "[]", "&a ", "*a", "!!str ", "<<: ", "---\n", "...\n", "%YAML 1.1\n", "~", "null", "true", "-1", "1e400",
    ".inf", "18446744073709551616", "0x1F", "$ref: '#/components/schemas/Problem'", "$ref: '#/components/schemas/'",
    "type: object", "type: array", "type: string", "nullable: true", "items: {}", "properties: {}", "required: [x]",
    "minItems: -1", "maxLength: 99999999999999999999", "pattern: '('", "pattern: '(a{1000}){1000}'", "enum: [a, a, 1]",
    "x-iam: []", "content: {}", "in: cookie", "'204': {}", "default: {}", "/a/{b}c/:", "(", ")", "*", "+", "\\p{L}",
];

/// Texts that have broken parsers.
#[rustfmt::skip]
const TEXTS: &[&str] = &[
    "", " ", "\n", "\u{feff}", "\u{feff}openapi: 3.0.3\n", "\u{0}", "{", "[", "{---", "[---", "...", "....", "- ... a", "---",
    "--- |", "!", "&", "*", "%", "%YAML", "%TAG ! tag:\n--- !a b", "?", "? ?", ": :", "- - -", "'", "\"", "\"\\", "\"\\x",
    "\"\\u{", "\"\\uD800\"", "|", ">9", "|+-", "a: b: c", "a:\n\tb", "a\r\nb: c\r\n", "\u{85}", "\u{2028}: x",
    "{a: b, a: b}", "[a: b]", "{? [a]: b}", "{? }", "a: &x\nb: *x", "<<: *a", "!!binary x", "k: !<tag:yaml.org,2002:str> v",
    "null", "[]", "{}", "7", "text",
    "{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"\\ud83d\\ude00\", \"version\": \"1\"}, \"paths\": {}}",
];

/// What nests, or goes on.
const ENDLESS: &[&str] =
    &["[", "{", "{a: ", "- ", "? ", "a:\n ", "\"", "'", "*a ", "&a ", "!a ", "---\n", "(", "[a, ", "a: b\n"];

/// One change to a text: a line or a piece of it removed, repeated, moved or replaced.
fn mutate(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = random.below(lines.len());
    let other = random.below(lines.len());
    match random.below(8) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[other].clone()),
        2 => lines.swap(at, other),
        3 => lines[at] = format!("{}{}", " ".repeat(random.below(6)), lines[at].trim_start()),
        4 => drop(lines.drain(at.min(other)..at.max(other))),
        5 => {
            let value = lines[at].find(": ").map_or(0, |colon| colon + 2);
            lines[at].replace_range(value.., random.pick(PIECES));
        }
        6 => {
            let indent = lines[at].len() - lines[at].trim_start().len();
            lines.insert(at, format!("{}{}", " ".repeat(indent), random.pick(PIECES)));
        }
        _ => {
            let line = &mut lines[at];
            let from = line.floor_char_boundary(random.below(line.len() + 1));
            let to = line.ceil_char_boundary(from + random.below(3));
            line.replace_range(from..to, random.pick(PIECES));
        }
    }
    lines.join("\n") + "\n"
}

/// Reads a text; what is refused must be possible to show.
fn read(text: &str) {
    if let Err(diagnostics) = untag_codegen::read("mutant.yaml", text) {
        assert!(!diagnostics.is_empty(), "refused without a reason:\n{text}");
        for diagnostic in &diagnostics {
            assert!(
                text.get(diagnostic.location.span.clone()).is_some(),
                "{diagnostic} points outside:\n{text}"
            );
            assert!(diagnostic.location.line <= text.lines().count() + 1, "{diagnostic}");
        }
        assert!(
            diagnostics.is_sorted_by_key(|diagnostic| diagnostic.location.span.start),
            "{diagnostics:#?}"
        );
        assert!(render(&diagnostics, text).contains("the contract is refused"));
        // Not the text that was read: the places are wrong, and that is all.
        assert!(render_coloured(&diagnostics, "中\n文").contains("the contract is refused"));
    }
}

#[test]
fn mutated_documents() {
    let mut random = Random(2024);
    for document in fixtures().into_iter().chain(bad()).chain([contract()]) {
        for _ in 0..MUTANTS {
            let mut mutant = mutate(&document.text, &mut random);
            while random.below(3) == 0 {
                mutant = mutate(&mutant, &mut random);
            }
            read(&mutant);
        }
    }
}

#[test]
fn texts_that_break_parsers() {
    for text in TEXTS {
        read(text);
    }
    for piece in ENDLESS {
        read(&piece.repeat(20_000));
    }
}

#[test]
fn a_document_may_be_large_but_not_huge() {
    let huge = "#".repeat(32 * 1024 * 1024 + 1);
    let diagnostics = untag_codegen::read("huge.yaml", &huge).unwrap_err();
    assert_eq!(diagnostics.iter().map(|diagnostic| diagnostic.rule).collect::<Vec<_>>(), ["document-size"]);
}

#[test]
fn a_document_with_many_errors_stays_readable() {
    let lines: Vec<String> = (0..5000).map(|index| format!("strange{index}: 1")).collect();
    let many = lines.join("\n");
    let diagnostics = untag_codegen::read("many.yaml", &many).unwrap_err();
    assert_eq!(diagnostics.len(), 1000);
    assert!(render(&diagnostics, &many).ends_with("1000 errors; the contract is refused\n"));
}
