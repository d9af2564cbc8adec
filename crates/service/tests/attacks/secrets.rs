//! Secrets, and where they must not show: logs, answers, figures, what commands print, the audit trail, memory on disk.

use crate::people::{How, Person};
use crate::scene::{Scene, say};
use crate::support::{ACCOUNT, PROJECT, Site, Untagd, delete_desktop_tag, output, resource, succeed, untagd};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

/// A scene whose secrets are all known here.
struct Secrets {
    scene: Scene,
    person: Person,
    /// Each secret, by what it is.
    all: Vec<(&'static str, String)>,
    settings: Vec<String>,
}

fn secrets() -> Secrets {
    let site = Site::new();
    let person = Person::add(&site, "signer", ACCOUNT, &[PROJECT], "");
    let deny = json!({ "Version": "5.0", "Statement": [{ "Effect": "Deny", "Action": ["workspace:*:*"] }] });
    fs::write(site.file("policy.json"), deny.to_string()).unwrap();
    let key = succeed(&["message-key"]);
    fs::write(site.file("key"), &key).unwrap();
    let file = site.file("authentication.toml");
    let text = fs::read_to_string(&file).unwrap();
    let more = "\n[[policies]]\nfile = \"policy.json\"\nusers = [\"signer\"]\n";
    let digest = text.split("sha256 = \"").nth(1).unwrap()[..64].to_owned();
    fs::write(&file, text + more).unwrap();
    let all = vec![
        ("the account's token", site.token.clone()),
        ("its digest", digest),
        ("the signer's token", person.token.clone()),
        ("the signer's secret key", person.secret().to_owned()),
        ("the key of messages", key.trim().to_owned()),
    ];
    let settings = ["--message-key".to_owned(), site.file("key")].to_vec();
    let more: Vec<&str> = settings.iter().map(String::as_str).collect();
    let scene = Scene::at(site, &["one"], &[&more[..], &["--log", "trace"]].concat());
    Secrets { scene, person, all, settings }
}

impl Secrets {
    /// That none of them is in this text.
    fn hidden(&self, place: &str, text: &str) {
        for (what, secret) in &self.all {
            assert!(!text.contains(secret.as_str()), "{what} in {place}");
        }
    }
}

/// What a command prints, whatever becomes of it.
fn printed(words: &[&str]) -> String {
    let ended = output(words);
    format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr))
}

#[test]
fn no_secret_is_in_an_answer_a_log_line_a_figure_or_what_a_command_prints() {
    let secrets = secrets();
    let Secrets { scene, person, settings, .. } = &secrets;
    let (site, server) = (&scene.site, &scene.server);
    let (token, other) = (&site.token, &person.token);
    let target = format!("/v2/{PROJECT}/desktops/one/tags/named");
    let signed = person.signed("DELETE", &target, "", How::default());
    let signature = signed.split("Signature=").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
    let close = "\r\nConnection: close\r\n";
    let good = delete_desktop_tag(token, "one", "named").replacen("\r\n", close, 1);
    let header = format!("X-Auth-Token: {token}\r\n");
    let requests = [
        good.clone(),
        // Refused in every way, the secret being where it belongs and where not.
        good.replace(PROJECT, &"f".repeat(32)),
        good.replace("desktops/one", "desktops/nowhere"),
        good.replace("named", "na%00med"),
        good.replace(&header, &header.repeat(2)),
        good.replace(&header, &format!("X-Auth-Token: {token}x\r\n")),
        good.replace(&header, &format!("{header}Broken {token}\r\n")),
        good.replace(" HTTP/1.1", " HTTP/7.1"),
        good.replace(&header, &format!("Authorization: Bearer {token}\r\n")),
        good.replace(&header, &format!("Authorization: SDK-HMAC-SHA256 {token}\r\n")),
        good.replace("DELETE", "PUT"),
        delete_desktop_tag(other, "one", "keep").replacen("\r\n", close, 1),
        signed.replacen("\r\n", close, 1),
        signed.replacen("\r\n", close, 1).replace("/one/", "/two/"),
    ];
    for request in &requests {
        let answers = say(server.address(), request.as_bytes());
        for answer in answers {
            secrets.hidden("an answer", &format!("{}{}", answer.head, answer.body));
            assert!(!answer.body.contains(&signature), "the signature in an answer");
        }
    }
    let log = server.log();
    assert!(log.contains("answered") && log.contains("credentials refused"), "{log}");
    secrets.hidden("the log, at its most verbose", &log);
    assert!(!log.contains(&signature), "a signature in the log");
    secrets.hidden("what the service prints", &server.printed());
    for path in ["/metrics", "/readyz", "/livez", "/openapi.yaml", "/docs/", "/debug"] {
        secrets.hidden(path, &server.admin(path).text());
    }
    let ready = fs::read_to_string(site.file("ready.json")).unwrap();
    secrets.hidden("the ready file of `serve`", &ready);

    let serve = site.serve();
    let store = ["--store", &site.store];
    let authentication = ["--authentication", &serve[4]];
    let key: Vec<&str> = settings.iter().map(String::as_str).collect();
    let explain = [
        "explain",
        "--user",
        "signer",
        "--action",
        "workspace:desktops:untag",
        "--resource",
        "desktop/one",
        "--tag",
        "x",
    ];
    for words in [
        [&["check-config"][..], &store, &authentication, &key].concat(),
        [&explain[..], &store, &authentication, &key].concat(),
        [&explain[..], &["--json"], &store, &authentication, &key].concat(),
        [&["audit"][..], &store].concat(),
        [&["audit", "--json"][..], &store].concat(),
        [&["export"][..], &store].concat(),
    ] {
        secrets.hidden(words[0], &printed(&words));
    }
}

#[test]
fn a_configuration_that_is_wrong_is_told_without_its_secrets() {
    let secrets = secrets();
    let site = &secrets.scene.site;
    let file = site.file("authentication.toml");
    let good = fs::read_to_string(&file).unwrap();
    let secret = secrets.person.secret();
    let check = |place: &str, more: &[&str]| {
        let serve = site.serve();
        let words =
            [&["check-config"][..], &["--store", &site.store, "--authentication", &serve[4]], more].concat();
        let ended = output(&words);
        assert_eq!(ended.status.code(), Some(3), "{place}");
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!said.is_empty());
        secrets.hidden(place, &said);
    };
    let line = format!("secret = \"{secret}\"");
    for (place, text) in [
        ("a secret without its end", good.replace(&line, &format!("secret = \"{secret}"))),
        ("a secret without quotes", good.replace(&line, &format!("secret = {secret}"))),
        ("a secret with another name", good.replace(&line, &format!("secrte = \"{secret}\""))),
        ("a secret in a list", good.replace(&line, &format!("secret = [\"{secret}\"]"))),
        ("a secret twice", good.replace(&line, &format!("{line}\n{line}"))),
        ("a token for a digest", good.replacen("sha256 = \"", &format!("sha256 = \"{}", site.token), 1)),
        ("a secret for an expiry", good.replace(&line, &format!("{line}\nexpires = \"{secret}\""))),
    ] {
        assert_ne!(text, good, "{place}");
        fs::write(&file, text).unwrap();
        check(place, &[]);
    }
    fs::write(&file, &good).unwrap();
    let key = fs::read_to_string(site.file("key")).unwrap();
    fs::write(site.file("key"), format!("{}x", key.trim())).unwrap();
    check("a key of messages that is too long", &["--message-key", &site.file("key")]);
    let password = "postgres://ana:gehe1m@/x?sslmode=nonsense";
    for words in [
        ["migrate", "--store", password],
        ["export", "--store", password],
        ["check-config", "--store", password],
    ] {
        assert!(!printed(&words).contains("gehe1m"), "{words:?}");
    }
}

#[test]
fn no_core_dump_is_written_even_where_the_system_allows_it() {
    let site = Site::new();
    site.import(&[resource("one", &json!({ "named": "1" }))]);
    let folder = site.folder().to_owned();
    let serve = site.serve().map(|word| format!("'{word}'")).join(" ");
    let plain = untagd(&[]);
    // It starts with whatever the machine allows, and has to forbid it by itself.
    let script = format!(
        "cd '{}' && ulimit -S -c $(ulimit -H -c) && exec '{}' {serve} \"$@\"",
        folder.display(),
        plain.get_program().display()
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]);
    // The shell's own name, before the arguments.
    command.env_clear().arg("untagd");
    let mut server = Untagd::spawn(&folder, command);
    assert_eq!(server.connect().ask(&delete_desktop_tag(&site.token, "one", "named")).status, 204);
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let limit = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap();
    assert_eq!(limit.split_whitespace().collect::<Vec<_>>(), ["0", "0", "bytes"]);
    let id = Pid::from_raw(i32::try_from(server.id()).unwrap()).unwrap();
    kill_process(id, Signal::ABORT).unwrap();
    let ended = server.end();
    assert_eq!((ended.signal(), ended.core_dumped()), (Some(6), false));
}
