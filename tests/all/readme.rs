//! The README does what it says: each of its blocks is run, or is the text of a file that is run.

use crate::support::contract::root;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The blocks of the README in this language.
fn blocks(language: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("README.md")).expect("the README is there");
    let opening = format!("```{language}\n");
    text.split("\n```\n")
        .filter_map(|part| part.split_once(&opening).map(|(_, block)| block.to_owned()))
        .collect()
}

/// The one shell block that contains this text.
fn shell(containing: &str) -> String {
    let [block] = blocks("sh")
        .into_iter()
        .filter(|block| block.contains(containing))
        .collect::<Vec<_>>()
        .try_into()
        .unwrap_or_else(|found| panic!("one block with {containing:?}, not {found:?}"));
    block
}

/// Runs a block in a shell, as a reader would, and returns exit code and output.
fn run(block: &str, folder: &Path) -> (Option<i32>, String) {
    let output = Command::new("sh").args(["-ec", block]).current_dir(folder).output().expect("a shell");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn every_block_is_covered_by_a_test_here() {
    let covered =
        ["cargo xtask test", "--example in_memory", "sys_tags", "-d '{}'", "--example delete_tags", "sed -i"];
    for block in blocks("sh") {
        assert!(covered.iter().any(|part| block.contains(part)), "no test runs:\n{block}");
    }
    assert_eq!(blocks("rust").len(), 2);
    assert_eq!(blocks("sh").len(), covered.len());
}

#[test]
fn the_rust_blocks_are_the_examples() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).expect("the example is there");
    let [client, server] = blocks("rust").try_into().expect("two blocks");
    let example = read("crates/client/examples/delete_tags.rs");
    let (_, code) = example.split_once("\n\n").expect("a comment, then the code");
    assert_eq!(client.trim(), code.trim());
    assert!(read("crates/server/examples/in_memory.rs").contains(server.trim()), "{server}");
}

#[test]
fn the_example_answers_curl_and_the_client_as_shown() {
    let mut server = Server::start(&shell("--example in_memory"));
    let address = server.address.clone();
    let here = |block: String| block.replace("127.0.0.1:8080", &address);

    if has_curl() {
        let (code, output) = run(&here(shell("sys_tags")), &root());
        assert_eq!(code, Some(0), "{output}");
        assert!(output.contains("HTTP/1.1 204 No Content"), "{output}");
        let (code, output) = run(&here(shell("-d '{}'")), &root());
        assert_eq!(code, Some(0), "{output}");
        assert!(output.contains("SecMaster.20011001") && output.contains("tags"), "{output}");
        assert_eq!(
            server.line(),
            format!("workspace {} left", r#"e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11: {"keep": "me"}"#)
        );
    }

    let (code, output) = run(&here(shell("--example delete_tags")), &root());
    assert_eq!(code, Some(0), "{output}");
    assert!(output.contains("gone: key1 of the desktop"), "{output}");
}

#[test]
fn a_changed_contract_is_stale_until_it_is_generated_again() {
    let copy = tempfile::tempdir().expect("a folder");
    for folder in ["openapi", "tests/fixtures", "crates/types/src", "crates/client/src", "crates/server/src"]
    {
        copy_folder(&root().join(folder), &copy.path().join(folder));
    }
    let at_copy = |block: &str| {
        block.replace("cargo xtask", &format!("{} xtask --root {}", env!("CARGO"), copy.path().display()))
    };
    // The copy has no workspace of its own: cargo runs here, and works there.
    let xtask = |command: &str| run(&at_copy(command), &root());

    let first = shell("cargo xtask test");
    let codegen = first.lines().next().expect("the first command");
    assert_eq!(codegen, "cargo xtask codegen");
    let (code, output) = xtask(codegen);
    assert_eq!(code, Some(0), "{output}");
    assert!(output.contains("as the contract says"), "{output}");

    let block = shell("sed -i");
    let (sed, check) = block.trim().split_once('\n').expect("two commands");
    let (code, output) = run(sed, copy.path());
    assert_eq!(code, Some(0), "{output}");
    let (code, output) = xtask(check);
    assert_eq!(code, Some(4), "{output}");
    assert!(output.contains("crates/types/src/generated/tag_key.rs"), "{output}");
    let (code, output) = xtask("cargo xtask codegen");
    assert_eq!(code, Some(0), "{output}");
    let (code, output) = xtask(check);
    assert_eq!(code, Some(0), "{output}");
}

/// Whether curl is there. Without it, the check says so loudly, and fails in CI.
fn has_curl() -> bool {
    let found = Command::new("curl")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    assert!(found || std::env::var_os("CI").is_none(), "CI needs curl: install the package `curl`");
    if !found {
        eprintln!(
            "NOT CHECKED: the curl commands of the README, because there is no curl; install the package `curl`"
        );
    }
    found
}

/// The README's server, on a free port; it ends with this value.
struct Server {
    process: Child,
    output: BufReader<std::process::ChildStdout>,
    address: String,
}

impl Server {
    fn start(block: &str) -> Self {
        let block = block.replace("127.0.0.1:8080", "127.0.0.1:0").replace("cargo run", "exec cargo run");
        let mut process = Command::new("sh")
            .args(["-ec", &block])
            .current_dir(root())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example starts");
        let output = BufReader::new(process.stdout.take().expect("its output is piped"));
        let mut server = Self { process, output, address: String::new() };
        let first = server.line();
        let address = first.split_whitespace().find_map(|word| word.strip_prefix("http://"));
        address.unwrap_or_else(|| panic!("an address in {first}")).clone_into(&mut server.address);
        server.line();
        server
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("text");
        line.trim_end().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
