//! `untagd import` and `untagd export` as commands: what goes in comes out, and exit codes tell.

use crate::support::{PROJECT, contents, folder, output, stderr, succeed, untagd};
use std::fs;
use std::io::Write;
use std::process::Stdio;

fn line(kind: &str, id: &str, tags: &str) -> String {
    format!(
        "{{\"project_id\":\"{PROJECT}\",\"resource_type\":\"{kind}\",\"resource_id\":\"{id}\",\"tags\":{tags},\
         \"sys_tags\":{{}}}}\n"
    )
}

#[test]
fn what_is_imported_is_exported_byte_for_byte() {
    let folder = folder();
    let store = format!("sqlite:{}", folder.path().join("tags.db").display());
    let lines = [line("desktop", "d-1", r#"{"a":"","größe":"中"}"#), line("disk", "v/1", "{}")].concat();
    let file = folder.path().join("in.ndjson");
    fs::write(&file, &lines).unwrap();
    let arguments = ["import", file.to_str().unwrap(), "--store", &store];
    succeed(&arguments);
    assert_eq!(succeed(&["export", "--store", &store]), lines);
    let disks = succeed(&["export", "--store", &store, "--type", "disk"]);
    assert_eq!(disks, line("disk", "v/1", "{}"));
    assert_eq!(succeed(&["export", "--store", &store, "--project", "another"]), "");
    let again = succeed(&arguments);
    assert!(again.contains("2 unchanged"), "{again}");
    assert_eq!(succeed(&["export", "--store", &store]), lines);

    // The same through standard input, into another database.
    let other = format!("sqlite:{}", folder.path().join("other.db").display());
    let mut import = untagd(&["import", "-", "--store", &other])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    import.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    assert!(import.wait().unwrap().success());
    assert_eq!(succeed(&["export", "--store", &other]), lines);
}

#[test]
fn a_bad_line_is_told_by_its_number_and_by_exit_code_3() {
    let folder = folder();
    let good = [line("desktop", "d-1", "{}"), line("desktop", "d-3", "{}")];
    let bad = line("desktop", "d-2", r#"{"_sys_a":"b"}"#);
    let file = folder.path().join("in.ndjson");
    fs::write(&file, format!("{}{bad}{}", good[0], good[1])).unwrap();
    for (choice, ids) in [("stop", &[][..]), ("continue", &["d-1", "d-3"])] {
        let store = format!("sqlite:{}", folder.path().join(format!("{choice}.db")).display());
        let ended = output(&["import", file.to_str().unwrap(), "--store", &store, "--on-error", choice]);
        let said = stderr(&ended);
        assert_eq!(ended.status.code(), Some(3), "{said}");
        assert!(said.contains("line 2") && said.contains("_sys_a"), "{said}");
        // Lines are written many at a time, and it says which are.
        let told = String::from_utf8_lossy(&ended.stdout).contains("stopped at line 2: nothing is imported");
        assert_eq!(told, choice == "stop");
        let there: Vec<_> = contents(&store).resources.into_iter().map(|(key, _)| key.resource_id).collect();
        assert_eq!(there, ids, "{choice}");
    }
}

#[test]
fn a_file_that_is_not_there_makes_no_database() {
    let folder = folder();
    let database = folder.path().join("tags.db");
    let missing = folder.path().join("missing.ndjson");
    let store = format!("sqlite:{}", database.display());
    let ended = output(&["import", missing.to_str().unwrap(), "--store", &store]);
    assert_eq!(ended.status.code(), Some(3));
    assert!(stderr(&ended).contains("missing.ndjson"), "{}", stderr(&ended));
    assert!(!database.exists());
}
