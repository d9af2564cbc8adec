//! The README does what it says: each of its blocks is run and shows what is seen, or is the text of a file that is run.

use crate::support::contract::root;
use crate::support::program;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// What `untagd dev` listens on unless it is told otherwise: the contract, health and metrics.
const ADDRESSES: [&str; 2] = ["127.0.0.1:8080", "127.0.0.1:8081"];

/// The resource of the examples.
const RESOURCE: &str = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11";

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("the README is there")
}

/// The blocks of the README, each with its language.
fn every_block() -> Vec<(String, String)> {
    let text = readme();
    let fenced = text.split("```").skip(1).step_by(2);
    let block = fenced.map(|fenced| fenced.split_once('\n').expect("a language, then the block"));
    block.map(|(language, block)| (language.to_owned(), block.to_owned())).collect()
}

/// The blocks in this language.
fn blocks(language: &str) -> Vec<String> {
    let blocks = every_block().into_iter().filter(|(found, _)| found == language);
    blocks.map(|(_, block)| block).collect()
}

/// The one block in this language that contains this text.
fn block(language: &str, containing: &str) -> String {
    let [block] = blocks(language)
        .into_iter()
        .filter(|block| block.contains(containing))
        .collect::<Vec<_>>()
        .try_into()
        .unwrap_or_else(|found| panic!("one block with {containing:?}, not {found:?}"));
    block
}

/// The commands of a `console` block, each with what it prints.
fn steps(block: &str) -> Vec<(String, String)> {
    let steps = block.strip_prefix("$ ").expect("a command comes first").split("\n$ ");
    steps
        .map(|step| step.split_once('\n').unwrap_or((step, "")))
        .map(|(command, output)| (command.to_owned(), output.trim_end().to_owned()))
        .collect()
}

/// Whether a text is as shown, where `…` stands for anything.
fn is_as_shown(text: &str, shown: &str) -> bool {
    let Some((before, after)) = shown.split_once('…') else { return text == shown };
    let Some(rest) = text.strip_prefix(before) else { return false };
    let mut ends = (0..=rest.len()).filter(|at| rest.is_char_boundary(*at));
    ends.any(|at| is_as_shown(&rest[at..], after))
}

/// A shell that knows nothing of this machine's services and credentials.
fn shell(script: &str, folder: &Path) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-ec", script]).current_dir(folder);
    let is_ours = |name: &str| name.starts_with("UNTAG") || name.starts_with("HUAWEICLOUD");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_ours)) {
        shell.env_remove(name);
    }
    shell.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    shell
}

/// Runs a block in a shell, as a reader would, and returns exit code and output.
fn run(script: &str, folder: &Path) -> (Option<i32>, String) {
    let output = shell(script, folder).output().expect("a shell");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// Runs a script that must succeed; what it wrote to stdout.
fn stdout(script: &str, folder: &Path) -> String {
    let output = shell(script, folder).output().expect("a shell");
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
}

#[test]
fn every_block_is_covered_by_a_test_here() {
    let covered = [
        ("console", "cargo run -p untag-service -- dev"),
        ("console", "$ UNTAG_ENDPOINT="),
        ("console", "untag whoami"),
        ("console", "untag apply"),
        ("rust", "ClientBuilder"),
        ("console", "--example delete_tags"),
        ("rust", "impl Authenticate"),
        ("sh", "--example in_memory"),
        ("sh", "sys_tags"),
        ("sh", "sed -i"),
        ("sh", "cargo xtask test"),
    ];
    let blocks = every_block();
    for (language, block) in &blocks {
        let is_covered = covered.iter().any(|(other, part)| language == other && block.contains(part));
        assert!(is_covered, "no test runs this {language:?}:\n{block}");
    }
    assert_eq!(blocks.len(), covered.len());
}

#[test]
fn every_link_leads_to_a_file() {
    let text = readme();
    let links: Vec<&str> =
        text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(to, _)| to).collect();
    assert!(links.len() > 10, "{links:?}");
    for link in links {
        assert!(root().join(link).exists(), "{link}");
    }
}

#[test]
fn the_rust_blocks_are_the_examples() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).expect("the example is there");
    let [client, server] = blocks("rust").try_into().expect("two blocks");
    let example = read("crates/client/examples/delete_tags.rs");
    let (_, code) = example.split_once("\n\n").expect("a comment, then the code");
    assert_eq!(client.trim(), code.trim());
    assert!(read("crates/server/examples/in_memory.rs").contains(server.trim()), "{server}");

    // Those between the names of the example and what it prints.
    let parts: Vec<&str> = client.split("\n\n").collect();
    let [_, names, calls, _] = parts[..] else { panic!("names, calls and the end: {parts:?}") };
    let lines = names.lines().skip_while(|line| !line.contains("let ")).chain(calls.lines());
    assert_eq!(lines.count(), 5, "{client}");
}

#[test]
fn the_first_commands_and_those_of_untag_show_what_is_seen() {
    let dev = Dev::start();
    let start = block("console", "cargo run -p untag-service -- dev");
    let [(_, shown)] = steps(&start).try_into().expect("one command");
    assert!(is_as_shown(&dev.printed, &dev.here(&shown)), "{} is not as shown:\n{shown}", dev.printed);

    let first = block("console", "$ UNTAG_ENDPOINT=");
    let [(command, shown)] = steps(&first).try_into().expect("one command");
    let printed = dev.line(&command);
    let seen = stdout(&printed, &root());
    assert!(is_as_shown(&seen, &shown), "{seen} is not as shown:\n{shown}");
    assert_eq!(dev.removed(), [["desktop", RESOURCE, "key1"]]);

    let untag = program::build(&["--package", "untag-cli", "--bin", "untag"]);
    let folder = untag.parent().expect("a folder").display();
    let terminal = format!("{}\nPATH={folder}:$PATH\nexec 2>&1\n", dev.line("export …"));
    for block in [block("console", "untag whoami"), block("console", "untag apply")] {
        for (command, shown) in steps(&block) {
            let seen = stdout(&format!("{terminal}{command}"), dev.folder.path());
            assert!(is_as_shown(&seen, &dev.here(&shown)), "{command}: {seen} is not as shown:\n{shown}");
        }
    }
    let expected = [
        ["desktop", RESOURCE, "key1"],
        ["workspace", RESOURCE, "key1"],
        ["workspace", RESOURCE, "key2"],
        ["disk", "volume-0001", "env"],
    ];
    assert_eq!(dev.removed(), expected);
}

#[test]
fn the_five_lines_remove_what_they_say() {
    let dev = Dev::start();
    let block = block("console", "--example delete_tags");
    let [(command, shown)] = steps(&block).try_into().expect("one command");
    let expected =
        [["desktop", RESOURCE, "key1"], ["workspace", RESOURCE, "key1"], ["workspace", RESOURCE, "key2"]];
    // As it is in a terminal with the variables, and as `untagd dev` prints it: what is gone stays gone.
    for script in
        [format!("{}\n{command}", dev.line("export …")), dev.line(&format!("UNTAG_ENDPOINT=…{command}"))]
    {
        assert_eq!(stdout(&script, &root()), shown);
        assert_eq!(dev.removed(), expected);
    }
}

#[test]
fn the_server_example_answers_curl_as_it_says() {
    let start = block("sh", "--example in_memory");
    let mut server = Running::start(&start.replace("127.0.0.1:8082", "127.0.0.1:0"), &root());
    let first = server.line();
    let address = first.split_whitespace().find_map(|word| word.strip_prefix("http://")).expect("an address");
    server.line();

    if has_curl() {
        let asked = block("sh", "sys_tags").replace("127.0.0.1:8082", address);
        let (code, output) = run(&asked, &root());
        assert_eq!(code, Some(0), "{output}");
        assert!(output.contains("HTTP/1.1 204 No Content"), "{output}");
        assert_eq!(server.line(), format!("workspace {RESOURCE}: {} left", r#"{"keep": "me"}"#));
        // The same with the body that the text names.
        assert!(readme().contains("(`-d '{}'`)"));
        let (asked, _) = asked.split_once("  -d '").expect("the body comes last");
        let (code, output) = run(&format!("{asked}  -d '{{}}'"), &root());
        assert_eq!(code, Some(0), "{output}");
        assert!(
            output.contains("HTTP/1.1 400 Bad Request") && output.contains("SecMaster.20011001"),
            "{output}"
        );
    }
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

    let (code, output) = xtask("cargo xtask codegen");
    assert_eq!(code, Some(0), "{output}");
    assert!(output.contains("as the contract says"), "{output}");

    let block = block("sh", "sed -i");
    let (sed, check) = block.trim().split_once('\n').expect("two commands");
    let (code, output) = run(sed, copy.path());
    assert_eq!(code, Some(0), "{output}");
    let (code, output) = xtask(check);
    assert_eq!(code, Some(4), "{output}");
    assert!(output.contains("crates/types/src/generated/tag_key.rs"), "{output}");
    assert!(readme().contains("`cargo xtask codegen` writes it again"));
    let (code, output) = xtask("cargo xtask codegen");
    assert_eq!(code, Some(0), "{output}");
    let (code, output) = xtask(check);
    assert_eq!(code, Some(0), "{output}");
}

/// It runs this test, so here it only says what it would do.
#[test]
fn the_command_for_the_tests_is_there() {
    let command = block("sh", "cargo xtask test");
    let (code, output) = run(&format!("{} --help", command.trim()), &root());
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

/// A program that a block starts; it ends with this value.
struct Running {
    process: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Running {
    fn start(block: &str, folder: &Path) -> Self {
        // Cargo becomes the program, and so does the shell: there is one process to end.
        let script = block.replace("cargo run", "exec cargo run");
        let mut process =
            shell(&script, &root()).env("TMPDIR", folder).stdout(Stdio::piped()).spawn().expect("a shell");
        let output = BufReader::new(process.stdout.take().expect("its output is piped"));
        Self { process, output }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        let count = self.output.read_line(&mut line).expect("text");
        assert!(count > 0, "the program ended");
        line.trim_end().to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `untagd dev`, started as the README says, but on free ports and with a database that can be looked into.
struct Dev {
    _running: Running,
    folder: TempDir,
    store: String,
    /// All that it printed.
    printed: String,
    addresses: [String; 2],
}

impl Dev {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = format!("sqlite:{}", folder.path().join("dev.db").display());
        let block = block("console", "cargo run -p untag-service -- dev");
        let (command, _) = steps(&block).swap_remove(0);
        let free = "--listen 127.0.0.1:0 --admin-listen 127.0.0.1:0";
        let mut running = Running::start(&format!("{command} {free} --store {store}"), folder.path());
        let first = running.line();
        let addresses: Vec<String> = first
            .split_whitespace()
            .filter_map(|word| word.strip_prefix("http://"))
            .map(|word| word.trim_end_matches([',', ';']).to_owned())
            .collect();
        let mut printed = first;
        while !printed.contains("\nexport ") {
            printed = format!("{printed}\n{}", running.line());
        }
        let addresses = addresses.try_into().expect("two addresses");
        Self { _running: running, folder, store, printed, addresses }
    }

    /// A text with the addresses that this one has.
    fn here(&self, text: &str) -> String {
        let both = ADDRESSES.iter().zip(&self.addresses);
        both.fold(text.to_owned(), |text, (shown, real)| text.replace(shown, real))
    }

    /// The one line it printed that is as shown.
    fn line(&self, shown: &str) -> String {
        let lines: Vec<&str> = self.printed.lines().filter(|line| is_as_shown(line, shown)).collect();
        let [line] = lines[..] else { panic!("one line like {shown}, not {lines:?}") };
        line.to_owned()
    }

    /// What was removed so far: type, id and key, oldest first.
    fn removed(&self) -> Vec<[String; 3]> {
        let audit = format!("cargo run -p untag-service -- audit --json --store {}", self.store);
        let rows = stdout(&audit, &root());
        let rows = rows.lines().map(|row| serde_json::from_str::<Value>(row).expect("a row"));
        rows.map(|row| {
            ["resource_type", "resource_id", "key"].map(|name| row[name].as_str().expect("a text").to_owned())
        })
        .collect()
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
