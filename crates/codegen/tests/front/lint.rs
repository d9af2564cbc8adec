//! One bad document for each rule, and what the lint says about it. `bad/RULE.yaml` breaks that rule and no other.

use crate::support::{Document, bad};
use std::collections::BTreeSet;
use untag_codegen::diagnostic::{Diagnostic, RULES, render, render_coloured};

/// A rule that no document of a reasonable size can break; `never_panics` breaks it.
const BY_SIZE_ONLY: &str = "document-size";

/// What the lint says about a bad document.
fn refuse(document: &Document) -> Vec<Diagnostic> {
    untag_codegen::read(&format!("{}.yaml", document.stem()), &document.text).unwrap_err()
}

#[test]
fn every_bad_document_breaks_its_rule_and_no_other() {
    for document in bad() {
        let diagnostics = refuse(&document);
        let broken: BTreeSet<_> = diagnostics.iter().map(|diagnostic| diagnostic.rule.to_owned()).collect();
        assert_eq!(broken, BTreeSet::from([document.stem()]), "{}", render(&diagnostics, &document.text));
    }
}

#[test]
fn what_the_lint_says() {
    for document in bad() {
        insta::assert_snapshot!(document.stem(), render(&refuse(&document), &document.text));
    }
}

#[test]
fn every_rule_has_a_bad_document() {
    let documents: BTreeSet<_> = bad().iter().map(Document::stem).collect();
    let rules = RULES.iter().map(|rule| rule.name).filter(|name| *name != BY_SIZE_ONLY).map(str::to_owned);
    assert_eq!(documents, rules.collect());
}

#[test]
fn the_readme_lists_every_rule_with_its_reason() {
    let readme = include_str!("../../README.md");
    let (_, table) = readme.split_once("\n## Rules\n").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let listed: Vec<String> = rows.map(str::to_owned).collect();
    let expected: Vec<String> =
        RULES.iter().map(|rule| format!("| `{}` | {} |", rule.name, rule.reason)).collect();
    assert_eq!(listed, expected, "the table should be:\n{}", expected.join("\n"));
}

#[test]
fn all_errors_of_a_document_are_reported_at_once_and_in_order() {
    let text = "openapi: 3.1.0\ninfo: {titel: Bad, version: 1.0}\npaths:\n  things: {}\n";
    let diagnostics = untag_codegen::read("many.yaml", text).unwrap_err();
    let lines: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "many.yaml:1:10: error[openapi-version]: the contract is written in OpenAPI `3.1.0`",
            "many.yaml:2:1: error[missing-member]: `info` has no `title`",
            "many.yaml:2:8: error[unknown-member]: `titel` is not a member of `info`",
            "many.yaml:2:29: error[wrong-type]: `version` must be text, but is the number `1.0`",
            "many.yaml:4:3: error[missing-member]: `things` has no operation",
            "many.yaml:4:3: error[path-template]: the path `things` does not start with `/`",
        ]
    );
}

#[test]
fn places_count_characters_in_columns_and_bytes_in_spans() {
    let text = "openapi: 3.0.3\ninfo: {title: größe 中, versoin: '1'}\npaths: {}\n";
    let diagnostics = untag_codegen::read("places.yaml", text).unwrap_err();
    let misspelt = diagnostics.iter().find(|diagnostic| diagnostic.rule == "unknown-member").unwrap();
    assert_eq!((misspelt.location.line, misspelt.location.column), (2, 24));
    assert_eq!(&text[misspelt.location.span.clone()], "versoin");
    assert_eq!(misspelt.pointer, "/info/versoin");
    assert_eq!(misspelt.help, "did you mean `version`?");
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_move_no_place() {
    let text = "\u{feff}openapi: 3.0.3\r\ninfo: {title: größe 中, versoin: '1'}\r\npaths: {}\r\n";
    let diagnostics = untag_codegen::read("windows.yaml", text).unwrap_err();
    let misspelt = diagnostics.iter().find(|diagnostic| diagnostic.rule == "unknown-member").unwrap();
    assert_eq!((misspelt.location.line, misspelt.location.column), (2, 24));
    assert_eq!(&text[misspelt.location.span.clone()], "versoin");
}

#[test]
fn places_that_are_far_apart_are_shown_apart() {
    let filler = "# nothing\n".repeat(5_000);
    let text = format!("openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\n{filler}info: {{}}\npaths: {{}}\n");
    let diagnostics = untag_codegen::read("far.yaml", &text).unwrap_err();
    insta::assert_snapshot!("places_far_apart", render(&diagnostics, &text));
}

#[test]
fn a_document_on_one_long_line_is_pointed_into_and_not_shown() {
    let filler = " ".repeat(100_000);
    let text = format!(
        "{{\"openapi\": \"3.0.3\", {filler}\"größe\": 1, \"colour\": 2, \"info\": {{\"title\": \"T\", \"version\": \"1\"}}, \"paths\": {{}}}}"
    );
    let diagnostics = untag_codegen::read("one-line.json", &text).unwrap_err();
    insta::assert_snapshot!("one_long_line", render(&diagnostics, &text));
}

#[test]
fn json_documents_have_places_too() {
    let text = "{\n  \"openapi\": \"3.0.3\",\n  \"info\": {\"title\": \"T\", \"version\": \"1\"},\n  \"paths\": []\n}\n";
    let diagnostics = untag_codegen::read("contract.json", text).unwrap_err();
    let lines: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        ["contract.json:4:12: error[wrong-type]: `paths` must be a mapping, but is a sequence"; 1]
    );
}

#[test]
fn colours_change_nothing_but_colours() {
    let text = "openapi: 3.1.0\ninfo: {title: Bad, version: '1'}\npaths: {}\n";
    let diagnostics = untag_codegen::read("colours.yaml", text).unwrap_err();
    let coloured = render_coloured(&diagnostics, text);
    assert!(coloured.contains("\u{1b}["));
    let mut plain = String::new();
    for (index, piece) in coloured.split("\u{1b}[").enumerate() {
        plain.push_str(if index == 0 { piece } else { piece.split_once('m').unwrap().1 });
    }
    assert_eq!(plain, render(&diagnostics, text));
}

#[test]
fn an_accepted_contract_is_said_to_be_accepted() {
    assert_eq!(render(&[], ""), "0 errors; the contract is accepted\n");
}
