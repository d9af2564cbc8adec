//! The servers, each as a process on a free port of the loopback interface: ours, the bare one, and the peers'.

use super::exchange;
use super::generators::Generator;
use super::install::{Installed, Maybe};
use super::packages::Packages;
use super::repository;
use crate::example::{Example, TOKEN};
use crate::{Outcome, bare, clock, stub};
use clap::ValueEnum;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime;

/// How long a server may take until it answers: Java starts, and Node.js reads a contract.
const PATIENCE: Duration = Duration::from_secs(90);
/// How often it is asked.
const LOOK: Duration = Duration::from_millis(50);

/// How often it is started before it is given up.
const ATTEMPTS: usize = 3;
/// How long a server that is silent may take to end.
const END: Duration = Duration::from_secs(5);

/// What this program serves itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Served {
    /// Our stub, with methods that do nothing.
    Untag,
    /// The service that somebody in a hurry writes.
    Bare,
}

/// Serves on one thread until it is killed.
pub(crate) fn serve(what: Served, address: SocketAddr) -> Outcome<()> {
    let router = match what {
        Served::Untag => stub::router(),
        Served::Bare => bare::router(),
    };
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { Ok(axum::serve(tokio::net::TcpListener::bind(address).await?, router).await?) })
}

/// A server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    /// Our stub.
    Untag,
    /// By hand.
    Bare,
    /// The stub of openapi-to-rust.
    OpenapiToRust,
    /// The stub of openapi-generator's `rust-axum`.
    RustAxum,
    /// Prism, which needs no code.
    Prism,
    /// `WireMock`, with two mappings.
    Wiremock,
    /// moto, which has another API.
    Moto,
}

/// A bucket of moto's, which has tags that can be deleted.
const BUCKET: &str = "/untag-bench";

impl Peer {
    /// All of them, ours first.
    pub(super) const ALL: [Self; 7] = [
        Self::Untag,
        Self::Bare,
        Self::OpenapiToRust,
        Self::RustAxum,
        Self::Prism,
        Self::Wiremock,
        Self::Moto,
    ];

    /// As tables and plots call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Untag => "untag's stub",
            Self::Bare => "axum by hand",
            Self::OpenapiToRust => "openapi-to-rust",
            Self::RustAxum => "rust-axum",
            Self::Prism => "Prism",
            Self::Wiremock => "WireMock",
            Self::Moto => "moto (S3)",
        }
    }

    /// The request of an operation, if it has that operation or one like it.
    pub(super) fn request(self, example: Example, address: SocketAddr) -> Option<Vec<u8>> {
        match (self, example) {
            (Self::Moto, Example::DesktopTag) => {
                Some(format!("DELETE {BUCKET}?tagging HTTP/1.1\r\nhost: {address}\r\n\r\n").into_bytes())
            }
            (Self::Moto, Example::ResourceTags) => None,
            _ => Some(example.bytes(address)),
        }
    }

    /// Starts it, and waits until it deletes a tag.
    pub(super) fn start(self, packages: &Packages) -> Maybe<Server> {
        let installed = &packages.installed;
        let program = match self {
            Self::OpenapiToRust => packages.server(Generator::OpenapiToRust)?,
            Self::RustAxum => packages.server(Generator::RustAxum)?,
            Self::Untag | Self::Bare => std::env::current_exe().map_err(|error| error.to_string())?,
            Self::Prism => installed.prism.clone()?,
            Self::Wiremock => installed.wiremock.clone()?,
            Self::Moto => installed.moto.as_ref().map_err(String::clone).map(|[python, _]| python.clone())?,
        };
        // A port that was free a moment ago may be taken by now, by a connection of the load generator's for one.
        let mut launched = self.launch(&program, installed);
        for _ in 1..ATTEMPTS {
            if launched.is_err() {
                launched = self.launch(&program, installed);
            }
        }
        launched.map_err(|error| error.to_string())
    }

    fn launch(self, program: &Path, installed: &Installed) -> Outcome<Server> {
        let folder = tempfile::tempdir()?;
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let port = address.port().to_string();
        let mut command = match self {
            Self::Prism => Command::new("node"),
            Self::Wiremock => Command::new("java"),
            _ => Command::new(program),
        };
        match self {
            Self::Untag => command.args(["serve", "untag", &address.to_string()]),
            Self::Bare => command.args(["serve", "bare", &address.to_string()]),
            Self::OpenapiToRust => command.arg(address.to_string()),
            Self::RustAxum => command.args([&address.to_string(), &*TOKEN]),
            Self::Prism => {
                let contract = repository().join("openapi/untag.yaml");
                command
                    .arg(program)
                    .args(["mock", "--host", "127.0.0.1", "--port", &port, "--verboseLevel", "fatal"])
                    .arg(contract)
            }
            Self::Wiremock => {
                let mappings = folder.path().join("mappings");
                fs::create_dir(&mappings)?;
                fs::write(mappings.join("untag.json"), include_str!("../../peers/wiremock.json"))?;
                command.arg("-jar").arg(program).args(["--bind-address", "127.0.0.1", "--port", &port]);
                command.args(["--no-request-journal", "--disable-banner", "--root-dir"]).arg(folder.path())
            }
            Self::Moto => {
                let [_, script] = installed.moto.as_ref().map_err(String::clone)?;
                command.arg(script).args(["-H", "127.0.0.1", "-p", &port])
            }
        };
        command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = Server { address, child: command.spawn()?, _folder: folder };
        let start = clock::now();
        loop {
            if server.has_started(self) {
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("it ended: {status}").into());
            }
            if start.elapsed() > PATIENCE {
                return Err("it does not delete a tag".into());
            }
            thread::sleep(LOOK);
        }
    }
}

/// A running server; it is killed when this is dropped.
#[derive(Debug)]
pub(super) struct Server {
    /// Where it listens.
    pub(super) address: SocketAddr,
    child: Child,
    /// Where it works.
    _folder: TempDir,
}

impl Server {
    /// Whether it answers the first operation's example with 204: it has started.
    fn has_started(&self, peer: Peer) -> bool {
        if peer == Peer::Moto {
            // Made again, a bucket is not another.
            let head = format!(
                "PUT {BUCKET} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
                self.address
            );
            if self.ask(head.as_bytes()) != Some(200) {
                return false;
            }
        }
        self.deletes(peer, Example::DesktopTag)
    }

    /// Whether it answers an operation's example with 204.
    pub(super) fn deletes(&self, peer: Peer, example: Example) -> bool {
        let request = peer.request(example, self.address);
        request.is_some_and(|request| self.ask(&closing(&request)) == Some(204))
    }

    /// The status of an answer, if there is one.
    fn ask(&self, request: &[u8]) -> Option<u16> {
        Some(exchange::send(self.address, request).ok()??.status)
    }

    /// Whether the process, which has fallen silent, ends by itself.
    pub(super) fn ends(&mut self) -> bool {
        let start = clock::now();
        loop {
            match self.child.try_wait() {
                Ok(None) if start.elapsed() < END => thread::sleep(LOOK),
                status => return status.is_ok_and(|status| status.is_some()),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has nothing to finish: nobody is asking.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The request with the wish that the connection ends with its answer.
pub(super) fn closing(request: &[u8]) -> Vec<u8> {
    match request.windows(2).position(|window| window == b"\r\n") {
        Some(end) => {
            let (line, rest) = request.split_at(end);
            [line, b"\r\nconnection: close", rest].concat()
        }
        None => request.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::closing;

    #[test]
    fn a_wish_to_close_is_one_more_header() {
        assert_eq!(
            closing(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
            b"GET / HTTP/1.1\r\nconnection: close\r\nhost: a\r\n\r\n"
        );
    }
}
