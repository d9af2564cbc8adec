//! `untagd` as a process. This test program becomes it, so that no other program has to be built before.

use crate::support::Running;
use crate::until::until;
use clap::Parser as _;
use rustix::process::Signal;
use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use untag_service::cli::{Cli, Command as Untagd};

/// Set in the process that becomes `untagd`: its arguments, as JSON.
const ARGUMENTS: &str = "UNTAG_CLI_TEST_UNTAGD";

/// The project of everything that `untagd dev` serves.
pub(crate) const PROJECT: &str = "0123456789abcdef0123456789abcdef";

/// Its resource with key1=value1, key2=value3 and keep=me: a desktop and a workspace.
pub(crate) const RESOURCE: &str = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11";

/// Its desktop with keys that need care.
pub(crate) const ODD: &str = "5f0c6a1e-2b7d-4c3f-9a8e-1d2c3b4a5f60";

/// Not a test: the process that the others start.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by other tests"]
async fn become_untagd() {
    let Ok(arguments) = std::env::var(ARGUMENTS) else { return };
    let arguments: Vec<String> = serde_json::from_str(&arguments).unwrap();
    match Cli::parse_from([vec!["untagd".to_owned()], arguments].concat()).command {
        Untagd::Dev(dev) => untag_service::command::dev::run(dev).await.unwrap(),
        Untagd::Serve(configured) => untag_service::command::serve::run(configured).await.unwrap(),
        Untagd::Import(import) => assert!(untag_service::command::import::run(import).await.unwrap()),
        Untagd::Export(export) => untag_service::command::export::run(export).await.unwrap(),
        Untagd::Audit(audit) => untag_service::command::audit::run(audit).await.unwrap(),
        other => panic!("no test needs {other:?}"),
    }
}

/// `untagd` with these arguments.
fn untagd(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "service::become_untagd", "--ignored", "--nocapture"])
        .env_clear()
        .env(ARGUMENTS, serde_json::to_string(arguments).unwrap())
        .stdin(Stdio::null());
    command
}

/// The same as a line for a shell.
pub(crate) fn shell(arguments: &[&str]) -> String {
    let program = std::env::current_exe().unwrap().display().to_string();
    let arguments = serde_json::to_string(arguments).unwrap();
    assert!(!format!("{program}{arguments}").contains('\''), "{program} {arguments}");
    format!("{ARGUMENTS}='{arguments}' '{program}' --exact service::become_untagd --ignored --nocapture")
}

/// Runs a command of `untagd` that must succeed; what it printed.
pub(crate) fn succeed(arguments: &[&str]) -> String {
    let output = untagd(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A running service.
pub(crate) struct Service {
    child: Running,
    folder: PathBuf,
    /// The database, as `--store` names it.
    store: String,
    /// What the ready file says.
    ready: Value,
}

impl Service {
    /// `untagd dev` with its files in this folder.
    pub(crate) fn dev(folder: &Path) -> Self {
        Self::start(folder, &["dev"])
    }

    /// Starts it on free ports, and waits until it takes requests.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        let store = format!("sqlite:{}", folder.join("untagd.db").display());
        let (ready_file, log) = (folder.join("ready.json"), folder.join("untagd.log"));
        let listen = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--store", &store];
        let ready = ["--ready-file", ready_file.to_str().unwrap()];
        let child = untagd(&[arguments, &listen, &ready].concat())
            .env("TMPDIR", folder)
            .stdout(File::create(folder.join("untagd.out")).unwrap())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut child = Running(child);
        let ready = until("untagd takes requests", || {
            if let Some(status) = child.0.try_wait().unwrap() {
                panic!("untagd ended, {status}: {}", fs::read_to_string(&log).unwrap());
            }
            let text = fs::read_to_string(&ready_file).ok()?;
            Some(serde_json::from_str(&text).expect("a ready file is whole or not there"))
        });
        Self { child, folder: folder.to_owned(), store, ready }
    }

    /// Where it is.
    pub(crate) fn endpoint(&self) -> &str {
        self.text("endpoint")
    }

    /// Its database, as `--store` names it.
    pub(crate) fn store(&self) -> &str {
        &self.store
    }

    /// A text of the ready file.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap_or_else(|| panic!("no {name} in the ready file"))
    }

    /// Puts resources into its database while it runs, as lines of `untagd import`.
    pub(crate) fn import(&self, lines: &str) {
        let file = self.folder.join("import.ndjson");
        fs::write(&file, lines).unwrap();
        succeed(&["import", file.to_str().unwrap(), "--store", &self.store]);
    }

    /// What was removed so far: type, id, key and value, oldest first.
    pub(crate) fn removed(&self) -> Vec<[String; 4]> {
        self.removed_from(&[PROJECT]).into_iter().map(|(_, row)| row).collect()
    }

    /// The same with the project of each, which must be one of these.
    pub(crate) fn removed_from(&self, projects: &[&str]) -> Vec<(String, [String; 4])> {
        let rows = succeed(&["audit", "--json", "--store", &self.store]);
        let rows = rows.lines().filter(|line| line.starts_with('{'));
        rows.map(|row| {
            let row: Value = serde_json::from_str(row).unwrap();
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            assert!(projects.contains(&&*text("project_id")), "{row}");
            (text("project_id"), ["resource_type", "resource_id", "key", "value"].map(text))
        })
        .collect()
    }

    /// Lets it do nothing: what is sent to it stays where it is.
    pub(crate) fn pause(&self) {
        self.child.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub(crate) fn resume(&self) {
        self.child.signal(Signal::CONT);
    }

    /// Whether something was sent to it that it has not read: while it is paused, nobody has an answer to that.
    pub(crate) fn has_unread(&self) -> bool {
        let port: u16 = self.endpoint().rsplit(':').next().unwrap().parse().unwrap();
        let own = format!("0100007F:{port:04X}");
        let table = fs::read_to_string("/proc/net/tcp").unwrap();
        // sl, local_address, rem_address, st, tx_queue:rx_queue, …
        let mut sockets = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        sockets.any(|socket| socket[1] == own && socket[3] == "01" && !socket[4].ends_with(":00000000"))
    }
}

/// A service with real policies: the caller may remove every tag of desktop `d` but `keep`.
pub(crate) fn strict(folder: &Path) -> (Service, String) {
    let token = untag_identity::make_token().unwrap();
    let file = |name: &str, text: &str| -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path
    };
    file(
        "policy.json",
        r#"{"Version":"5.0","Statement":[
            {"Effect":"Allow","Action":["workspace:desktops:untag","secmaster:resources:untag"]},
            {"Effect":"Deny","Action":["workspace:desktops:untag"],
             "Condition":{"ForAnyValue:StringEquals":{"g:TagKeys":["keep"]}}}]}"#,
    );
    let users = file(
        "authentication.toml",
        &format!(
            "[[users]]\nid = \"ana\"\nname = \"Ana\"\naccount = \"account\"\nprojects = [\"{PROJECT}\"]\n\n\
             [[tokens]]\nsha256 = \"{}\"\nuser = \"ana\"\n\n[[policies]]\nfile = \"policy.json\"\nusers = [\"ana\"]\n",
            token.sha256
        ),
    );
    let lines = file(
        "lines.ndjson",
        &format!(
            "{{\"project_id\":\"{PROJECT}\",\"resource_type\":\"desktop\",\"resource_id\":\"d\",\
             \"tags\":{{\"env\":\"test\",\"keep\":\"me\",\"owner\":\"ana\"}}}}\n"
        ),
    );
    let store = format!("sqlite:{}", folder.join("untagd.db").display());
    succeed(&["import", lines.to_str().unwrap(), "--store", &store]);
    (Service::start(folder, &["serve", "--authentication", users.to_str().unwrap()]), token.text)
}
