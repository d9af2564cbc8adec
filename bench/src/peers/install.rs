//! The peers' programs, each from its registry, in a version that is written here or in `bench/peers`, kept from run to run.

use crate::progress;
use std::any::Any;
use std::fs;
use std::io::Write as _;
use std::panic::{self, UnwindSafe};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use untag_node::packages;
use untag_python::environment;

/// The version of `openapi-to-rust` on crates.io.
const OPENAPI_TO_RUST: &str = "0.23.0";
/// The Python packages, with their versions.
const REQUIREMENTS: &str = include_str!("../../peers/requirements.txt");
/// The packages of npm.
const PACKAGE: &str = include_str!("../../peers/package.json");
const LOCK: &str = include_str!("../../peers/package-lock.json");

/// A program that is there, or the reason why it is not.
pub(super) type Maybe<T> = Result<T, String>;

/// What is there to be measured.
#[derive(Debug)]
pub(super) struct Installed {
    /// The program `openapi-to-rust`.
    pub(super) openapi_to_rust: Maybe<PathBuf>,
    /// The jar of `openapi-generator`.
    pub(super) openapi_generator: Maybe<PathBuf>,
    /// The script of Prism, for Node.js.
    pub(super) prism: Maybe<PathBuf>,
    /// The jar of `WireMock`.
    pub(super) wiremock: Maybe<PathBuf>,
    /// The interpreter that has moto, and moto's script.
    pub(super) moto: Maybe<[PathBuf; 2]>,
    /// The versions of all peers, in a sentence.
    pub(super) versions: String,
}

impl Installed {
    /// Installs what is not there yet, into this folder.
    pub(super) fn install(folder: &Path) -> Self {
        progress::say("installing the peers");
        let java = runs("java", "-version", "default-jre-headless");
        let python = held(|| environment(folder, REQUIREMENTS));
        let node = runs("node", "--version", "nodejs");
        let modules = held(|| packages(folder, PACKAGE, LOCK));
        let with_java = |found: Maybe<PathBuf>| java.clone().and(found);
        let installed = Self {
            openapi_to_rust: openapi_to_rust(folder),
            openapi_generator: with_java(python.clone().and_then(|python| {
                let parts = ["lib", "openapi_generator_cli/openapi-generator.jar"];
                below(&python, parts)
            })),
            prism: node
                .and(modules.clone())
                .and_then(|modules| there(modules.join("@stoplight/prism-cli/dist/index.js"))),
            wiremock: with_java(modules.and_then(|modules| jar(&modules.join("wiremock/build")))),
            moto: python.and_then(|python| {
                let script = there(python.with_file_name("moto_server"))?;
                Ok([python, script])
            }),
            versions: versions(),
        };
        for (name, missing) in [
            ("openapi-to-rust", installed.openapi_to_rust.as_ref().err()),
            ("openapi-generator", installed.openapi_generator.as_ref().err()),
            ("Prism", installed.prism.as_ref().err()),
            ("WireMock", installed.wiremock.as_ref().err()),
            ("moto", installed.moto.as_ref().err()),
        ] {
            if let Some(why) = missing {
                // Where stderr cannot be written, the report still says it.
                let _ = writeln!(std::io::stderr(), "NOT MEASURED: {name}: {why}");
            }
        }
        installed
    }
}

/// The versions of all peers, in a sentence.
fn versions() -> String {
    let python = |name: &str| {
        let mut lines = REQUIREMENTS.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix("==")).unwrap_or("unknown").to_owned()
    };
    let npm: serde_json::Value = serde_json::from_str(PACKAGE).unwrap_or_default();
    let npm = |name: &str| {
        let version = npm.pointer(&format!("/dependencies/{}", name.replace('/', "~1")));
        version.and_then(serde_json::Value::as_str).unwrap_or("unknown").to_owned()
    };
    format!(
        "Peers: openapi-generator {} (PyPI `openapi-generator-cli`), openapi-to-rust {OPENAPI_TO_RUST} and progenitor {} \
         (crates.io), Prism {} (npm `@stoplight/prism-cli`), WireMock {} (npm `wiremock`), moto {} (PyPI `moto`); {}, {}, {}.",
        python("openapi-generator-cli"),
        progenitor(),
        npm("@stoplight/prism-cli"),
        npm("wiremock"),
        python("moto"),
        said("java", "-version"),
        said("node", "--version").replace('v', "Node.js "),
        said("python3", "--version"),
    )
}

/// The version of progenitor that we are built on, and that is measured alone.
fn progenitor() -> &'static str {
    let mut manifest = include_str!("../../../Cargo.toml").lines();
    let version = manifest.find_map(|line| line.strip_prefix("progenitor-impl = \"="));
    version.unwrap_or("unknown").trim_end_matches('"')
}

/// The first line that a program says about its version.
fn said(program: &str, option: &str) -> String {
    let output = Command::new(program).arg(option).stdin(Stdio::null()).output();
    // Java says it on stderr.
    let text = output.map(|output| [output.stdout, output.stderr].concat()).unwrap_or_default();
    String::from_utf8_lossy(&text)
        .lines()
        .next()
        .map_or_else(|| format!("no {program}"), |line| line.replace('"', ""))
}

/// Whether a program runs that a peer stands on: what was installed may be there, and this not.
fn runs(program: &str, option: &str, package: &str) -> Maybe<()> {
    let found = Command::new(program).arg(option).stdin(Stdio::null()).output();
    match found {
        Ok(output) if output.status.success() => Ok(()),
        _ => Err(format!("there is no `{program}` (Debian package {package})")),
    }
}

/// What is made by somebody who panics where something is missing.
fn held<T>(make: impl FnOnce() -> T + UnwindSafe) -> Maybe<T> {
    panic::catch_unwind(make).map_err(|panic| words(&*panic))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it cannot be installed");
    // It stands in a cell of a table.
    text.lines().next().unwrap_or_default().replace('|', "/")
}

fn there(path: PathBuf) -> Maybe<PathBuf> {
    if path.is_file() { Ok(path) } else { Err(format!("its package has no {}", file_name(&path))) }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().display().to_string()
}

/// A file of a package of this interpreter's environment.
fn below(python: &Path, [lib, file]: [&str; 2]) -> Maybe<PathBuf> {
    let lib = python.ancestors().nth(2).unwrap_or(python).join(lib);
    let versions = fs::read_dir(lib).into_iter().flatten().flatten();
    let found =
        versions.map(|version| version.path().join("site-packages").join(file)).find(|path| path.is_file());
    found.ok_or_else(|| format!("its package has no {file}"))
}

/// The one jar of a folder.
fn jar(folder: &Path) -> Maybe<PathBuf> {
    let mut files = fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    let is_jar = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "jar");
    files.find(is_jar).ok_or_else(|| "its package has no jar".to_owned())
}

fn openapi_to_rust(folder: &Path) -> Maybe<PathBuf> {
    let root = folder.join(format!("cargo-openapi-to-rust-{OPENAPI_TO_RUST}"));
    let program = root.join("bin/openapi-to-rust");
    if program.is_file() {
        return Ok(program);
    }
    progress::say("installing openapi-to-rust, which takes some minutes");
    let mut cargo = Command::new("cargo");
    cargo.args(["install", "--locked", "--quiet", "openapi-to-rust", "--version", OPENAPI_TO_RUST, "--root"]);
    cargo.arg(&root).arg("--target-dir").arg(folder.join("build")).stdin(Stdio::null()).stdout(Stdio::null());
    match cargo.status() {
        Ok(status) if status.success() => there(program),
        _ => Err("`cargo install openapi-to-rust` failed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{held, runs, versions};

    #[test]
    fn every_version_is_known_before_anything_is_installed() {
        let versions = versions();
        assert!(!versions.contains("unknown") && versions.contains("progenitor 0."), "{versions}");
    }

    #[test]
    fn what_cannot_be_installed_is_a_reason_and_no_end() {
        assert_eq!(held(|| -> () { panic!("there is no such\nthing") }), Err("there is no such".to_owned()));
    }

    #[test]
    fn what_a_peer_stands_on_is_missed_by_name() {
        assert_eq!(runs("cargo", "--version", "cargo"), Ok(()));
        let missing = runs("no-such-program", "--version", "no-such-package");
        assert_eq!(missing, Err("there is no `no-such-program` (Debian package no-such-package)".to_owned()));
    }
}
