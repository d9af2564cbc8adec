//! What is wrong with the configuration is said at once, and nothing is started.

use crate::support::{account, folder, output, stderr, succeed};
use std::fs;
use std::path::Path;

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

#[test]
fn a_flag_wins_over_a_variable_and_a_variable_over_the_file() {
    let folder = folder();
    let (good, missing) = (folder.path().join("good.toml"), folder.path().join("missing.toml"));
    account(&good);
    let config = folder.path().join("untagd.toml");
    // A path in the file is beside the file.
    fs::write(&config, "authentication = \"good.toml\"\n").unwrap();
    let check = |variable: Option<&Path>, flag: Option<&Path>| {
        let mut command = crate::support::untagd(&["check-config", "--config", text(&config)]);
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
