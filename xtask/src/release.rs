//! `cargo xtask release`: everything a release uploads, made of a commit and of nothing else.
//!
//! It is made twice, in two fresh clones whose paths differ, and compared: whoever has the commit can make the same bytes again,
//! and so find out whether what was uploaded is what the commit says.

pub mod materials;

use crate::{
    failure::{Exit, Failure},
    files, git, package,
    process::{self, cargo},
};
use std::{
    collections::BTreeMap,
    env,
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// What is made, by name.
type Artifacts = BTreeMap<String, Vec<u8>>;

/// A program that operators install, and the package it is made of.
struct Program {
    name: &'static str,
    package: &'static str,
    /// The folder of the package.
    folder: &'static str,
}

const PROGRAMS: [Program; 2] = [
    Program { name: "untag", package: "untag-cli", folder: "crates/cli" },
    Program { name: "untagd", package: "untag-service", folder: "crates/service" },
];

const INSTALL_CYCLONEDX: &str = "cargo install --locked cargo-cyclonedx --version =0.5.9";
const INSTALL_AUDITABLE: &str = "cargo install --locked cargo-auditable --version =0.7.7";

/// Makes the release of the commit that is checked out, and writes it to `target/dist`, which is replaced.
pub(crate) fn run(root: &Path, with_programs: bool) -> Result<(), Failure> {
    if !is_committed(root) {
        let message = "there are changes that are not committed: a release is made of a commit, so that others can make it again";
        return Err(refused(message.to_owned()));
    }
    process::require(root, "cyclonedx", INSTALL_CYCLONEDX)?;
    if with_programs {
        process::require(root, "auditable", INSTALL_AUDITABLE)?;
    }
    let target = package::target(root);
    let scratch = fs::create_dir_all(&target)
        .and_then(|()| tempfile::Builder::new().prefix("release-").tempdir_in(&target))
        .map_err(|error| files::cannot("make a folder in", &target, &error))?;
    let first = make(root, &scratch.path().join("first"), with_programs)?;
    let second = make(root, &scratch.path().join("second/of/two"), with_programs)?;
    same(&first, &second)?;

    let dist = target.join("dist");
    replace(&dist, &first)?;
    println!("\nTwo clones made the same bytes. In {}:", dist.display());
    print!("{}", sums(&first));
    Ok(())
}

/// Whether what is checked out is a commit and nothing else.
pub(crate) fn is_committed(root: &Path) -> bool {
    git::ask(root, &["status", "--porcelain"]).is_some_and(|changes| changes.is_empty())
}

/// Makes everything in a fresh clone.
fn make(root: &Path, folder: &Path, with_programs: bool) -> Result<Artifacts, Failure> {
    let clone = folder.join("untag");
    fs::create_dir_all(folder).map_err(|error| files::cannot("make", folder, &error))?;
    process::run(Command::new("git").args(["clone", "--quiet", "--no-checkout"]).arg(root).arg(&clone))?;
    let commit =
        git::ask(root, &["rev-parse", "HEAD"]).ok_or_else(|| refused("git knows no commit".to_owned()))?;
    process::run(Command::new("git").current_dir(&clone).args(["checkout", "--quiet", "--detach", &commit]))?;

    let mut made = Artifacts::new();
    for path in package::pack(&clone, &folder.join("packages"))? {
        made.insert(name(&path), files::read_bytes(&path)?);
    }
    let host = process::host(root)?;
    made.extend(bills(&clone, &host)?);
    if with_programs {
        made.extend(programs(&clone, folder, &host)?);
    }
    Ok(made)
}

/// A bill of materials for each program: every crate that it is made of, with version, licence and checksum.
fn bills(clone: &Path, host: &str) -> Result<Artifacts, Failure> {
    let commit_time = git::ask(clone, &["log", "-1", "--format=%ct"]).unwrap_or_default();
    process::run(
        cargo(clone, ["cyclonedx", "--quiet", "--format", "json", "--spec-version", "1.5"])
            .args(["--describe", "binaries", "--target", host])
            .env("SOURCE_DATE_EPOCH", commit_time),
    )?;
    // Our own crates are named there by where they lie on this machine, which is nobody's business and differs from clone to clone.
    let here = format!("file://{}/", clone.display());
    let list = |program: &Program| {
        let path = clone.join(program.folder).join(format!("{}_bin.cdx.json", program.name));
        let text = files::read(&path)?.replace(&here, "file:///untag/");
        let text = materials::only(&text, &materials::built(clone, program.package, host)?)
            .map_err(|why| format!("the bill of materials of {}: {why}", program.name))?;
        Ok((format!("{}.cdx.json", program.name), text.into_bytes()))
    };
    PROGRAMS.iter().map(list).collect()
}

/// The programs, with the list of what is in them inside, where scanners look for it.
fn programs(clone: &Path, folder: &Path, host: &str) -> Result<Artifacts, Failure> {
    // Paths of the machine are in panic messages; here they would tell where it was built and nothing else.
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let home = home.unwrap_or_default();
    let map = |from: &Path, to: &str| format!("{}={to}", from.display());
    let flags = [map(&folder.join("programs"), "target"), map(clone, "untag"), map(&home, "cargo")];
    let rust = flags.each_ref().map(|map| format!("--remap-path-prefix={map}")).join(" ");
    let c = flags.map(|map| format!("-ffile-prefix-map={map}")).join(" ");
    process::run(
        cargo(clone, ["auditable", "build", "--locked", "--release", "--target", host, "--target-dir"])
            .arg(folder.join("programs"))
            .args(PROGRAMS.iter().flat_map(|program| ["--package", program.package]))
            .env("RUSTFLAGS", rust)
            .env("CFLAGS", c),
    )?;
    let built = folder.join("programs").join(host).join("release");
    PROGRAMS
        .iter()
        .map(|program| {
            let bytes =
                files::read_bytes(&built.join(format!("{}{}", program.name, env::consts::EXE_SUFFIX)))?;
            Ok((format!("{}-{host}{}", program.name, env::consts::EXE_SUFFIX), bytes))
        })
        .collect()
}

/// Fails if two clones of one commit made different things.
fn same(first: &Artifacts, second: &Artifacts) -> Result<(), Failure> {
    let names = first.keys().chain(second.keys().filter(|name| !first.contains_key(*name)));
    let differing: Vec<&str> =
        names.filter(|name| first.get(*name) != second.get(*name)).map(String::as_str).collect();
    if differing.is_empty() {
        return Ok(());
    }
    Err(refused(format!("two clones of one commit made different bytes: {}", differing.join(", "))))
}

/// Writes all of it, in place of what was there.
fn replace(dist: &Path, made: &Artifacts) -> Result<(), Failure> {
    match fs::remove_dir_all(dist) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(files::cannot("remove", dist, &error));
        }
        _ => {}
    }
    for (name, bytes) in made {
        files::write(&dist.join(name), bytes)?;
    }
    files::write(&dist.join("SHA256SUMS"), sums(made).as_bytes())
}

/// What `sha256sum --check` reads.
fn sums(made: &Artifacts) -> String {
    made.iter().fold(String::new(), |mut text, (name, bytes)| {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{}  {name}", files::checksum(bytes));
        text
    })
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn refused(message: String) -> Failure {
    Failure { exit: Exit::Refused, message }
}
