//! The workspace of all generated packages: every generator over every document, and the two servers that stand on what was
//! generated. It lies below the target folder, and its dependencies are compiled once.

use super::documents::{self, Document};
use super::generators::Generator;
use super::install::{Installed, Maybe};
use crate::{Outcome, progress};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The workspace.
#[derive(Debug)]
pub(super) struct Packages {
    /// What the generators were given.
    pub(super) documents: Vec<Document>,
    /// What came of it: for each generator that is there, or is not, for each document.
    pub(super) made: Vec<(Generator, Maybe<Vec<Made>>)>,
    /// What is installed.
    pub(super) installed: Installed,
    root: PathBuf,
    target: PathBuf,
}

/// What a generator has made of a document.
#[derive(Debug)]
pub(super) struct Made {
    /// The name of the package.
    pub(super) package: String,
    /// Where it lies.
    pub(super) folder: PathBuf,
    /// Whether there is anything: the generator has ended well.
    pub(super) is_generated: bool,
}

/// A hand-written server on generated code.
const SERVERS: [(&str, Generator, &str, &str); 2] = [
    (
        "server-of-openapi-to-rust",
        Generator::OpenapiToRust,
        include_str!("../../peers/openapi_to_rust.rs"),
        "async-trait = \"0.1\"\naxum = \"0.8\"\ntokio = { version = \"1\", features = [\"full\"] }\n",
    ),
    (
        "server-of-rust-axum",
        Generator::RustAxum,
        include_str!("../../peers/rust_axum.rs"),
        "async-trait = \"0.1\"\naxum = \"0.8\"\naxum-extra = { version = \"0.12\", features = [\"cookie\"] }\nheaders = \"0.4\"\n\
         http = \"1\"\ntokio = { version = \"1\", features = [\"full\"] }\n",
    ),
];

impl Packages {
    /// Generates what has not been generated, and writes the workspace.
    ///
    /// # Errors
    /// A file cannot be written. A generator that fails is noted.
    pub(super) fn make(folder: &Path, installed: Installed) -> Outcome<Self> {
        let (root, target) = (folder.join("generated"), folder.join("build"));
        let documents = documents::all()?;
        let mut made = Vec::new();
        for generator in Generator::ALL {
            progress::say(&format!("generating with {}", generator.name()));
            made.push((generator, make(&root, generator, &installed, &documents)?));
        }
        let packages = Self { documents, made, installed, root, target };
        packages.write()?;
        Ok(packages)
    }

    /// Why a generator was not asked at all, where it was not.
    pub(super) fn absent(&self, generator: Generator) -> Option<&str> {
        let (_, made) = self.made.iter().find(|(other, _)| *other == generator)?;
        made.as_ref().err().map(String::as_str)
    }

    /// The package that a generator has made of a document.
    pub(super) fn of(&self, generator: Generator, document: &str) -> Maybe<&Made> {
        let (_, made) = self.made.iter().find(|(other, _)| *other == generator).ok_or("it was not asked")?;
        let made = made.as_ref().map_err(String::clone)?;
        let at =
            self.documents.iter().position(|one| one.name == document).ok_or("there is no such document")?;
        let made = made.get(at).filter(|made| made.is_generated);
        made.ok_or_else(|| "it refuses the document".to_owned())
    }

    /// The manifest of the workspace, and the servers.
    fn write(&self) -> Outcome<()> {
        let all = self.made.iter().flat_map(|(_, made)| made.iter().flatten());
        let mut members: Vec<String> = all
            .filter(|made| made.is_generated)
            .filter_map(|made| Some(made.folder.strip_prefix(&self.root).ok()?.display().to_string()))
            .collect();
        for (name, generator, source, dependencies) in SERVERS {
            let Ok(made) = self.of(generator, documents::ONE_CREDENTIAL) else { continue };
            let folder = self.root.join(name);
            fs::create_dir_all(folder.join("src"))?;
            let manifest = format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\
                 peer = {{ package = \"{}\", path = {:?} }}\n",
                made.package,
                made.folder.display().to_string()
            );
            write_if_changed(&folder.join("Cargo.toml"), &manifest)?;
            write_if_changed(&folder.join("src/main.rs"), source)?;
            members.push(name.to_owned());
        }
        let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = {members:#?}\n");
        write_if_changed(&self.root.join("Cargo.toml"), &manifest)
    }

    /// Cargo in the workspace.
    pub(super) fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(&self.root).arg(command).arg("--target-dir").arg(&self.target);
        // What the workspace of this program asks for is not asked of others' code.
        cargo.env_remove("RUSTFLAGS").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        cargo
    }

    /// Compiles the server on what a generator has made, with optimisation.
    pub(super) fn server(&self, generator: Generator) -> Maybe<PathBuf> {
        self.of(generator, documents::ONE_CREDENTIAL)?;
        let (name, ..) =
            SERVERS.iter().find(|(_, other, ..)| *other == generator).ok_or("it makes no server")?;
        let status = self.cargo("build").args(["--release", "--package", name]).status();
        match status {
            Ok(status) if status.success() => Ok(self.target.join("release").join(name)),
            _ => Err("its server does not compile".to_owned()),
        }
    }
}

/// Everything that a generator makes.
fn make(
    root: &Path,
    generator: Generator,
    installed: &Installed,
    documents: &[Document],
) -> Outcome<Maybe<Vec<Made>>> {
    let mut all = Vec::new();
    for document in documents {
        let folder = root.join(generator.slug()).join(&document.name);
        let (mark, stamp) = (folder.join("complete"), stamp(generator, installed, document));
        // Ours may be another each time.
        let is_kept =
            generator != Generator::Untag && fs::read_to_string(&mark).is_ok_and(|found| found == stamp);
        if !is_kept {
            empty(&folder)?;
            let mut command = match generator.prepare(installed, document, &folder)? {
                Ok(command) => command,
                Err(why) => return Ok(Err(why)),
            };
            if command.status()?.success() && generator.finish(document, &folder).is_ok() {
                fs::write(folder.join("generated"), "")?;
            }
            fs::write(mark, stamp)?;
        }
        let is_generated = folder.join("generated").is_file();
        all.push(Made { package: generator.package(document), folder, is_generated });
    }
    Ok(Ok(all))
}

/// What a package was made from.
fn stamp(generator: Generator, installed: &Installed, document: &Document) -> String {
    format!("{generator:?} {} {}", installed.versions, document.json)
}

/// Makes a folder that is there and empty.
pub(super) fn empty(folder: &Path) -> Outcome<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(fs::create_dir_all(folder)?)
}

/// What has not changed is not written, so that it is not compiled again.
fn write_if_changed(path: &Path, text: &str) -> Outcome<()> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        Ok(())
    } else {
        Ok(fs::write(path, text)?)
    }
}
