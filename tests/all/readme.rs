//! The README does what it says: each of its blocks is run and shows what is seen, or is the text of a file that is run.

use crate::support::contract::{self, root};
use crate::support::dev::{Dev, RESOURCE};
use crate::support::markdown::{self, is_as_shown, steps};
use crate::support::program;
use crate::support::shell::{Running, has_curl, run, stdout};

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("the README is there")
}

/// The blocks in this language.
fn blocks(language: &str) -> Vec<String> {
    let blocks = markdown::blocks(&readme()).into_iter().filter(|block| block.language == language);
    blocks.map(|block| block.text).collect()
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

/// `untagd dev` as the README starts it.
fn start_dev() -> Dev {
    let block = block("console", "cargo run -p untag-service -- dev");
    let (command, _) = steps(&block).swap_remove(0);
    Dev::start("", &command)
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
        ("sh", "cargo xtask contract diff"),
        ("sh", "cargo xtask test"),
    ];
    let blocks = markdown::blocks(&readme());
    for block in &blocks {
        let is_covered =
            covered.iter().any(|(language, part)| block.language == *language && block.text.contains(part));
        assert!(is_covered, "no test runs this: {block:?}");
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
    let dev = start_dev();
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
    let dev = start_dev();
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
    let mut server = Running::start(
        &format!("exec {}", start.replace("127.0.0.1:8082", "127.0.0.1:0")),
        &root(),
        &std::env::temp_dir(),
    );
    let first = server.line();
    let address = first.split_whitespace().find_map(|word| word.strip_prefix("http://")).expect("an address");
    server.line();

    if has_curl("the curl commands of the README") {
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
    let copy = contract::copy();
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

    let (code, output) = xtask(self::block("sh", "cargo xtask contract diff").trim());
    assert_eq!(code, Some(0), "{output}");
    assert!(output.contains("Breaking for clients (2)") && output.contains("2.0.0"), "{output}");
}

/// It runs this test, so here it only says what it would do.
#[test]
fn the_command_for_the_tests_is_there() {
    let command = block("sh", "cargo xtask test");
    let (code, output) = run(&format!("{} --help", command.trim()), &root());
    assert_eq!(code, Some(0), "{output}");
}
