//! The site of this repository, made once for all tests, and copies of its content that can be spoilt.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;
use untag_docs::{Inputs, Problem, Site, build, cargo};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// What the site is made of, without rustdoc.
pub(crate) fn inputs() -> &'static Inputs {
    static INPUTS: OnceLock<Inputs> = OnceLock::new();
    INPUTS.get_or_init(|| Inputs {
        repository: root(),
        content: root().join("docs"),
        packages: cargo::packages(&root()).unwrap(),
        rustdoc: None,
    })
}

/// The site.
pub(crate) fn site() -> &'static Site {
    static SITE: OnceLock<Site> = OnceLock::new();
    SITE.get_or_init(|| build(inputs()).unwrap_or_else(|problems| panic!("{}", words(&problems))))
}

/// The folder that it is written to.
pub(crate) fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs-site");
        site().write(&folder).unwrap();
        folder
    })
}

/// Every page: its path, and its HTML.
pub(crate) fn pages() -> BTreeMap<&'static str, &'static str> {
    let pages = site().files.iter().filter(|(path, _)| path.rsplit('.').next() == Some("html"));
    pages.map(|(path, bytes)| (path.as_str(), str::from_utf8(bytes).unwrap())).collect()
}

/// A file of the site as text.
pub(crate) fn text(path: &str) -> &'static str {
    str::from_utf8(site().files.get(path).unwrap_or_else(|| panic!("the site has no {path}"))).unwrap()
}

/// A copy of the content.
pub(crate) struct Copy {
    folder: TempDir,
}

impl Copy {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for below in ["", "pages", "measured", "examples/deleteDesktopTag", "examples/batchUntagResources"] {
            let (from, to) = (root().join("docs").join(below), folder.path().join(below));
            fs::create_dir_all(&to).unwrap();
            for entry in fs::read_dir(from).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_file() {
                    fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
                }
            }
        }
        Self { folder }
    }

    /// A file in it.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Adds text at the end of a file, and gives the number of the line that it begins on.
    pub(crate) fn append(&self, below: &str, text: &str) -> usize {
        let before = fs::read_to_string(self.path(below)).unwrap();
        fs::write(self.path(below), format!("{before}\n{text}\n")).unwrap();
        before.matches('\n').count() + 2
    }

    /// Makes the site of it.
    pub(crate) fn build(&self) -> Result<Site, Vec<Problem>> {
        build(&Inputs { content: self.folder.path().to_owned(), ..inputs().clone() })
    }

    /// The one reason why there is no site: its place below the copy, and its words.
    pub(crate) fn refusal(&self) -> (String, String) {
        let problems = self.build().expect_err("the site is refused");
        let [problem] = &problems[..] else { panic!("one problem, not\n{}", words(&problems)) };
        let folder = format!("{}/", self.folder.path().display());
        (problem.place.replace(&folder, ""), problem.message.replace(&folder, ""))
    }
}

fn words(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
