//! Contracts: whatever the text, it is refused with diagnostics that can be shown, or accepted; and what is accepted becomes
//! Rust that parses.

use crate::choices::Choices;
use crate::documents::{self, DOCUMENTS};
use untag_codegen::diagnostic::{Diagnostic, RULES, render, render_coloured};
use untag_codegen::emit::{self, GeneratedFile, Layout, is_untouched};
use untag_codegen::ir::Api;

/// A text as it is.
pub(super) fn text(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        read(text);
    }
}

/// A document that was good, after some edits.
pub(super) fn edits(input: &[u8]) {
    read(&documents::edited(&mut Choices::new(input)).to_string());
}

pub(super) fn text_seeds() -> Vec<Vec<u8>> {
    DOCUMENTS.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Each document as it is, and after a few edits.
pub(super) fn edit_seeds() -> Vec<Vec<u8>> {
    let documents = u8::try_from(DOCUMENTS.len()).unwrap_or(u8::MAX);
    let edits = |document: u8| {
        (0..3).map(move |edit: u8| [vec![document], vec![37 * edit; 12 * usize::from(edit)]].concat())
    };
    (0..documents).flat_map(edits).collect()
}

fn read(text: &str) {
    match untag_codegen::read("fuzz.yaml", text) {
        Ok(contract) => {
            assert_eq!(
                untag_codegen::parse("fuzz.yaml", text).ok(),
                Some(contract.document),
                "it reads as something else"
            );
            generate(&contract.api);
        }
        Err(diagnostics) => refused(&diagnostics, text),
    }
}

fn refused(diagnostics: &[Diagnostic], text: &str) {
    assert!(!diagnostics.is_empty(), "refused without a reason");
    for diagnostic in diagnostics {
        let location = &diagnostic.location;
        assert!(text.get(location.span.clone()).is_some(), "{diagnostic} points outside");
        assert!((1..=text.split('\n').count() + 1).contains(&location.line), "{diagnostic} has no such line");
        assert!(RULES.iter().any(|rule| rule.name == diagnostic.rule), "{diagnostic} names no rule");
        assert!(!diagnostic.to_string().contains('\n'), "{diagnostic} has more than one line");
        for label in &diagnostic.labels {
            assert!(text.get(label.span.clone()).is_some(), "{diagnostic}: a label points outside");
        }
    }
    assert!(diagnostics.is_sorted_by_key(|diagnostic| diagnostic.location.span.start), "out of order");
    assert!(render(diagnostics, text).contains("the contract is refused"));
    assert!(render_coloured(diagnostics, text).contains("the contract is refused"));
}

/// Every emitter takes what lint has accepted, and writes Rust that says itself that nobody has touched it.
fn generate(api: &Api) {
    type Emitter = fn(&Api, &Layout) -> Result<Vec<GeneratedFile>, String>;
    let emitters: [(&str, Emitter); 3] =
        [("types", emit::types::emit), ("client", emit::client::emit), ("server", emit::server::emit)];
    let layout = Layout {
        types: "::untag_types".to_owned(),
        command: "cargo xtask fuzz".to_owned(),
        contract: "fuzz.yaml".to_owned(),
    };
    for (name, emit) in emitters {
        let files = match emit(api, &layout) {
            Ok(files) => files,
            Err(error) => panic!("lint accepts what the emitter of {name} cannot write: {error}"),
        };
        let mut paths: Vec<_> = files.iter().map(|file| file.path.to_lowercase()).collect();
        paths.sort_unstable();
        assert!(paths.is_sorted_by(|one, next| one < next), "{name}: two files of one name: {paths:?}");
        for GeneratedFile { path, text } in files {
            assert!(is_untouched(&text), "{name}/{path} does not have its own checksum");
            if let Err(error) = syn::parse_file(&text) {
                panic!("{name}/{path} is not Rust: {error}\n{text}");
            }
        }
    }
}
