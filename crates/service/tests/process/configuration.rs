//! What is wrong with the configuration is said at once, and nothing is started.

use crate::support::{Site, Untagd, account, folder, output, refused, resource, stderr, succeed, untagd};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A path as an argument.
fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn serve_does_not_start_where_nobody_could_call() {
    let folder = folder();
    let (database, ready) = (folder.path().join("tags.db"), folder.path().join("ready.json"));
    let store = format!("sqlite:{}", database.display());
    let arguments = [
        "serve",
        "--store",
        &store,
        "--listen",
        "127.0.0.1:0",
        "--admin-listen",
        "127.0.0.1:0",
        "--ready-file",
        text(&ready),
    ];
    let ended = output(&arguments);
    let said = stderr(&ended);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    assert!(said.starts_with("error: ") && said.contains("authentication"), "{said}");
    assert!(said.contains("untagd dev"), "it says what to do: {said}");
    assert!(!database.exists() && !ready.exists());

    let missing = folder.path().join("missing.toml");
    let ended = output(&[&arguments[..], &["--authentication", text(&missing)]].concat());
    assert_eq!(ended.status.code(), Some(3));
    assert!(stderr(&ended).contains("missing.toml"), "{}", stderr(&ended));
    assert!(!database.exists() && !ready.exists());
}

#[test]
fn check_config_tells_every_problem_of_an_authentication_file() {
    let folder = folder();
    let file = folder.path().join("authentication.toml");
    fs::write(
        &file,
        "[[users]]\nid = \"ana\"\nname = \"Ana\"\naccount = \"acme\"\nprojects = []\n\n\
         [[tokens]]\nsha256 = \"no-hash\"\nuser = \"ana\"\n\n\
         [[tokens]]\nsha256 = \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"\nuser = \"eve\"\n",
    )
    .unwrap();
    let ended = output(&["check-config", "--authentication", text(&file)]);
    let said = stderr(&ended);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    for place in ["authentication.toml:8:", "authentication.toml:13:"] {
        assert!(said.contains(place), "no {place} in: {said}");
    }
    for word in ["sha256", "eve"] {
        assert!(said.contains(word), "no {word} in: {said}");
    }
    assert!(!said.contains("no-hash"), "what stands where a secret may stand is not repeated: {said}");

    fs::write(&file, "[[users]]\nid = \"ana\"\ncolour = \"red\"\n").unwrap();
    let ended = output(&["check-config", "--authentication", text(&file)]);
    assert_eq!(ended.status.code(), Some(3));
    let said = stderr(&ended);
    assert!(said.contains("authentication.toml:3:1: ") && said.contains("colour"), "{said}");
}

#[test]
fn check_config_tells_every_problem_of_policies_and_key() {
    let folder = folder();
    let file = folder.path().join("authentication.toml");
    account(&file);
    let mut bindings = fs::read_to_string(&file).unwrap();
    bindings.push_str(
        "\n[[policies]]\nfile = \"one.json\"\nusers = [\"ana\"]\n\n\
         [[policies]]\nfile = \"two.json\"\nusers = [\"ana\"]\n\n\
         [[policies]]\nfile = \"missing.json\"\nusers = [\"ana\"]\n",
    );
    fs::write(&file, bindings).unwrap();
    fs::write(folder.path().join("one.json"), "{\"Version\": \"1.1\", \"Statement\": []}").unwrap();
    fs::write(folder.path().join("two.json"), "not JSON").unwrap();
    let key = folder.path().join("message-key");
    fs::write(&key, "short\n").unwrap();
    let ended = output(&["check-config", "--authentication", text(&file), "--message-key", text(&key)]);
    let said = stderr(&ended);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    for part in ["one.json:1:", "/Version", "/Statement", "two.json:1:", "missing.json", "message-key"] {
        assert!(said.contains(part), "no {part} in: {said}");
    }
    assert!(!said.contains("short"), "{said}");

    // Each as it should be, and the same file is good.
    let good = "{\"Version\": \"5.0\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": [\"*\"]}]}";
    for name in ["one.json", "two.json", "missing.json"] {
        fs::write(folder.path().join(name), good).unwrap();
    }
    fs::write(&key, succeed(&["message-key"])).unwrap();
    let printed = succeed(&["check-config", "--authentication", text(&file), "--message-key", text(&key)]);
    assert_eq!(printed, "the configuration is good: 1 users, 3 policies\n");
}

#[test]
fn check_config_tells_every_problem_of_the_settings() {
    let folder = folder();
    let file = folder.path().join("untagd.toml");
    fs::write(
        &file,
        "store = \"mysql://root:geheim@db/tags\"\ntls-key = \"key.pem\"\nmax-requests = 0\nmax-header-bytes = 1\n",
    )
    .unwrap();
    let ended = output(&["check-config", "--config", text(&file)]);
    let said = stderr(&ended);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    for part in ["store URL", "tls-certificate", "max-requests", "max-header-bytes"] {
        assert!(said.contains(part), "no {part} in: {said}");
    }
    assert!(!said.contains("geheim"), "{said}");

    fs::write(&file, "stroe = \"sqlite:tags.db\"\n").unwrap();
    let ended = output(&["check-config", "--config", text(&file)]);
    assert_eq!(ended.status.code(), Some(3));
    assert!(stderr(&ended).contains("untagd.toml") && stderr(&ended).contains("stroe"), "{}", stderr(&ended));
}

/// A configuration with something wrong at every stage; what stderr must have, in this order.
fn wrong_everywhere(folder: &Path) -> Vec<String> {
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write(
        "untagd.toml",
        "stroe = \"sqlite:tags.db\"\nmax-requests = 0\nlisten = 8080\nauthentication = \"callers.toml\"\n\
         message-key = \"message-key\"\ntls-certificate = \"chain.pem\"\ntls-key = \"key.pem\"\n",
    );
    write(
        "callers.toml",
        "[[users]]\nid = \"ana\"\nname = \"Ana\"\naccount = \"acme\"\nprojects = []\n\n\
         [[tokens]]\nsha256 = \"no-hash\"\nuser = \"eve\"\n\n\
         [[policies]]\nfile = \"policy.json\"\nusers = [\"ana\"]\n\n\
         [[policies]]\nfile = \"policy.json\"\nusers = [\"ana\"]\n\n\
         [[policies]]\nfile = \"other.json\"\nusers = [\"ana\"]\n",
    );
    write("policy.json", "{\"Version\": \"1.1\", \"Statement\": []}");
    write("message-key", "short\n");
    write("chain.pem", "no certificate\n");
    write("key.pem", "no key\n");
    [
        "untagd.toml:1:1: unknown field `stroe`",
        "untagd.toml:3:10: listen: ",
        "untagd.toml:2:1: max-requests is 0",
        "callers.toml:5:12: projects is empty",
        "callers.toml:8:10: sha256",
        "callers.toml:9:8: there is no user with the id \"eve\"",
        "message-key: ",
        "policy.json:1:13: /Version",
        "policy.json:1:33: /Statement",
        "other.json: ",
        "chain.pem: ",
        "key.pem: ",
    ]
    .map(|end| format!("{}/{end}", folder.display()))
    .to_vec()
}

#[test]
fn all_stages_tell_their_problems_in_one_run_each_once() {
    let folder = folder();
    let expected = wrong_everywhere(folder.path());
    let config = folder.path().join("untagd.toml");
    let ended = output(&["check-config", "--config", text(&config)]);
    let said = stderr(&ended);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    let mut rest = said.as_str();
    for part in &expected {
        let (_, after) = rest.split_once(part).unwrap_or_else(|| panic!("no {part} in its place in: {said}"));
        rest = after;
        assert!(!rest.contains(part), "{part} twice in: {said}");
    }
    assert!(!said.contains("no-hash") && !said.contains("short"), "{said}");

    // Which database it is changes nothing about that, but for whom it trusts.
    let ca = folder.path().join("chain.pem");
    let postgres = ["--store", "postgres://db.test/tags", "--store-ca", text(&ca)];
    let ended = output(&[&["check-config", "--config", text(&config)], &postgres[..]].concat());
    assert!(stderr(&ended).contains("chain.pem: holds no certificates"), "{}", stderr(&ended));

    let database = format!("sqlite:{}", folder.path().join("tags.db").display());
    let mut serve = untagd(&["serve", "--config", text(&config), "--store", &database]);
    serve.args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
    let ended = refused(serve);
    assert_eq!((ended.status.code(), stderr(&ended)), (Some(3), said), "serve says the same");
    assert!(!folder.path().join("tags.db").exists());
}

#[test]
fn a_settings_file_that_cannot_be_read_is_no_reason_to_miss_what_else_is_named() {
    let folder = folder();
    let (config, callers) = (folder.path().join("missing.toml"), folder.path().join("gone.toml"));
    let ended = output(&["check-config", "--config", text(&config), "--max-requests", "0"]);
    let said = stderr(&ended);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    assert!(said.contains("missing.toml") && said.contains("max-requests is 0"), "{said}");
    assert!(!said.contains("nobody could call"), "the file may have said who: {said}");
    let named = ["--authentication", text(&callers)];
    let said = stderr(&output(&[&["check-config", "--config", text(&config)], &named[..]].concat()));
    assert!(said.contains("missing.toml") && said.contains("gone.toml"), "{said}");
}

#[test]
fn a_connection_string_that_is_none_is_wrong_input_and_not_repeated() {
    for command in ["migrate", "export"] {
        let ended = output(&[command, "--store", "postgres://root:geheim@db:port/tags"]);
        let said = stderr(&ended);
        assert_eq!(ended.status.code(), Some(3), "{said}");
        assert!(said.starts_with("error: postgres://…: ") && !said.contains("geheim"), "{said}");
    }
}

#[test]
fn explain_does_not_need_the_key_of_the_certificate() {
    let site = Site::new();
    site.import(&[resource("d", &json!({ "env": "test" }))]);
    let config = site.file("untagd.toml");
    fs::write(&config, "tls-certificate = \"gone.pem\"\ntls-key = \"gone.pem\"\n").unwrap();
    let serve = site.serve();
    let [_, settings @ ..] = &serve;
    let settings: Vec<&str> = settings.iter().map(String::as_str).chain(["--config", &config]).collect();
    let said = stderr(&output(&[&["check-config"], &settings[..]].concat()));
    assert!(said.contains("gone.pem"), "{said}");
    let asked =
        ["explain", "--user", "ana", "--action", "workspace:desktops:untag", "--resource", "desktop/d"];
    assert!(succeed(&[&asked[..], &settings].concat()).starts_with("allowed: "));
}

/// A command with this limit of open files.
fn with_open_files(limit: u32, arguments: &[&str]) -> Command {
    let untagd = untagd(arguments);
    let mut command = Command::new("/bin/sh");
    command.env_clear().arg("-c").arg(format!("ulimit -n {limit} && exec \"$0\" \"$@\""));
    command.arg(untagd.get_program()).args(untagd.get_args());
    command
}

#[test]
fn a_limit_of_open_files_that_is_too_low_is_told_with_what_to_do() {
    let site = Site::new();
    let serve = site.serve();
    let words: Vec<&str> = serve.iter().map(String::as_str).collect();
    let with = |connections: &'static str| [&words[..], &["--max-connections", connections]].concat();
    let check = |limit: u32, connections: &'static str| {
        let arguments = [&["check-config"], &with(connections)[1..]].concat();
        let output = with_open_files(limit, &arguments).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let warning = check(400, "1000");
    // 1000, 64 for the operator's listener, 128 for everything else.
    for part in ["warning: ", " is 400,", "max-connections = 1000", "LimitNOFILE=1192", "ulimit -n 1192"] {
        assert!(warning.contains(part), "no {part} in {warning}");
    }
    assert!(check(1191, "1000").contains("LimitNOFILE=1192"));
    assert!(!check(1192, "1000").contains("warning"));

    let start = |name: &str, limit: u32| {
        let folder = site.folder().join(name);
        fs::create_dir(&folder).unwrap();
        Untagd::spawn(&folder, with_open_files(limit, &with("1000")))
    };
    let server = start("low", 400);
    let log = server.log();
    let line = log.lines().find(|line| line.contains("LimitNOFILE")).unwrap_or_else(|| panic!("{log}"));
    assert!(line.contains(" WARN ") && line.contains(" is 400,"), "{line}");
    drop(server);
    let server = start("enough", 1192);
    assert!(!server.log().contains("LimitNOFILE"), "{}", server.log());
}

#[test]
fn a_flag_wins_over_a_variable_and_a_variable_over_the_file() {
    let folder = folder();
    let (good, missing) = (folder.path().join("good.toml"), folder.path().join("missing.toml"));
    account(&good);
    let config = folder.path().join("untagd.toml");
    // A path in the file is beside the file.
    fs::write(&config, "authentication = \"good.toml\"\n").unwrap();
    let check = |variable: Option<&Path>, flag: Option<&Path>| {
        let mut command = untagd(&["check-config", "--config", text(&config)]);
        command.envs(variable.map(|path| ("UNTAGD_AUTHENTICATION", path)));
        if let Some(path) = flag {
            command.arg("--authentication").arg(path);
        }
        command.output().unwrap().status.code()
    };
    assert_eq!(check(None, None), Some(0));
    assert_eq!(check(Some(&missing), None), Some(3));
    assert_eq!(check(Some(&missing), Some(&good)), Some(0));
    assert_eq!(check(Some(&good), Some(&missing)), Some(3));
}
