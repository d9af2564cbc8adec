//! A real Keystone: installed once into the target folder, served by gunicorn over TLS, with users of the test's making.

use reqwest::Method;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use untag_python::{environment, run};

const REQUIREMENTS: &str = include_str!("keystone/requirements.txt");
const SERVE: &str = include_str!("keystone/serve.py");
const CERTIFICATES: &str = include_str!("keystone/certificates.py");
const SETTINGS: &str = include_str!("keystone/keystone.conf");

pub(crate) const ADMIN_PASSWORD: &str = "admin-password-of-the-test";

/// A Keystone with its own database. It stops when this is dropped.
pub(crate) struct Keystone {
    folder: TempDir,
    python: PathBuf,
    port: u16,
    server: Option<Child>,
    http: reqwest::Client,
}

impl Keystone {
    /// Installs what is not installed yet, makes a database, and serves it.
    pub(crate) async fn start() -> Self {
        let python = python();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("serve.py"), SERVE).unwrap();
        fs::write(folder.path().join("certificates.py"), CERTIFICATES).unwrap();
        fs::write(folder.path().join("requests"), "").unwrap();
        run(Command::new(&python).arg("certificates.py").arg(folder.path()).current_dir(folder.path()));
        let issuer = fs::read(folder.path().join("issuer.pem")).unwrap();
        let issuer = reqwest::Certificate::from_pem(&issuer).unwrap();
        let http = reqwest::Client::builder().tls_certs_only([issuer]).no_proxy().build().unwrap();
        let mut keystone = Self { folder, python, port: 0, server: None, http };
        keystone.settings(3600);
        for name in ["fernet", "credential"] {
            fs::create_dir(keystone.path(name)).unwrap();
        }
        keystone.manage(&["db_sync"]);
        let (user, group) = (id("-un"), id("-gn"));
        for command in ["fernet_setup", "credential_setup"] {
            keystone.manage(&[command, "--keystone-user", &user, "--keystone-group", &group]);
        }
        keystone.manage(&["bootstrap", "--bootstrap-password", ADMIN_PASSWORD]);
        keystone.serve().await;
        keystone
    }

    /// The root of its v3 API.
    pub(crate) fn url(&self) -> String {
        format!("https://127.0.0.1:{}/v3", self.port)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Sets how long new tokens are valid, in seconds, from the next start on.
    pub(crate) fn settings(&self, expiration: u32) {
        let folder = self.folder.path().to_str().unwrap();
        let text = SETTINGS.replace("{folder}", folder).replace("{expiration}", &expiration.to_string());
        fs::write(self.path("keystone.conf"), text).unwrap();
    }

    /// Serves until [`Keystone::stop`], on the same port each time.
    pub(crate) async fn serve(&mut self) {
        // Another process may take a free port before gunicorn does; then the next one is tried.
        for _ in 0..5 {
            if self.port == 0 {
                self.port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            }
            let log = File::create(self.path("log")).unwrap();
            let server = Command::new(&self.python)
                .args([
                    "-m",
                    "gunicorn",
                    "--workers",
                    "1",
                    "--certfile",
                    "server.pem",
                    "--keyfile",
                    "server.key",
                ])
                .args(["--bind", &format!("127.0.0.1:{}", self.port), "serve:application"])
                .env("OS_KEYSTONE_CONFIG_FILES", self.path("keystone.conf"))
                .env("KEYSTONE_REQUESTS", self.path("requests"))
                .current_dir(self.folder.path())
                .stdin(Stdio::null())
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .spawn()
                .unwrap();
            self.server = Some(server);
            if self.is_up().await {
                return;
            }
            let log = fs::read_to_string(self.path("log")).unwrap();
            self.stop();
            assert!(log.contains("Address already in use"), "Keystone does not start:\n{log}");
            self.port = 0;
        }
        panic!("no free port found for Keystone");
    }

    async fn is_up(&mut self) -> bool {
        let url = self.url();
        eventually("Keystone answers or ends", async || {
            let ended = self.server.as_mut().unwrap().try_wait().unwrap().is_some();
            let answers = !ended && self.http.get(&url).send().await.is_ok();
            (ended || answers).then_some(answers)
        })
        .await
    }

    /// Stops serving. The port is closed when this returns.
    pub(crate) fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            // gunicorn ends its workers only when it is asked to end, not when it is killed.
            let _ = Command::new("kill").arg(server.id().to_string()).status();
            let _ = server.wait();
        }
    }

    /// How many requests of this method for tokens it has received so far.
    pub(crate) fn requests(&self, method: &str) -> usize {
        let line = format!("{method} /v3/auth/tokens");
        fs::read_to_string(self.path("requests")).unwrap().lines().filter(|found| *found == line).count()
    }

    fn manage(&self, arguments: &[&str]) {
        let manage = self.python.with_file_name("keystone-manage");
        run(Command::new(manage).arg("--config-file").arg(self.path("keystone.conf")).args(arguments));
    }

    /// Asks Keystone as somebody who has this token, and returns the answer's body.
    pub(crate) async fn ask(&self, token: &str, method: Method, path: &str, body: Option<Value>) -> Value {
        let mut request =
            self.http.request(method.clone(), format!("{}{path}", self.url())).header("X-Auth-Token", token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{method} {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Creates something by its collection's path, such as `/roles`, and returns its identifier.
    pub(crate) async fn create(&self, token: &str, collection: &str, thing: Value) -> String {
        let kind = collection.trim_start_matches('/').trim_end_matches('s').to_owned();
        let body = Value::Object([(kind.clone(), thing)].into_iter().collect());
        let created = self.ask(token, Method::POST, collection, Some(body)).await;
        created[kind]["id"].as_str().unwrap().to_owned()
    }

    /// A new token, and its body.
    pub(crate) async fn issue(
        &self,
        user: &str,
        domain: &str,
        password: &str,
        scope: Value,
    ) -> (String, Value) {
        let user = json!({"name": user, "domain": {"name": domain}, "password": password});
        let identity = json!({"methods": ["password"], "password": {"user": user}});
        let body = json!({"auth": {"identity": identity, "scope": scope}});
        let answer = self.http.post(format!("{}/auth/tokens", self.url())).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        let token = answer.headers()["X-Subject-Token"].to_str().unwrap().to_owned();
        (token, answer.json().await.unwrap())
    }

    /// Revokes a token, with itself.
    pub(crate) async fn revoke(&self, token: &str) {
        let url = format!("{}/auth/tokens", self.url());
        let request = self.http.delete(url).header("X-Auth-Token", token).header("X-Subject-Token", token);
        assert_eq!(request.send().await.unwrap().status(), 204);
    }
}

impl Drop for Keystone {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits until `condition` says something, with a deadline that only a broken installation meets.
pub(crate) async fn eventually<T>(what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let wait = async {
        loop {
            if let Some(result) = condition().await {
                return result;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(3), wait).await.unwrap_or_else(|_| panic!("{what}: never"))
}

/// The interpreter of a virtual environment that has Keystone.
fn python() -> PathBuf {
    environment(Path::new(env!("CARGO_TARGET_TMPDIR")), REQUIREMENTS)
}

fn id(option: &str) -> String {
    let output = Command::new("id").arg(option).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
