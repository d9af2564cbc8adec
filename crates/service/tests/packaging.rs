//! The unit and the image file say what this version understands.

use clap::{CommandFactory, Parser};
use std::path::Path;
use untag_service::cli::Cli;
use untag_service::settings::{self, Layer};

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The values of a member of a unit.
fn values<'u>(unit: &'u str, member: &str) -> Vec<&'u str> {
    unit.lines().filter_map(|line| line.strip_prefix(member)?.strip_prefix('=')).collect()
}

#[test]
fn the_unit_starts_commands_that_there_are() {
    let unit = read("packaging/untagd.service");
    let commands = [values(&unit, "ExecStartPre"), values(&unit, "ExecStart")].concat();
    assert_eq!(commands.len(), 2);
    for command in commands {
        let words: Vec<&str> = command.split(' ').collect();
        assert_eq!(words[0], "/usr/bin/untagd");
        Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{command}: {error}"));
    }
}

#[test]
fn the_unit_waits_longer_than_the_service_drains() {
    let unit = read("packaging/untagd.service");
    let stop: u64 = values(&unit, "TimeoutStopSec")[0].parse().unwrap();
    let drain = Layer::default().settle().unwrap().front.drain_timeout;
    assert!(stop > drain.as_secs(), "{stop} s for a drain of {drain:?}");
    let files: usize = values(&unit, "LimitNOFILE")[0].parse().unwrap();
    assert!(files > Layer::default().settle().unwrap().front.connections);
}

#[test]
fn the_image_starts_a_command_that_there_is_with_settings_that_there_are() {
    let image = read("packaging/Containerfile");
    let line = |start: &str| {
        image.lines().find_map(|line| line.strip_prefix(start)).unwrap_or_else(|| panic!("no {start}"))
    };
    let words = |json: &str| serde_json::from_str::<Vec<String>>(json).unwrap();
    let command = [words(line("ENTRYPOINT ")), words(line("CMD "))].concat();
    Cli::try_parse_from(&command).unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let table = settings::table();
    for variable in line("ENV ").split(' ') {
        let (name, _) = variable.split_once('=').unwrap();
        assert!(table.contains(&format!("| `{name}` |")), "{name}");
    }
}

#[test]
fn the_image_is_built_with_the_oldest_toolchain_we_support() {
    let image = read("packaging/Containerfile");
    let version = env!("CARGO_PKG_RUST_VERSION");
    assert!(image.contains(&format!("FROM rust:{version}-")), "not built with {version}");
}

#[test]
fn the_command_line_is_consistent() {
    Cli::command().debug_assert();
}
