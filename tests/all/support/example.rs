//! The in-memory example of `untag-server` as a process: the same program that a newcomer starts.

use super::{program, wire};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

/// What the example knows.
pub const PROJECT: &str = "0123456789abcdef0123456789abcdef";
pub const ID: &str = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11";
pub const TOKEN: &str = "example-token";

/// A running example with fresh tags; it ends with this value.
pub struct Example {
    process: Child,
    output: BufReader<ChildStdout>,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Example {
    /// Starts it on a free port.
    pub fn start() -> Self {
        Self::start_at("127.0.0.1:0")
    }

    /// Starts it again: at the same address, with the tags that it starts with.
    pub fn restart(&mut self) {
        self.end();
        *self = Self::start_at(&self.address.to_string());
    }

    fn start_at(address: &str) -> Self {
        let mut process =
            Command::new(binary()).arg(address).stdout(Stdio::piped()).spawn().expect("the example starts");
        let mut output = BufReader::new(process.stdout.take().expect("its output is piped"));
        let first = line(&mut output);
        let address = first
            .split_whitespace()
            .find_map(|word| word.strip_prefix("http://")?.parse().ok())
            .unwrap_or_else(|| panic!("the first line names the address: {first}"));
        let second = line(&mut output);
        assert!(first.contains(TOKEN) && first.contains(PROJECT), "{first}");
        assert!(second.contains(ID) && second.contains("keep=me"), "{second}");
        Self { process, output, address }
    }

    /// Sends a request with a valid token.
    pub fn send(&self, method: &str, path: &str, body: &[u8]) -> wire::Response {
        let json = [("X-Auth-Token", TOKEN), ("Content-Type", "application/json")];
        wire::send(self.address, &wire::request(method, path, &json, body))
    }

    /// The tags that the desktop and the resource have now. Reads the store the only way there is: a deletion of a tag
    /// that is not there makes the example print what is left. Lines that earlier deletions printed are skipped.
    pub fn tags(&mut self) -> BTreeMap<String, BTreeMap<String, String>> {
        let mut left = BTreeMap::new();
        let desktop = format!("/v2/{PROJECT}/desktops/{ID}/tags/no-such-tag");
        assert_eq!(self.send("DELETE", &desktop, b"").status, 204);
        let resource = format!("/v1/{PROJECT}/workspace/{ID}/tags/delete");
        let nothing = br#"{"tags":[{"key":"no-such-tag"}]}"#;
        // A mark that no tag can be, so that this line is told from those of earlier deletions.
        assert_eq!(self.send("DELETE", &resource, nothing).status, 204);
        loop {
            let line = line(&mut self.output);
            let (subject, tags) = line.split_once(": ").unwrap_or_else(|| panic!("what is left: {line}"));
            let kind = subject.split(' ').next().unwrap_or_default().to_owned();
            let done = kind == "workspace" && left.contains_key("desktop");
            let tags = tags.strip_suffix(" left").unwrap_or_else(|| panic!("what is left: {line}"));
            // A map of texts prints as JSON does.
            left.insert(kind, serde_json::from_str(tags).unwrap_or_else(|e| panic!("{e}: {tags}")));
            if done {
                return left;
            }
        }
    }
}

impl Example {
    fn end(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        self.end();
    }
}

/// The tags that both resources start with.
pub fn all_tags() -> BTreeMap<String, BTreeMap<String, String>> {
    let tags: BTreeMap<String, String> = [("key1", "value1"), ("key2", "value3"), ("keep", "me")]
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .into();
    ["desktop", "workspace"].map(|kind| (kind.to_owned(), tags.clone())).into()
}

/// The example's binary.
fn binary() -> &'static PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| program::build(&["--package", "untag-server", "--example", "in_memory"]))
}

fn line(output: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    let count = output.read_line(&mut line).expect("the example writes text");
    assert!(count > 0, "the example ended");
    line.trim_end().to_owned()
}
