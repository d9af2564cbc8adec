//! Real PostgreSQL servers for tests: private clusters on free loopback ports, run by an unprivileged user, gone with the
//! test process however that ends.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};
use untag_store::ResourceKey;
use untag_store::postgres::{PostgresOptions, PostgresStore};

use super::Subject;

/// What a cluster is told beyond its port. Nobody switches the machine off during a test, and what a killed server has
/// written is with the operating system: flushing disks proves nothing here. Ordering by language is what a store must
/// not depend on.
const CONFIGURATION: &str = "fsync = off\nfull_page_writes = off\nunix_socket_directories = ''\n\
     listen_addresses = '127.0.0.1'\nmax_connections = 200\nwal_keep_size = '256MB'\n";

/// The user that Debian's package makes, for tests that run as root: PostgreSQL refuses to.
const USER: &str = "postgres";

/// A cluster with its server. It is stopped and removed when this is dropped, or when the process ends.
pub struct Cluster {
    home: PathBuf,
    port: u16,
    /// Stops the server and removes its files when its standard input ends.
    undertaker: Option<Child>,
}

impl Cluster {
    /// Makes a new cluster, and starts its server.
    pub fn new() -> Self {
        let cluster = Self::place();
        cluster
            .tool("initdb", &["-N", "-A", "trust", "-U", USER, "-E", "UTF8"])
            .args(["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"])
            .arg("-D")
            .arg(cluster.data())
            .success();
        cluster.configure(CONFIGURATION);
        cluster.start()
    }

    /// Makes a standby of this server, which follows it under a name, and starts it.
    pub fn standby(&self, name: &str) -> Self {
        let standby = Self::place();
        let primary = format!("host=127.0.0.1 port={} user={USER} application_name={name}", self.port);
        standby
            .tool("pg_basebackup", &["-N", "-R", "-X", "stream", "-c", "fast", "-d", &primary])
            .arg("-D")
            .arg(standby.data())
            .success();
        standby.start()
    }

    /// A directory of its own for a cluster, owned by who will run it.
    fn place() -> Self {
        let home = TempDir::with_prefix("untag-postgres-").expect("a temporary directory can be made").keep();
        if is_root() {
            let owner = Command::new("chown").arg(USER).arg(&home).status().expect("chown runs");
            assert!(owner.success(), "there is no user {USER}: install the Debian package postgresql");
        }
        let mut cluster = Self { home, port: 0, undertaker: None };
        // Signals that end the tests from a terminal reach this process too; it has work to do then.
        let script = "trap '' INT HUP TERM; cat >/dev/null; \
                      \"$1\"/pg_ctl -D \"$2\"/data -m immediate -w stop >/dev/null 2>&1; rm -rf \"$2\"";
        cluster.undertaker = Some(
            unprivileged("sh")
                .args(["-c", script, "sh"])
                .arg(binaries())
                .arg(&cluster.home)
                .current_dir("/")
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()
                .expect("a shell runs"),
        );
        cluster
    }

    fn start(mut self) -> Self {
        // The port is free when it is chosen; where somebody else is quicker, another one is.
        for _ in 0..5 {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port is free");
            self.port = listener.local_addr().expect("it has an address").port();
            drop(listener);
            self.configure(&format!("port = {}\n", self.port));
            if self.control(&["start"]).status().expect("pg_ctl runs").success() {
                return self;
            }
        }
        panic!(
            "PostgreSQL does not start: {}",
            fs::read_to_string(self.home.join("log")).unwrap_or_default()
        );
    }

    /// Appends to the configuration; the last word counts.
    pub fn configure(&self, lines: &str) {
        let path = self.data().join("postgresql.conf");
        let before = fs::read_to_string(&path).expect("there is a configuration");
        fs::write(path, before + "\n" + lines).expect("it can be written");
    }

    /// Puts a file into the cluster's directory that only its server may read.
    pub fn secret_file(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.home.join(name);
        fs::write(&path, contents).expect("it can be written");
        let mode = Command::new("chmod").arg("600").arg(&path).status().expect("chmod runs");
        assert!(mode.success());
        if is_root() {
            assert!(Command::new("chown").arg(USER).arg(&path).status().expect("chown runs").success());
        }
        path
    }

    /// Starts the server again after it was stopped.
    pub fn start_again(&self) {
        self.control(&["start"]).success();
    }

    /// Stops the server as a crash would, and starts it again.
    pub fn crash_and_restart(&self) {
        self.control(&["-m", "immediate", "restart"]).success();
    }

    /// Stops the server as a crash would.
    pub fn crash(&self) {
        self.control(&["-m", "immediate", "stop"]).success();
    }

    /// Makes a standby the primary.
    pub fn promote(&self) {
        self.control(&["promote"]).success();
    }

    fn control(&self, words: &[&str]) -> Command {
        let mut command = self.tool("pg_ctl", words);
        command.args(["-w", "-t", "60", "-s", "-D"]).arg(self.data()).arg("-l").arg(self.home.join("log"));
        command
    }

    fn tool(&self, name: &str, words: &[&str]) -> Command {
        let mut command = unprivileged(binaries().join(name));
        // Its own files are all that the user is sure to be allowed to see.
        command.args(words).current_dir(&self.home).stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The connection string of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes a database, and answers its connection string.
    pub async fn database(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let administrator = stranger(&self.url("postgres")).await;
        administrator
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await
            .expect("a database can be made");
        self.url(&name)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut undertaker) = self.undertaker.take() {
            drop(undertaker.stdin.take());
            let _ = undertaker.wait();
        }
    }
}

/// The server that the tests of one process share. Each has a database of its own.
pub fn shared() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(Cluster::new)
}

/// A connection of somebody else's to a database.
pub async fn stranger(url: &str) -> Client {
    let (client, connection) =
        tokio_postgres::connect(url, NoTls).await.expect("the server accepts connections");
    tokio::spawn(connection);
    client
}

/// A store with default options on a fresh database.
pub async fn fresh() -> Subject {
    let url = shared().database().await;
    let store = PostgresStore::connect(&url, PostgresOptions::default()).await.expect("the store connects");
    let forget = Box::new(move |resource: ResourceKey| {
        let url = url.clone();
        Box::pin(async move {
            let operator = stranger(&url).await;
            for table in ["tags", "resources"] {
                let statement = format!(
                    "DELETE FROM {table} WHERE project_id = $1 AND resource_type = $2 AND resource_id = $3"
                );
                operator
                    .execute(
                        &statement,
                        &[&resource.project_id, &resource.resource_type, &resource.resource_id],
                    )
                    .await
                    .expect("the resource can be deleted");
            }
        }) as _
    });
    Subject::new(Arc::new(store), forget, ())
}

/// A short way to run a tool that must succeed.
trait Success {
    fn success(&mut self);
}

impl Success for Command {
    fn success(&mut self) {
        let output = self.stderr(Stdio::piped()).output().expect("the tool runs");
        assert!(output.status.success(), "{self:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout == b"0\n"
}

/// A command that runs as a user PostgreSQL accepts.
fn unprivileged(program: impl AsRef<std::ffi::OsStr>) -> Command {
    if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", USER, "--regid", USER, "--init-groups", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

/// Where the newest installed PostgreSQL keeps its programs. Debian keeps them out of the search path.
fn binaries() -> &'static Path {
    static BINARIES: OnceLock<PathBuf> = OnceLock::new();
    BINARIES.get_or_init(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let installed = versions.filter_map(|version| {
            let number: u32 = version.file_name().to_str()?.parse().ok()?;
            let binaries = version.path().join("bin");
            binaries.join("initdb").exists().then_some((number, binaries))
        });
        let (number, binaries) =
            installed.max().expect("no PostgreSQL here: install the Debian package postgresql");
        assert!(number >= 15, "PostgreSQL {number} is too old for the tests: 15 or newer is needed");
        binaries
    })
}
