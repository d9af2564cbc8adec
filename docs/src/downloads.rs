//! Files to take along: the contract in both spellings, the versions that were released, and each crate's rustdoc.

use crate::cargo::Library;
use crate::markdown::code;
use crate::page::{Page, escape};
use crate::problem::Problem;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use untag_codegen::Contract;

/// The contract's files, by their paths below the site's root.
pub(crate) fn files(repository: &Path, contract: &Contract) -> Result<BTreeMap<String, Vec<u8>>, Problem> {
    let read = |path: &Path| fs::read(path).map_err(|error| Problem::file(path, &error));
    let json = serde_json::to_string_pretty(&contract.document)
        .map_err(|error| Problem::new("openapi/untag.yaml", error.to_string()))?;
    let mut files = BTreeMap::from([
        ("untag.yaml".to_owned(), read(&repository.join("openapi/untag.yaml"))?),
        ("untag.json".to_owned(), (json + "\n").into_bytes()),
    ]);
    let released = repository.join("openapi/released");
    for entry in fs::read_dir(&released).map_err(|error| Problem::file(&released, &error))? {
        let entry = entry.map_err(|error| Problem::file(&released, &error))?;
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            files.insert(format!("released/{}", entry.file_name().display()), read(&path)?);
        }
    }
    Ok(files)
}

/// A table of these files.
pub(crate) fn table(page: &mut Page, files: &BTreeMap<String, Vec<u8>>, place: &str) {
    page.raw("<ul class=\"cards\">\n");
    for (path, bytes) in files.iter().rev() {
        let href = page.link(place, path);
        let what = match path.as_str() {
            "untag.yaml" => "The contract as it is written, with its comments",
            "untag.json" => "The same document as JSON",
            _ => "A released version, which never changes",
        };
        page.raw(&format!(
            "<li><a href=\"{href}\" download>{}</a> {what}, {} KiB</li>\n",
            escape(path),
            bytes.len().div_ceil(1024)
        ));
    }
    page.raw("</ul>\n");
}

/// A table of the libraries, with links to their rustdoc where there is one.
pub(crate) fn crates(page: &mut Page, libraries: &[Library], has_rustdoc: bool, place: &str) {
    page.raw("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Crates\"><table>\n");
    page.raw(
        "<thead><tr><th scope=\"col\">Crate</th><th scope=\"col\">What it is</th></tr></thead>\n<tbody>\n",
    );
    for library in libraries {
        let name = code(&library.package);
        let name = if has_rustdoc {
            let href = page.link(place, &library.rustdoc());
            format!("<a href=\"{href}\">{name}</a>")
        } else {
            name
        };
        page.raw(&format!("<tr><td>{name}</td><td>{}</td></tr>\n", escape(&library.description)));
    }
    page.raw("</tbody></table></div>\n");
}
