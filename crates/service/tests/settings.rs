//! Settings: every place where one can be set, which place wins, and what is refused.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed, helpers included"
)]

use std::path::Path;
use std::time::Duration;
use untag_service::problem::Problems;
use untag_service::settings::{self, Layer, StoreUrl, loopback};

/// The README's table is what the code says. `UPDATE_README=1` writes it.
#[test]
fn the_readme_has_every_setting() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) =
        readme.split_once("<!-- settings -->\n").expect("the README marks the table's start");
    let (found, after) = rest.split_once("<!-- /settings -->").expect("the README marks the table's end");
    let wanted = settings::table();
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, format!("{before}<!-- settings -->\n{wanted}<!-- /settings -->{after}"))
            .unwrap();
        return;
    }
    assert_eq!(found, wanted, "run the test with UPDATE_README=1 and read what it wrote");
}

fn file(text: &str) -> Result<Layer, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("untagd.toml");
    std::fs::write(&path, text).unwrap();
    let mut problems = Problems::default();
    let layer = Layer::read(&path, &mut problems);
    if problems.is_empty() {
        return Ok(layer);
    }
    // The folder's name is another each time.
    let file = path.display().to_string();
    Err(problems.iter().map(|problem| problem.to_string().replace(&file, "untagd.toml")).collect())
}

#[test]
fn flags_win_over_the_file_and_the_file_over_defaults() {
    let file =
        file("listen = \"127.0.0.1:1\"\nmax-requests = 7\nbody-timeout = 0.5\nlog-format = \"json\"\n")
            .unwrap();
    let flags = settings::from_arguments(["--listen", "127.0.0.1:2"]).unwrap();
    let settled = flags.over(file).settle().unwrap();
    assert_eq!(settled.listen, loopback(2));
    assert_eq!(settled.front.in_flight, 7);
    assert_eq!(settled.front.body_timeout, Duration::from_millis(500));
    assert_eq!(settled.log_format, settings::LogFormat::Json);
    assert_eq!(settled.admin_listen, loopback(8081));
    assert_eq!(settled.store, StoreUrl::Sqlite("untagd.db".into()));
}

#[test]
fn paths_in_the_file_start_at_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("untagd.toml");
    std::fs::write(&path, "authentication = \"callers.toml\"\ntls-key = \"/etc/key.pem\"\n").unwrap();
    let layer = Layer::read(&path, &mut Problems::default());
    assert_eq!(layer.authentication, Some(folder.path().join("callers.toml")));
    assert_eq!(layer.tls_key, Some("/etc/key.pem".into()));
}

#[test]
fn what_is_no_setting_is_refused_with_its_place() {
    for (text, part) in [
        ("lisen = \"127.0.0.1:1\"\n", "lisen"),
        ("listen = 8080\n", "listen"),
        ("body-timeout = 0\n", "greater than 0"),
        ("body-timeout = -1.5\n", "greater than 0"),
        ("max-requests = -1\n", "max-requests"),
        ("log-format = \"xml\"\n", "xml"),
    ] {
        let refused = file(text).unwrap_err();
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert!(refused[0].starts_with("untagd.toml:1:") && refused[0].contains(part), "{text}: {refused:?}");
    }
}

#[test]
fn one_bad_member_does_not_hide_the_next_and_no_line_is_repeated() {
    let text = "stroe = \"sqlite:tags.db\"\nlisten = 8080\nregion = \"here\"\n[tls]\nkey = \"key.pem\"\n";
    let refused = file(text).unwrap_err();
    let places: Vec<&str> =
        refused.iter().filter_map(|problem| problem.split_once(": ")).map(|(at, _)| at).collect();
    assert_eq!(places, ["untagd.toml:1:1", "untagd.toml:2:10", "untagd.toml:4:2"], "{refused:?}");

    let refused = file(&"no setting\n".repeat(100)).unwrap_err();
    assert_eq!((refused.len(), refused[20].as_str()), (21, "untagd.toml: and 80 more"));

    let refused = file("store = \"postgres://root:geheim@db/tags\nlisten = oops\n").unwrap_err();
    assert!(refused.iter().any(|problem| problem.starts_with("untagd.toml:1:")), "{refused:?}");
    assert!(refused.iter().any(|problem| problem.starts_with("untagd.toml:2:")), "{refused:?}");
    assert!(!refused.concat().contains("geheim"), "{refused:?}");
}

#[test]
fn what_the_file_says_is_refused_with_its_place_unless_a_flag_says_other() {
    let text = "max-requests = 0\n max-header-bytes = 1\nlog = \"a=b=c\"\ntls-key = \"key.pem\"\n";
    let told = |flags: &[&str]| -> Vec<String> {
        let layer = settings::from_arguments(flags.iter().copied()).unwrap().over(file(text).unwrap());
        let problems = layer.settle().err().unwrap_or_default();
        problems
            .iter()
            .map(|problem| {
                problem
                    .to_string()
                    .rsplit_once("untagd.toml")
                    .map_or_else(|| problem.to_string(), |(_, rest)| rest.to_owned())
            })
            .collect()
    };
    let all = told(&[]);
    let starts = [
        ":4:1: tls-key is set",
        ":1:1: max-requests is 0",
        ":2:2: max-header-bytes",
        ":3:1: log is no filter",
    ];
    assert_eq!(all.len(), starts.len(), "{all:?}");
    for (problem, start) in all.iter().zip(starts) {
        assert!(problem.starts_with(start), "{problem}");
    }
    let good = [
        "--max-requests",
        "5",
        "--max-header-bytes",
        "9000",
        "--log",
        "info",
        "--tls-certificate",
        "chain.pem",
    ];
    assert_eq!(told(&good), [""; 0]);
    let other = [
        "--max-requests",
        "0",
        "--max-header-bytes",
        "9000",
        "--log",
        "info",
        "--tls-certificate",
        "chain.pem",
    ];
    assert_eq!(told(&other), ["max-requests is 0, so that nothing could be served"]);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let layer = settings::from_arguments([
        "--store",
        "mysql://user:secret@host/db",
        "--tls-key",
        "key.pem",
        "--max-requests",
        "0",
        "--max-header-bytes",
        "100",
    ])
    .unwrap();
    let problems: Vec<String> = layer.settle().unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "the store URL must start with sqlite: or postgres://",
            "tls-key is set and tls-certificate is not; TLS needs both",
            "max-requests is 0, so that nothing could be served",
            "max-header-bytes is less than 8192, which real requests need",
        ]
    );
}

#[test]
fn a_password_in_the_store_url_is_not_printed() {
    let url = StoreUrl::parse("postgres://user:secret@host/db").unwrap();
    assert_eq!(format!("{url:?}"), "postgres://…");
}

/// The defaults that the table names are those that hold.
#[test]
fn the_table_names_the_real_defaults() {
    let mut arguments = Vec::new();
    let table = settings::table();
    for row in table.lines().skip(2) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let (flag, default) = (cells[0].trim_matches(['|', ' ', '`']), cells[2]);
        if let Some(default) = default.strip_prefix('`') {
            arguments.extend([flag.to_owned(), default.trim_end_matches('`').to_owned()]);
        }
    }
    assert!(arguments.len() >= 20, "{table}");
    let named = settings::from_arguments(arguments.iter().map(String::as_str)).unwrap();
    assert_eq!(named.settle().unwrap(), Layer::default().settle().unwrap());
}
