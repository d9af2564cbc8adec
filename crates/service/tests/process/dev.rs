//! `untagd dev`: what it prints is what it does.

use crate::support::{PROJECT, Untagd, contents, delete_desktop_tag, folder, output, stderr, succeed};
use serde_json::json;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

/// The resource of the documentation's examples.
const RESOURCE: &str = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11";

/// The tags of a resource: tenant tags, then system tags.
fn tags(store: &str, kind: &str, id: &str) -> Vec<String> {
    let found = contents(store);
    let (_, tags) = found
        .resources
        .into_iter()
        .find(|(key, _)| (key.resource_type.as_str(), key.resource_id.as_str()) == (kind, id))
        .unwrap();
    tags.tags.into_keys().chain(tags.sys_tags.into_keys()).collect()
}

/// Runs a line as a shell would that it is copied into; what it printed.
fn shell(line: &str) -> String {
    let mut shell = Command::new("sh")
        .arg("-eu")
        .env_remove("http_proxy")
        .env_remove("HTTP_PROXY")
        .env_remove("all_proxy")
        .env_remove("ALL_PROXY")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    shell.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    let output = shell.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "if there is no curl, install the package curl: {line}: {}",
        stderr(&output)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_printed_curl_lines_remove_what_they_say() {
    let folder = folder();
    let store = format!("sqlite:{}", folder.path().join("dev.db").display());
    let server = Untagd::start(folder.path(), &["dev", "--store", &store]);
    let before = tags(&store, "desktop", RESOURCE);
    assert_eq!(before, ["keep", "key1", "key2"]);
    assert_eq!(tags(&store, "workspace", RESOURCE), ["keep", "key1", "key2", "_sys_enterprise_project_id"]);

    let printed = server.printed();
    let lines: Vec<_> = printed.lines().filter(|line| line.starts_with("curl ")).collect();
    assert_eq!(lines.len(), 3, "{printed}");
    for line in lines {
        let answer = shell(line);
        assert!(answer.starts_with("HTTP/1.1 204 No Content\r\n"), "{line}: {answer}");
    }
    assert_eq!(tags(&store, "desktop", RESOURCE), ["keep", "key2"]);
    assert_eq!(tags(&store, "workspace", RESOURCE), ["keep"]);
    assert_eq!(contents(&store).trail.len(), 4);
}

/// What is pasted must be run somewhere, or it rots.
#[test]
fn every_printed_line_is_run_by_a_test() {
    let folder = folder();
    let server = Untagd::start(folder.path(), &["dev"]);
    let printed = server.printed();
    let credentials = format!(
        "UNTAG_ENDPOINT={} UNTAG_TOKEN={} HUAWEICLOUD_SDK_PROJECT_ID={PROJECT}",
        server.ready["endpoint"].as_str().unwrap(),
        server.ready["token"].as_str().unwrap()
    );
    let access_key = format!(
        "HUAWEICLOUD_SDK_AK={} HUAWEICLOUD_SDK_SK={}",
        server.ready["ak"].as_str().unwrap(),
        server.ready["sk"].as_str().unwrap()
    );
    let run = [
        // With the README's blocks and the site's examples, in `tests/all`, for they need programs of other packages.
        (format!("{credentials} cargo run -p untag-cli -- desktop {RESOURCE} key1 --yes"), 1),
        (format!("{credentials} cargo run -p untag-client --example delete_tags"), 1),
        (format!("export {credentials} {access_key}"), 1),
        // Above, and in `sdk`.
        ("curl -i -X DELETE ".to_owned(), 3),
        ("python3 -c ".to_owned(), 1),
    ];
    let lines: Vec<_> =
        printed.lines().skip(2).filter(|line| !line.is_empty() && !line.starts_with("# ")).collect();
    for (start, count) in &run {
        assert_eq!(lines.iter().filter(|line| line.starts_with(start)).count(), *count, "{start}: {printed}");
    }
    assert_eq!(lines.len(), run.iter().map(|(_, count)| count).sum::<usize>(), "{printed}");
}

#[test]
fn the_ready_file_has_what_a_caller_needs_and_is_gone_at_the_end() {
    let folder = folder();
    let mut server = Untagd::start(folder.path(), &["dev"]);
    let ready = server.ready.as_object().unwrap().clone();
    let mut members: Vec<_> = ready.keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["admin", "ak", "endpoint", "op_service_token", "project_id", "sk", "token"]);
    assert_eq!(ready["project_id"], PROJECT);
    let mode = fs::metadata(folder.path().join("ready.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it has credentials");

    // Both tokens are taken, another one is not.
    for (token, status) in [("token", 204), ("op_service_token", 204), ("ak", 401)] {
        let ask = delete_desktop_tag(ready[token].as_str().unwrap(), RESOURCE, "key1");
        assert_eq!(server.connect().ask(&ask).status, status, "{token}");
    }
    let sys = json!({ "sys_tags": [{ "key": "_sys_enterprise_project_id" }] });
    for (token, status) in [("token", 403), ("op_service_token", 204)] {
        let ask = crate::support::batch_untag(ready[token].as_str().unwrap(), "workspace", RESOURCE, &sys);
        assert_eq!(server.connect().ask(&ask).status, status, "{token}");
    }
    assert_eq!(server.admin("/readyz").status, 200);

    server.terminate();
    assert_eq!(server.end().code(), Some(0), "{}", server.log());
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let output_only = left.iter().all(|name| name == "stdout.log" || name == "stderr.log");
    assert!(output_only && left.len() == 2, "it leaves nothing behind, no database either: {left:?}");
}

#[test]
fn it_refuses_an_address_that_others_reach() {
    let folder = folder();
    let ready = folder.path().join("ready.json");
    for (flag, other) in [("--listen", "--admin-listen"), ("--admin-listen", "--listen")] {
        for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
            let ended = output(&[
                "dev",
                flag,
                address,
                other,
                "127.0.0.1:0",
                "--ready-file",
                ready.to_str().unwrap(),
            ]);
            let said = stderr(&ended);
            assert_eq!(ended.status.code(), Some(3), "{said}");
            assert!(said.contains(&format!("{flag} {address}")) && said.contains("127.0.0.1"), "{said}");
            assert!(ended.stdout.is_empty() && !ready.exists());
        }
    }
}

#[test]
fn a_named_store_keeps_its_data() {
    let folder = folder();
    let store = format!("sqlite:{}", folder.path().join("dev.db").display());
    let mut server = Untagd::start(folder.path(), &["dev", "--store", &store]);
    let mine = json!({
        "project_id": PROJECT, "resource_type": "desktop", "resource_id": "mine",
        "tags": { "old": "1", "new": "2" }, "sys_tags": {},
    });
    let file = folder.path().join("mine.ndjson");
    fs::write(&file, mine.to_string()).unwrap();
    succeed(&["import", file.to_str().unwrap(), "--store", &store]);
    let first = server.ready["token"].as_str().unwrap().to_owned();
    assert_eq!(server.connect().ask(&delete_desktop_tag(&first, "mine", "old")).status, 204);
    server.terminate();
    assert_eq!(server.end().code(), Some(0));
    let before = contents(&store);

    let server = Untagd::start(folder.path(), &["dev", "--store", &store]);
    assert_eq!(contents(&store), before, "starting again changes nothing where the sample data is untouched");
    assert_eq!(tags(&store, "desktop", "mine"), ["new"]);
    assert_eq!(before.trail.len(), 1);
    // Credentials are made up anew.
    assert_eq!(server.connect().ask(&delete_desktop_tag(&first, "mine", "new")).status, 401);
    assert_eq!(tags(&store, "desktop", "mine"), ["new"]);
}
