//! The documents that must be accepted: the contract itself, and the fixtures that cover each row of the supported subset.

use crate::support::{Document, contract, fixtures};
use std::collections::BTreeSet;
use untag_codegen::diagnostic::render;

/// Every document that must be accepted.
fn documents() -> Vec<Document> {
    fixtures().into_iter().chain([contract()]).collect()
}

#[test]
fn every_document_is_accepted() {
    for document in documents() {
        if let Err(diagnostics) = untag_codegen::read(&document.stem(), &document.text) {
            panic!("{}", render(&diagnostics, &document.text));
        }
    }
}

#[test]
fn json_is_read_like_yaml() {
    for document in documents() {
        let from_yaml = untag_codegen::read("contract.yaml", &document.text).unwrap();
        for json in [from_yaml.document.to_string(), format!("{:#}", from_yaml.document)] {
            let from_json = untag_codegen::read("contract.json", &json).unwrap();
            assert_eq!(from_json.document.to_string(), from_yaml.document.to_string(), "{}", document.stem());
            assert_eq!(from_json.api, from_yaml.api, "{}", document.stem());
        }
    }
}

#[test]
fn every_fixture_proves_a_row_of_the_supported_subset() {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("\n## The supported subset\n").unwrap();
    let (table, _) = rest.split_once("\n## ").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| part "));
    let cells = rows.map(|row| row.trim_end_matches(" |").rsplit(" | ").next().unwrap());
    let named: BTreeSet<String> =
        cells.flat_map(|cell| cell.split(", ")).map(|stem| stem.trim_matches('`').to_owned()).collect();
    let there: BTreeSet<String> = fixtures().iter().map(Document::stem).collect();
    assert_eq!(named, there);
}

/// The core schema of YAML 1.2: how a plain scalar is read shows in what the lint says of it as an enumeration value.
#[test]
fn plain_scalars_are_read_by_the_core_schema() {
    let texts = [
        "yes",
        "no",
        "on",
        "off",
        "y",
        "N",
        "nUll",
        "tRue",
        "0b1",
        "0o8",
        "0xG",
        "1_000",
        "1e",
        "e1",
        ".",
        "+",
        "1.2.3",
        "2024-02-29",
        "12:30:45",
        "0o",
        "0x",
        "-.inf.",
        "+-1",
        "0o+7",
    ];
    for text in texts {
        assert_eq!(read_as(text), None, "{text}");
    }
    for (plain, read) in [
        ("", "null"),
        ("~", "null"),
        ("null", "null"),
        ("NULL", "null"),
        ("True", "the boolean `true`"),
        ("FALSE", "the boolean `false`"),
        ("0", "the number `0`"),
        ("-12", "the number `-12`"),
        ("+12", "the number `12`"),
        ("012", "the number `12`"),
        ("0o17", "the number `15`"),
        ("0xfF", "the number `255`"),
        ("18446744073709551615", "the number `18446744073709551615`"),
        ("1.", "the number `1.0`"),
        (".5", "the number `0.5`"),
        ("-1.5E+3", "the number `-1500.0`"),
        ("1e3", "the number `1000.0`"),
    ] {
        assert_eq!(read_as(plain).as_deref(), Some(read), "{plain}");
    }
}

/// What a plain scalar is, as the lint names it; nothing for text.
fn read_as(plain: &str) -> Option<String> {
    let text = format!(
        "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths: {{}}\ncomponents:\n  schemas:\n    A:\n      type: string\n      enum:\n        - {plain}\n"
    );
    let diagnostics = untag_codegen::read("scalar.yaml", &text).unwrap_err();
    let mut values =
        diagnostics.iter().filter(|diagnostic| diagnostic.pointer == "/components/schemas/A/enum/0");
    let message = values.find_map(|value| value.message.strip_prefix("a value of the enumeration is "))?;
    Some(message.to_owned())
}
