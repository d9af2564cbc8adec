//! Where a service runs: a folder, a database, and somebody who may call.

use super::{Contents, PROJECT, Untagd, contents, succeed};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use untag_identity::make_token;

/// The account that the project belongs to.
pub(crate) const ACCOUNT: &str = "d0c0ffee0000000000000000000000d0";

/// A folder with all that `untagd serve` needs.
pub(crate) struct Site {
    folder: TempDir,
    /// The database, as `--store` names it.
    pub(crate) store: String,
    /// A token of somebody who may do everything in the project.
    pub(crate) token: String,
}

impl Site {
    /// With a database file in the folder, which is still to be made.
    pub(crate) fn new() -> Self {
        let folder = folder();
        let store = format!("sqlite:{}", folder.path().join("tags.db").display());
        Self::make(folder, store)
    }

    /// On a database that is there.
    pub(crate) fn on(store: String) -> Self {
        Self::make(folder(), store)
    }

    fn make(folder: TempDir, store: String) -> Self {
        let token = account(&folder.path().join("authentication.toml"));
        Self { folder, store, token }
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The path of a file in the folder, as an argument.
    pub(crate) fn file(&self, name: &str) -> String {
        self.folder().join(name).to_str().unwrap().to_owned()
    }

    /// The arguments of `untagd serve`.
    pub(crate) fn serve(&self) -> [String; 5] {
        let authentication = self.file("authentication.toml");
        ["serve", "--store", &self.store, "--authentication", &authentication].map(str::to_owned)
    }

    /// Starts a service.
    pub(crate) fn start(&self, more: &[&str]) -> Untagd {
        self.start_in(self.folder(), more)
    }

    /// Starts a service whose own files are in another folder, for another may run beside it.
    pub(crate) fn start_in(&self, folder: &Path, more: &[&str]) -> Untagd {
        let serve = self.serve();
        let arguments: Vec<&str> = serve.iter().map(String::as_str).chain(more.iter().copied()).collect();
        Untagd::start(folder, &arguments)
    }

    /// Runs a command on the database, which must succeed; what it printed.
    pub(crate) fn run(&self, words: &[&str]) -> String {
        succeed(&[words, &["--store", &self.store]].concat())
    }

    /// Imports these resources.
    pub(crate) fn import(&self, resources: &[Value]) {
        let file = self.file("lines.ndjson");
        let lines: Vec<_> = resources.iter().map(Value::to_string).collect();
        fs::write(&file, lines.join("\n")).unwrap();
        self.run(&["import", &file]);
    }

    /// What is in the database.
    pub(crate) fn contents(&self) -> Contents {
        contents(&self.store)
    }
}

/// A desktop of the project with these tags, as it is imported.
pub(crate) fn resource(id: &str, tags: &Value) -> Value {
    json!({ "project_id": PROJECT, "resource_type": "desktop", "resource_id": id, "tags": tags })
}

/// A folder on the disk that the build is on, not in memory: a commit is to cost what it costs.
pub(crate) fn folder() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// Somebody who may do everything in the project; writes the authentication file.
pub(crate) fn account(file: &Path) -> String {
    let token = make_token().unwrap();
    let text = format!(
        "[[users]]\nid = \"ana\"\nname = \"Ana\"\naccount = \"{ACCOUNT}\"\nprojects = [\"{PROJECT}\"]\n\
         is_account = true\n\n[[tokens]]\nsha256 = \"{}\"\nuser = \"ana\"\n",
        token.sha256
    );
    fs::write(file, text).unwrap();
    token.text
}
