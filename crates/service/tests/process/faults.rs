//! Faults of what the service stands on, as callers see them: a documented answer, nothing half done, and service again.

use crate::support::{
    Answer, Site, Untagd, batch_untag, delete_desktop_tag, refused, resource, stderr, untagd,
    untagd_with_limits, until,
};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Checks the documented 500: it names the request and nothing of the cause.
pub(crate) fn failed(answer: &Answer, code: &str) {
    assert_eq!(answer.status, 500, "{answer:?}");
    let body = answer.json();
    assert_eq!(body["error_code"], code);
    let message = body["error_msg"].as_str().unwrap();
    assert!(message.contains(answer.header("x-request-id")), "{message}");
    for internal in ["lock", "sqlite", "database", "tags.db", "disk", "full"] {
        assert!(!message.to_lowercase().contains(internal), "{message}");
    }
}

/// Desktops with ten tags each.
fn desktops(count: usize) -> Vec<Value> {
    let tags: serde_json::Map<_, _> = (0..10).map(|tag| (format!("key{tag}"), json!("value"))).collect();
    (0..count).map(|number| resource(&format!("d{number}"), &json!(tags))).collect()
}

/// Its log is on the same disk.
#[test]
fn a_full_disk_is_a_documented_failure_until_there_is_room() {
    let site = Site::new();
    site.import(&desktops(20));
    let server =
        Untagd::spawn(site.folder(), untagd_with_limits(&site.serve().each_ref().map(String::as_str)));
    let single = |desktop: &str, key: &str| delete_desktop_tag(&site.token, desktop, key);
    let batch = |desktop: &str| {
        let keys: Vec<_> = (0..10).map(|key| json!({ "key": format!("key{key}") })).collect();
        batch_untag(&site.token, "desktop", desktop, &json!({ "tags": keys }))
    };
    let mut connection = server.connect();
    assert_eq!(connection.ask(&single("d0", "key0")).status, 204);
    let before = site.contents();

    // No room at all, and enough for a part of what is written: two pages at least, each with a few bytes before it.
    for limit in [0, 4096, 8192] {
        server.limit_files(&limit.to_string());
        for desktop in ["d1", "d2", "d3"] {
            failed(&connection.ask(&batch(desktop)), "SecMaster.00040011");
        }
        failed(&connection.ask(&single("d1", "key1")), "WKS.00211401");
        // What writes nothing needs no room.
        assert_eq!(connection.ask(&single("d1", "absent")).status, 204);
        assert_eq!(connection.ask(&single("nowhere", "key1")).status, 404);
        assert_eq!(connection.ask(&delete_desktop_tag("untag_wrong", "d1", "key1")).status, 401);
        assert_eq!(server.admin("/readyz").status, 200, "what is there can be read");
        server.limit_files("unlimited");
        assert_eq!(site.contents(), before, "a failure changes nothing");
    }
    assert_eq!(connection.ask(&batch("d1")).status, 204);
    assert_eq!(connection.ask(&single("d2", "key1")).status, 204);
    let after = site.contents();
    assert_eq!(after.trail.len(), before.trail.len() + 11);
    let left: Vec<_> = after.resources.iter().map(|(_, tags)| tags.tags.len()).collect();
    assert_eq!(left.iter().sum::<usize>(), 20 * 10 - 12);
    assert!(server.log().contains("nothing removed"), "the log goes on, too: {}", server.log());
}

/// A client that is gone before its request is whole has asked for nothing, even if what came makes sense.
#[test]
fn whoever_hangs_up_in_mid_body_has_asked_for_nothing() {
    let site = Site::new();
    site.import(&desktops(1));
    let server = site.start(&[]);
    let before = site.contents();
    let whole =
        batch_untag(&site.token, "desktop", "d0", &json!({ "tags": [{ "key": "key1" }, { "key": "key2" }] }));
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    let length = format!("Content-Length: {}", body.len());
    let promised = head.replace(&length, &format!("Content-Length: {}", body.len() + 1));
    let chunked = head.replace(&length, "Transfer-Encoding: chunked");
    assert!(promised != head && chunked != head);
    let single = delete_desktop_tag(&site.token, "d0", "key1");
    let parts = [
        format!("{head}\r\n\r\n"),
        format!("{head}\r\n\r\n{}", &body[..body.len() / 2]),
        format!("{head}\r\n\r\n{}", &body[..body.len() - 1]),
        // The JSON is whole, the body is not.
        format!("{promised}\r\n\r\n{body}"),
        format!("{chunked}\r\n\r\n{:x}\r\n{body}\r\n", body.len()),
        // A header is missing, or a body that may not be there at all.
        single[..single.len() - 2].to_owned(),
        single.replace("\r\n\r\n", "\r\nContent-Length: 2\r\n\r\n{"),
    ];
    for part in &parts {
        let mut connection = server.connect();
        connection.send(part).unwrap();
        drop(connection);
    }
    // What is half a body to it is malformed; the half header is no request.
    let met = |operation: &str, count: u64| {
        let name = format!("untagd_requests_total{{operation=\"{operation}\",status=\"400\"}}");
        until("it has met them all", || (server.figure(&name) == count).then_some(()));
    };
    met("batchUntagResources", 5);
    met("deleteDesktopTag", 1);
    until("they are gone", || (server.figure("untagd_connections") == 0).then_some(()));
    assert_eq!(server.figure("untagd_requests_in_flight"), 0);
    assert_eq!(site.contents(), before);
    assert_eq!(server.connect().ask(&whole).status, 204);
    assert_eq!(site.contents().trail.len(), 2);
}

/// Runs `untagd` as somebody whom the rights of files mean something to: not as root.
struct Unprivileged {
    folder: TempDir,
    program: PathBuf,
}

impl Unprivileged {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let mut program = PathBuf::from(env!("CARGO_BIN_EXE_untagd"));
        if is_root() {
            // Somebody without privileges need not be able to reach where the program lies.
            let copy = folder.path().join("untagd");
            fs::copy(&program, &copy).unwrap();
            program = copy;
            mode(folder.path(), 0o777);
        }
        Self { folder, program }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.env_clear().args(arguments).current_dir(self.folder.path());
        if is_root() {
            command.uid(65534).gid(65534);
        }
        command
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

#[test]
fn a_read_only_database_is_refused_at_start_until_it_is_writable() {
    let somebody = Unprivileged::new();
    let folder = somebody.folder.path();
    let database = folder.join("tags.db");
    let site = Site::on(format!("sqlite:{}", database.display()));
    site.import(&desktops(1));
    let before = site.contents();
    let users = folder.join("authentication.toml");
    let ready = folder.join("ready.json");
    fs::copy(site.file("authentication.toml"), &users).unwrap();
    let serve = [
        "serve",
        "--store",
        &site.store,
        "--authentication",
        users.to_str().unwrap(),
        "--ready-file",
        ready.to_str().unwrap(),
        "--listen",
        "127.0.0.1:0",
        "--admin-listen",
        "127.0.0.1:0",
    ];
    mode(&users, 0o644);
    mode(&database, 0o444);
    let files = || {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let there = files();
    for command in [&serve[..], &["migrate", "--store", &site.store]] {
        let ended = refused(somebody.command(command));
        let said = stderr(&ended);
        assert_eq!(ended.status.code(), Some(1), "{said}");
        assert!(
            said.starts_with("error: ") && said.contains("tags.db") && said.contains("read-only"),
            "{said}"
        );
        assert!(ended.stdout.is_empty());
        assert_eq!(files(), there, "it leaves nothing beside the file");
    }
    mode(&database, 0o666);
    assert_eq!(site.contents(), before);
    let ended = somebody.command(&["migrate", "--store", &site.store]).output().unwrap();
    assert!(ended.status.success(), "{}", stderr(&ended));
}

#[test]
fn a_newer_schema_is_refused_at_start() {
    let site = Site::new();
    site.run(&["migrate"]);
    let database = Connection::open(site.file("tags.db")).unwrap();
    database.execute_batch("PRAGMA user_version = 42").unwrap();
    refused_as_newer(&site);
}

/// Nothing starts on a database with schema 42.
pub(crate) fn refused_as_newer(site: &Site) {
    let ready = site.file("ready.json");
    let listen = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--ready-file", &ready];
    let serve = site.serve();
    let serve: Vec<&str> = serve.iter().map(String::as_str).chain(listen).collect();
    for command in [&serve[..], &["migrate", "--store", &site.store], &["export", "--store", &site.store]] {
        let ended = refused(untagd(command));
        let said = stderr(&ended);
        assert_eq!(ended.status.code(), Some(1), "{said}");
        assert!(said.contains("schema 42") && said.contains("use a newer untagd"), "{said}");
        assert!(ended.stdout.is_empty() && !Path::new(&ready).exists());
    }
}
