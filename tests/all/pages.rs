//! The pages that people write for the site do what they say: their commands are run in order, each page in terminals of its own,
//! and print what is shown; the files that they show are written first.

use crate::support::contract::{self, root};
use crate::support::dev::{Dev, until_written};
use crate::support::markdown::{Block, blocks, is_as_shown, steps};
use crate::support::program;
use crate::support::shell::{Running, has_curl, run};
use std::collections::BTreeSet;
use std::path::PathBuf;
use tempfile::TempDir;

/// The pages with commands, each of which a test here follows.
const FOLLOWED: [&str; 5] = ["call", "change", "implement", "index", "run"];

fn page(name: &str) -> Vec<Block> {
    let path = root().join("docs/pages").join(name).with_extension("md");
    blocks(&std::fs::read_to_string(path).expect("the page is there"))
}

/// A reader of one page.
struct Reader {
    /// Where the page's files are.
    folder: TempDir,
    /// What was typed before, and still holds in every terminal.
    before: String,
    /// The addresses that the page shows, with those that they are here.
    addresses: Vec<(String, String)>,
    /// What is running.
    running: Vec<Running>,
    dev: Option<Dev>,
}

impl Reader {
    fn new(folder: TempDir) -> Self {
        let program = |package: &str, name: &str| program::build(&["--package", package, "--bin", name]);
        let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
        for program in [program("untag-service", "untagd"), program("untag-cli", "untag")] {
            folders.insert(program.parent().expect("a folder").to_owned());
        }
        let folders: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        let before = format!("PATH={}:$PATH", folders.join(":"));
        Self { folder, before, addresses: Vec::new(), running: Vec::new(), dev: None }
    }

    /// Follows a page from its first block to its last.
    fn follow(&mut self, name: &str) {
        for block in page(name) {
            match block.language.as_str() {
                "console" => {
                    for (command, shown) in steps(&block.text) {
                        self.take(&command, &shown);
                    }
                }
                "toml" | "json" => self.write(&block),
                "text" => {}
                other => panic!("{name}: nobody tests what is in {other:?}: {block:?}"),
            }
        }
    }

    /// Writes the file that the paragraph before a block names. Addresses in it are free ones.
    fn write(&self, block: &Block) {
        let is_file = |name: &&str| [".toml", ".json", ".ndjson"].iter().any(|end| name.ends_with(end));
        let mut spans = block.before.split('`').skip(1).step_by(2);
        let name = spans.find(is_file).unwrap_or_else(|| panic!("the name of a file before {block:?}"));
        std::fs::write(self.folder.path().join(name), free(&block.text)).expect("a file");
    }

    /// Types a command.
    fn take(&mut self, command: &str, shown: &str) {
        let servers = ["untagd dev ", "untagd serve ", "cargo run -p untag-server "];
        if command == "untagd dev" {
            let dev = Dev::start(&self.before, command);
            assert!(is_as_shown(&dev.printed, &dev.here(shown)), "{} is not as shown:\n{shown}", dev.printed);
            self.before = format!("{}\n{}", self.before, dev.line("export …"));
            self.dev = Some(dev);
        } else if servers.iter().any(|server| command.starts_with(server)) {
            self.start(command, shown);
        } else if command.starts_with("export ") {
            // The checkout is where the reader is.
            let command = command.replace("$PWD", &root().display().to_string());
            self.before = format!("{}\n{}", self.before, self.here(&command));
        } else {
            let (script, folder) = self.script(&self.here(command), "");
            let (code, seen) = run(&script, &folder);
            let (seen, shown) = (seen.trim_end(), self.here(shown));
            assert_eq!(code, Some(0), "{command}: {seen}");
            assert!(is_as_shown(seen, &shown), "{command}: {seen}\nis not as shown:\n{shown}");
        }
    }

    /// A command in a terminal, and where it is run: cargo in the repository, where `cargo xtask` is told to work on the
    /// reader's folder; everything else in that folder. What cargo says of itself is not shown on a page.
    fn script(&self, command: &str, how: &str) -> (String, PathBuf) {
        let (before, folder) = (&self.before, self.folder.path());
        if !command.starts_with("cargo ") {
            return (format!("{before}\nexec 2>&1\n{how}{command}"), folder.to_owned());
        }
        let xtask = format!("cargo xtask --root {}", folder.display());
        (format!("{before}\nexec 2>/dev/null\n{how}{}", command.replace("cargo xtask", &xtask)), root())
    }

    /// Starts a server, on free ports, and reads as many lines of it as are shown.
    fn start(&mut self, command: &str, shown: &str) {
        let (mut script, folder) = self.script(&free(command), "exec ");
        if command.starts_with("untagd dev ") {
            script = format!("{script} --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0");
        }
        let mut server = Running::start(&script, &folder, self.folder.path());
        let seen: Vec<String> = shown.lines().map(|_| server.line()).collect();
        if let Some((_, file)) = command.split_once(" --ready-file ") {
            until_written(&folder.join(file));
        }
        let seen = seen.join("\n");
        self.addresses.extend(addresses(shown).into_iter().zip(addresses(&seen)));
        assert!(is_as_shown(&seen, &self.here(shown)), "{command}: {seen}\nis not as shown:\n{shown}");
        self.running.push(server);
    }

    /// A text of the page with the addresses that hold here.
    fn here(&self, text: &str) -> String {
        let text = self.dev.as_ref().map_or_else(|| text.to_owned(), |dev| dev.here(text));
        self.addresses.iter().fold(text, |text, (shown, real)| text.replace(shown, real))
    }
}

const LOOPBACK: &str = "127.0.0.1:";

/// The addresses in a text, in their order.
fn addresses(text: &str) -> Vec<String> {
    let ports = text.split(LOOPBACK).skip(1);
    ports
        .map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default())
        .map(|port| format!("{LOOPBACK}{port}"))
        .collect()
}

/// A text in which every address has a port that is free.
fn free(text: &str) -> String {
    addresses(text).iter().fold(text.to_owned(), |text, address| text.replace(address, "127.0.0.1:0"))
}

/// Follows a page in an empty folder.
fn follow(name: &str) {
    if has_curl(&format!("the page {name} of the site")) {
        Reader::new(tempfile::tempdir().expect("a folder")).follow(name);
    }
}

#[test]
fn every_block_is_of_a_page_that_is_followed_and_rust_is_included_from_files_that_compile() {
    let pages = std::fs::read_dir(root().join("docs/pages")).expect("the pages");
    for entry in pages {
        let path = entry.expect("a page").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        for block in page(name) {
            let is_data = ["text", "toml", "json"].contains(&block.language.as_str());
            let is_followed = FOLLOWED.contains(&name) && block.language != "text";
            assert!(is_data || is_followed, "{name}: nobody tests {block:?}");
        }
    }
}

#[test]
fn index() {
    follow("index");
}

#[test]
fn call() {
    follow("call");
}

#[test]
fn implement() {
    follow("implement");
}

#[test]
fn run_it() {
    follow("run");
}

/// In a copy of the contract and of what follows from it.
#[test]
fn change() {
    Reader::new(contract::copy()).follow("change");
}
