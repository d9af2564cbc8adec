//! The generators, each as a process that reads a document and leaves a package behind.

use super::documents::Document;
use super::install::{Installed, Maybe};
use super::repository;
use crate::Outcome;
use crate::codegen::Pipeline;
use progenitor_impl::{GenerationSettings, Generator as Progenitor, InterfaceStyle};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use untag_codegen::emit;

/// A generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Generator {
    /// Ours: types, client and server.
    Untag,
    /// progenitor alone: a client with its types.
    Progenitor,
    /// openapi-to-rust: types, client and server.
    OpenapiToRust,
    /// openapi-generator's `rust`: a client with its types.
    Rust,
    /// openapi-generator's `rust-axum`: a server with its types.
    RustAxum,
}

impl Generator {
    /// All of them, ours first.
    pub(super) const ALL: [Self; 5] =
        [Self::Untag, Self::OpenapiToRust, Self::Progenitor, Self::Rust, Self::RustAxum];

    /// As tables and plots call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Untag => "untag",
            Self::Progenitor => "progenitor alone",
            Self::OpenapiToRust => "openapi-to-rust",
            Self::Rust => "openapi-generator rust",
            Self::RustAxum => "openapi-generator rust-axum",
        }
    }

    /// What it writes.
    pub(super) fn writes(self) -> &'static str {
        match self {
            Self::Untag | Self::OpenapiToRust => "types, client, server",
            Self::Progenitor | Self::Rust => "types, client",
            Self::RustAxum => "types, server",
        }
    }

    /// As packages and folders are called.
    pub(super) fn slug(self) -> &'static str {
        match self {
            Self::Untag => "untag",
            Self::Progenitor => "progenitor",
            Self::OpenapiToRust => "openapi-to-rust",
            Self::Rust => "rust",
            Self::RustAxum => "rust-axum",
        }
    }

    /// The name of the package that it makes of a document.
    pub(super) fn package(self, document: &Document) -> String {
        format!("{}-of-{}", document.name, self.slug())
    }

    /// Prepares its run: the process that leaves sources in `out`, a folder that is there and empty. `document` is a file there.
    pub(super) fn prepare(
        self,
        installed: &Installed,
        document: &Document,
        out: &Path,
    ) -> Outcome<Maybe<Command>> {
        let file = out.join("document.json");
        fs::write(&file, &document.json)?;
        let mut command = match self {
            Self::Untag | Self::Progenitor => {
                let mut command = Command::new(std::env::current_exe()?);
                let by = if self == Self::Untag { "untag" } else { "progenitor" };
                command.args(["generate", by]).arg(&file).arg(out);
                command
            }
            Self::OpenapiToRust => match &installed.openapi_to_rust {
                Err(why) => return Ok(Err(why.clone())),
                Ok(program) => {
                    let config = out.join("openapi-to-rust.toml");
                    fs::write(&config, openapi_to_rust(document))?;
                    let mut command = Command::new(program);
                    command.args(["generate", "--config"]).arg(config);
                    command
                }
            },
            Self::Rust | Self::RustAxum => match &installed.openapi_generator {
                Err(why) => return Ok(Err(why.clone())),
                Ok(jar) => {
                    let mut command = Command::new("java");
                    command.arg("-jar").arg(jar).args([
                        "generate",
                        "--generator-name",
                        self.slug(),
                        "--input-spec",
                    ]);
                    command.arg(&file).arg("--output").arg(out);
                    let name = format!("packageName={}", self.package(document));
                    command.args(["--additional-properties", &name]);
                    command
                }
            },
        };
        command.current_dir(out).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Ok(command))
    }

    /// Makes a package of what the process has left.
    pub(super) fn finish(self, document: &Document, out: &Path) -> Outcome<()> {
        let head = format!(
            "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n",
            self.package(document)
        );
        let manifest = out.join("Cargo.toml");
        match self {
            Self::Untag => {
                let crates = repository().join("crates");
                let text =
                    include_str!("../../peers/untag.toml").replace("CRATES", &crates.display().to_string());
                fs::write(manifest, head + &text)?;
            }
            Self::Progenitor => fs::write(manifest, head + include_str!("../../peers/progenitor.toml"))?,
            Self::OpenapiToRust => {
                let needed = fs::read_to_string(out.join("src/generated/REQUIRED_DEPS.toml"))?;
                fs::write(manifest, head + &needed)?;
                fs::write(out.join("src/lib.rs"), "pub mod generated;\n")?;
            }
            Self::Rust => {
                // The other one of its two features for TLS, which needs no library of the system.
                let text = fs::read_to_string(&manifest)?;
                fs::write(manifest, text.replace("default = [\"native-tls\"]", "default = [\"rustls\"]"))?;
            }
            Self::RustAxum => {}
        }
        Ok(())
    }
}

/// What `openapi-to-rust` is told: everything that it can write.
fn openapi_to_rust(document: &Document) -> String {
    format!(
        "[generator]\nspec_path = \"document.json\"\noutput_dir = \"src/generated\"\nmodule_name = \"generated\"\n\n\
         [features]\nenable_async_client = true\n\n[server]\nframework = \"axum\"\noperations = {:?}\n",
        document.operations
    )
}

/// The measured process of ours and of progenitor: reads a document, and writes sources.
///
/// # Errors
/// The document is refused, or a file cannot be written.
pub(crate) fn write(by: Pipeline, document: &Path, out: &Path) -> Outcome<()> {
    let text = fs::read_to_string(document)?;
    let mut files = Vec::new();
    match by {
        Pipeline::Untag => {
            const MODULE: &str = "api";
            const COMMAND: &str = "cargo xtask bench --peers";
            let path = "document.json";
            let contract = untag_codegen::read(path, &text).map_err(|_| "the document is refused")?;
            let layout = emit::fixtures::layout(MODULE, path, COMMAND);
            let api = &contract.api;
            for (name, generated) in [
                ("types", emit::types::emit(api, &layout)?),
                ("client", emit::client::emit(api, &layout)?),
                ("server", emit::server::emit(api, &layout)?),
            ] {
                files.extend(
                    generated
                        .into_iter()
                        .map(|file| (format!("generated/{MODULE}/{name}/{}", file.path), file.text)),
                );
            }
            let modules = emit::fixtures::emit(&[(MODULE, path)], path, COMMAND)?;
            files.extend(modules.into_iter().map(|file| (format!("generated/{}", file.path), file.text)));
            files.push(("lib.rs".to_owned(), "pub mod generated;\n".to_owned()));
        }
        Pipeline::Progenitor => {
            let document: openapiv3::OpenAPI = serde_json::from_str(&text)?;
            let mut settings = GenerationSettings::new();
            settings.with_interface(InterfaceStyle::Positional);
            let tokens = Progenitor::new(&settings).generate_tokens(&document)?;
            files.push(("lib.rs".to_owned(), prettyplease::unparse(&syn::parse2(tokens)?)));
        }
    }
    for (path, text) in files {
        let path = out.join("src").join(path);
        fs::create_dir_all(path.parent().unwrap_or(out))?;
        fs::write(path, text)?;
    }
    Ok(())
}
