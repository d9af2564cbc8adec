//! Which document becomes which files.

use crate::{
    failure::{Exit, Failure},
    files,
    plan::Wanted,
};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, IsTerminal, stderr},
    panic::resume_unwind,
    path::Path,
    thread,
};
use untag_codegen::{
    diagnostic::{self, Diagnostic},
    emit::{self, GeneratedFile, Layout},
    ir::Api,
};

/// The command that every generated file names.
pub const COMMAND: &str = "cargo xtask codegen";

/// The folders that hold nothing but generated files.
pub const FOLDERS: [&str; 5] = [
    "crates/types/src/generated",
    "crates/client/src/generated",
    "crates/server/src/generated",
    CONFORMANCE,
    FIXTURES,
];

/// The contract.
pub(crate) const CONTRACT: &str = "openapi/untag.yaml";
const CONFORMANCE: &str = "crates/conformance/src/generated";
const CASES: &str = "openapi/cases";
/// The files of cases that the conformance kit packages.
const PACKAGED: [&str; 5] = ["rules", "accepted", "refused", "malformed", "signed"];
const DOCUMENTS: &str = "tests/fixtures/documents";
const FIXTURES: &str = "tests/fixtures/src/generated";

/// A contract document.
struct Document {
    /// Its path below the root.
    path: String,
    /// The module of the fixture crate that is generated from it; `None` for the contract itself.
    fixture: Option<String>,
}

/// What became of one document: its text, and the files it gives or the reasons why lint refuses it.
struct Read {
    text: String,
    files: Result<Vec<Wanted>, Vec<Diagnostic>>,
}

/// Reads every document and generates every file, each document in a thread of its own.
///
/// # Errors
/// A document cannot be read; or lint refuses one, in which case all diagnostics of all documents are on stderr.
pub fn generate(root: &Path) -> Result<Vec<Wanted>, Failure> {
    let documents = documents(root)?;
    let read: Vec<Result<Read, Failure>> = thread::scope(|scope| {
        let threads: Vec<_> =
            documents.iter().map(|document| scope.spawn(|| generate_one(root, document))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });

    let mut wanted = Vec::new();
    let mut refused = Vec::new();
    for (document, read) in documents.iter().zip(read) {
        let Read { text, files } = read?;
        match files {
            Ok(files) => wanted.extend(files),
            Err(diagnostics) => refused.push((document.path.as_str(), text, diagnostics)),
        }
    }
    if !refused.is_empty() {
        return Err(refuse(&refused));
    }
    let fixtures: Vec<_> = documents
        .iter()
        .filter_map(|document| Some((document.fixture.as_deref()?, document.path.as_str())))
        .collect();
    add(FIXTURES, emit::fixtures::emit(&fixtures, DOCUMENTS, COMMAND)?, &mut wanted);
    Ok(wanted)
}

/// The contract, and then the fixture documents by name. Only files that end in `.yaml` are documents.
fn documents(root: &Path) -> Result<Vec<Document>, Failure> {
    let folder = root.join(DOCUMENTS);
    let cannot = |error: &io::Error| files::cannot("list", &folder, error);
    let mut fixtures = BTreeMap::new();
    for entry in fs::read_dir(&folder).map_err(|error| cannot(&error))? {
        let file = entry.map_err(|error| cannot(&error))?.file_name();
        let Some(name) = file.to_str().and_then(|file| file.strip_suffix(".yaml")) else {
            continue;
        };
        let path = format!("{DOCUMENTS}/{name}.yaml");
        let module = emit::fixtures::module(name).map_err(|error| format!("{path}: {error}"))?;
        if let Some(other) = fixtures.insert(module, path.clone()) {
            return Err(format!("{path} and {other} become one module: rename one of them").into());
        }
    }
    let contract = Document { path: CONTRACT.to_owned(), fixture: None };
    let fixtures = fixtures.into_iter().map(|(module, path)| Document { path, fixture: Some(module) });
    Ok(std::iter::once(contract).chain(fixtures).collect())
}

/// Reads one document and generates the three crates of it.
fn generate_one(root: &Path, document: &Document) -> Result<Read, Failure> {
    type Emitter = fn(&Api, &Layout) -> Result<Vec<GeneratedFile>, String>;
    let emitters: [(&str, Emitter); 3] =
        [("types", emit::types::emit), ("client", emit::client::emit), ("server", emit::server::emit)];
    let Document { path, fixture } = document;
    let text = files::read(&root.join(path))?;
    let contract = match untag_codegen::read(path, &text) {
        Ok(contract) => contract,
        Err(diagnostics) => return Ok(Read { text, files: Err(diagnostics) }),
    };
    let layout = match fixture {
        None => {
            Layout { types: "::untag_types".to_owned(), command: COMMAND.to_owned(), contract: path.clone() }
        }
        Some(module) => emit::fixtures::layout(module, path, COMMAND),
    };
    let mut wanted = Vec::new();
    for (name, emit) in emitters {
        let folder = match fixture {
            None => format!("crates/{name}/src/generated"),
            Some(module) => format!("{FIXTURES}/{module}/{name}"),
        };
        let files = emit(&contract.api, &layout)
            .map_err(|error| format!("the generator has a defect that {path} brings to light: {error}"))?;
        add(&folder, files, &mut wanted);
    }
    if fixture.is_none() {
        let file = emit::server::contract(&text, &contract.document, &layout)?;
        add("crates/server/src/generated", vec![file], &mut wanted);
        let mut cases = Vec::new();
        for name in PACKAGED {
            cases.push((name.to_uppercase(), files::read(&root.join(CASES).join(format!("{name}.json")))?));
        }
        let cases: Vec<_> = cases.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        add(CONFORMANCE, emit::conformance::emit(&contract.document, &cases, &layout, CASES)?, &mut wanted);
    }
    Ok(Read { text, files: Ok(wanted) })
}

fn add(folder: &str, files: Vec<GeneratedFile>, wanted: &mut Vec<Wanted>) {
    wanted.extend(
        files
            .into_iter()
            .map(|GeneratedFile { path, text }| Wanted { path: format!("{folder}/{path}"), text }),
    );
}

/// Shows every diagnostic of every document that was refused.
pub(crate) fn refuse(refused: &[(&str, String, Vec<Diagnostic>)]) -> Failure {
    let render = if stderr().is_terminal() { diagnostic::render_coloured } else { diagnostic::render };
    for (_, text, diagnostics) in refused {
        eprintln!("{}\n", render(diagnostics, text).trim_end());
    }
    let paths: Vec<_> = refused.iter().map(|(path, ..)| *path).collect();
    let message = format!("lint refuses {}; no file has been changed", paths.join(" and "));
    Failure { exit: Exit::Refused, message }
}
