//! Replays what is kept: the seeds of every target, its corpus, and every input that once broke something.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use untag_fuzz::{DOCUMENTS, TARGETS, Target};

/// What the corpora may take: they are read by people, and cloned by everybody.
const MOST_FILES: usize = 200;
const MOST_BYTES: u64 = 300 * 1024;

/// The files of a folder of this package, by name; none where there is no such folder.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().map(|file| file.unwrap().path()).collect();
    files.sort_unstable();
    files
}

fn names(files: &[PathBuf]) -> BTreeSet<&str> {
    files.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect()
}

/// Tries everything that is kept for a target, and gives how much that was.
fn replay(name: &str) -> usize {
    let target = Target::named(name).unwrap();
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty(), "a target without seeds begins at nothing");
    for seed in &seeds {
        (target.run)(seed);
    }
    let kept: Vec<_> =
        ["corpus", "regressions"].iter().flat_map(|kind| files(&format!("{kind}/{name}"))).collect();
    for path in &kept {
        // Shown only where the input breaks something.
        println!("{}", path.display());
        (target.run)(&fs::read(path).unwrap());
    }
    (target.run)(&[]);
    seeds.len() + kept.len()
}

macro_rules! replays {
    ($($test:ident: $target:literal,)*) => {
        $(#[test]
        fn $test() {
            assert!(replay($target) > 0);
        })*

        #[test]
        fn every_target_is_replayed_and_has_a_corpus() {
            let targets: BTreeSet<_> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(targets, BTreeSet::from([$($target),*]));
            // `cargo xtask fuzz` takes the names of the folders for those of the targets.
            assert_eq!(targets, names(&files("corpus")));
            assert!(names(&files("regressions")).is_subset(&targets));
        }
    };
}

replays! {
    apply: "apply",
    contract_edits: "contract-edits",
    contract_text: "contract-text",
    evolution: "evolution",
    import: "import",
    json: "json",
    path: "path",
    policy_decision: "policy-decision",
    policy_text: "policy-text",
    request: "request",
    signature: "signature",
}

#[test]
fn the_corpora_are_small() {
    let files: Vec<_> = TARGETS.iter().flat_map(|target| files(&format!("corpus/{}", target.name))).collect();
    let bytes: u64 = files.iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(files.len() <= MOST_FILES && bytes <= MOST_BYTES, "{} files, {bytes} bytes", files.len());
}

#[test]
fn every_fixture_is_a_document_to_edit() {
    let fixtures = files("../tests/fixtures/documents");
    assert_eq!(fixtures.len() + 1, DOCUMENTS.len(), "add the new fixture to src/documents.rs");
    for path in fixtures {
        let text = fs::read_to_string(&path).unwrap();
        assert!(DOCUMENTS.contains(&&*text), "{} is not among the documents", path.display());
    }
}
