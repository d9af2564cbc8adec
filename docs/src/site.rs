//! The site as a whole: every page put together, every link checked, every file written.

use crate::cargo::Packages;
use crate::contents::{self, Entry};
use crate::markdown::{self, Piece, Source};
use crate::page::Page;
use crate::problem::Problem;
use crate::signing::Steps;
use crate::{downloads, explorer, include, plot, reference, search, template};
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use untag_codegen::Contract;

/// What a site is made of.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The root of the repository.
    pub repository: PathBuf,
    /// The folder with `contents.txt`, `pages` and `examples`: `docs` of the repository.
    pub content: PathBuf,
    /// What cargo knows.
    pub packages: Packages,
    /// The folder with the rustdoc of the libraries, to be copied; without it, links to it are only text.
    pub rustdoc: Option<PathBuf>,
}

/// The files of a site.
pub struct Site {
    /// Each file's bytes by its path below the root, with `/` between folders.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The folder that is copied to `rustdoc`.
    rustdoc: Option<PathBuf>,
}

/// What pages are put together from.
struct Sources<'a> {
    inputs: &'a Inputs,
    contract: Contract,
    steps: Steps,
    downloads: BTreeMap<String, Vec<u8>>,
}

/// Puts the site together.
///
/// # Errors
/// The contract is refused, a file is missing, a page asks for what is not there, or links lead nowhere: all such links.
pub fn build(inputs: &Inputs) -> Result<Site, Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let path = inputs.repository.join("openapi/untag.yaml");
    let text = fs::read_to_string(&path).map_err(|error| one(Problem::file(&path, &error)))?;
    let contract = untag_codegen::read("openapi/untag.yaml", &text).map_err(|diagnostics| {
        diagnostics
            .iter()
            .map(|diagnostic| Problem::new("openapi/untag.yaml", diagnostic.to_string()))
            .collect::<Vec<_>>()
    })?;
    let downloads = downloads::files(&inputs.repository, &contract).map_err(one)?;
    let steps = Steps::compute(&inputs.repository).map_err(one)?;
    let sources = Sources { inputs, contract, steps, downloads };

    let mut pages = Vec::new();
    let mut groups = Vec::new();
    for entry in contents::read(&inputs.content).map_err(one)? {
        let new = sources.pages(&entry).map_err(one)?;
        groups.extend(new.iter().map(|_| entry.group.clone()));
        pages.extend(new);
    }
    let Sources { downloads: mut files, contract, .. } = sources;
    let version = contract.api.info.get("version").and_then(|version| version.as_str()).unwrap_or_default();
    for number in 0..pages.len() {
        let html = template::html(&pages, &groups, number, version);
        if let Some(page) = pages.get(number) {
            files.insert(page.path.clone(), html.into_bytes());
        }
    }
    files.insert("search-index.js".to_owned(), search::index(&pages).into_bytes());
    files.extend(template::ASSETS.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())));
    if pages.iter().any(|page| !page.after.is_empty()) {
        files.extend(explorer::files(&inputs.packages.renderer).map_err(one)?);
    }
    let dead = dead_links(inputs, &pages, &files);
    if dead.is_empty() { Ok(Site { files, rustdoc: inputs.rustdoc.clone() }) } else { Err(dead) }
}

/// Every link that leads to no file, or to no heading.
fn dead_links(inputs: &Inputs, pages: &[Page], files: &BTreeMap<String, Vec<u8>>) -> Vec<Problem> {
    let mut dead = Vec::new();
    for link in pages.iter().flat_map(|page| &page.links) {
        let to = pages.iter().find(|page| page.path == link.path);
        let is_there = match (to, link.path.strip_prefix("rustdoc/")) {
            (Some(page), _) => link.id.is_empty() || page.has(&link.id),
            (None, Some(path)) => inputs.rustdoc.as_ref().is_some_and(|rustdoc| rustdoc.join(path).is_file()),
            (None, None) => link.id.is_empty() && files.contains_key(&link.path),
        };
        if !is_there {
            let id = if link.id.is_empty() { String::new() } else { format!("#{}", link.id) };
            dead.push(Problem::new(&link.place, format!("a link leads nowhere: {}{id}", link.path)));
        }
    }
    dead
}

impl Sources<'_> {
    /// The pages of an entry of the contents: one, or those of all operations.
    fn pages(&self, entry: &Entry) -> Result<Vec<Page>, Problem> {
        let (api, content) = (&self.contract.api, &self.inputs.content);
        if entry.name == contents::OPERATIONS {
            return api.operations.iter().map(|operation| reference::page(api, operation, content)).collect();
        }
        let path = content.join("pages").join(&entry.name).with_extension("md");
        let text = fs::read_to_string(&path)
            .map_err(|error| Problem::new(&entry.place, format!("{}: {error}", path.display())))?;
        let name = self.name(&path);
        let mut page = Page::new(format!("{}.html", entry.name));
        for piece in (Source { name: &name, first_line: 1, text: &text }).pieces() {
            match piece {
                Piece::Text(source) => self.text(&mut page, source)?,
                Piece::Request(place, words) => self.answer(&mut page, &place, &words)?,
            }
        }
        if page.title.is_empty() {
            return Err(Problem::new(name, "a page starts with its title, a heading of level 1"));
        }
        Ok(vec![page])
    }

    /// A file as problems name it: from the repository, if it is in there.
    fn name(&self, path: &Path) -> String {
        path.strip_prefix(&self.inputs.repository).unwrap_or(path).display().to_string()
    }

    fn text(&self, page: &mut Page, source: Source<'_>) -> Result<(), Problem> {
        markdown::render(page, source, self.inputs.rustdoc.is_some())
    }

    /// Puts what a line asks for onto the page.
    fn answer(&self, page: &mut Page, place: &str, words: &[&str]) -> Result<(), Problem> {
        let api = &self.contract.api;
        let has_rustdoc = self.inputs.rustdoc.is_some();
        match words {
            ["include", path] => self.include(page, place, path, None),
            ["include", path, part] => self.include(page, place, path, Some(part)),
            ["operations"] => {
                reference::table(page, api, place);
                Ok(())
            }
            ["errors"] => {
                reference::errors(page, api, place);
                Ok(())
            }
            ["downloads"] => {
                downloads::table(page, &self.downloads, place);
                Ok(())
            }
            ["crates"] => {
                downloads::crates(page, &self.inputs.packages.libraries, has_rustdoc, place);
                Ok(())
            }
            ["explorer"] => {
                explorer::show(page, &self.contract.document);
                Ok(())
            }
            ["decisions"] => self.section(
                page,
                place,
                "openapi/README.md",
                "Where its facts come from, and what was decided",
            ),
            ["outside"] => self.section(page, place, "openapi/README.md", "Answers outside the contract"),
            ["changelog"] => self.changelog(page),
            ["measured", name] => self.measured(page, place, name),
            ["signing", step] => self.steps.show(page, place, step),
            _ => Err(Problem::new(
                place,
                format!("nothing answers to `{}`; docs/README.md has a list", words.join(" ")),
            )),
        }
    }

    fn include(&self, page: &mut Page, place: &str, path: &str, part: Option<&str>) -> Result<(), Problem> {
        let path = match path.strip_prefix('/') {
            Some(path) => self.inputs.repository.join(path),
            None => self.inputs.content.join(path),
        };
        let included = include::read(place, &path, part)?;
        page.code(included.language, &included.name, &included.text);
        Ok(())
    }

    /// The text below a heading of level 2, up to the next.
    fn section(&self, page: &mut Page, place: &str, file: &str, title: &str) -> Result<(), Problem> {
        let path = self.inputs.repository.join(file);
        let text = fs::read_to_string(&path).map_err(|error| Problem::file(&path, &error))?;
        let heading = format!("## {title}\n");
        let (before, section) = text
            .split_once(&heading)
            .ok_or_else(|| Problem::new(place, format!("{file} has no section `{title}`")))?;
        let section = section.split("\n## ").next().unwrap_or_default();
        let first_line = before.matches('\n').count() + 2;
        self.text(page, Source { name: file, first_line, text: section })
    }

    /// A report of what was measured, without its title, its plots in the page.
    fn measured(&self, page: &mut Page, place: &str, name: &str) -> Result<(), Problem> {
        let folder = self.inputs.content.join("measured");
        let path = folder.join(name);
        let text = fs::read_to_string(&path)
            .map_err(|error| Problem::new(place, format!("{}: {error}", path.display())))?;
        let name = self.name(&path);
        let (mut part, mut first_line) = (String::new(), 1);
        for (line, number) in text.split_inclusive('\n').zip(1..) {
            let plot = line.trim().strip_prefix("![").and_then(|rest| rest.strip_suffix(')'));
            if let Some((_, file)) = plot.and_then(|rest| rest.rsplit_once("](")) {
                self.text(page, Source { name: &name, first_line, text: &part })?;
                plot::show(page, &format!("{name}:{number}"), &folder.join(file))?;
                (part, first_line) = (String::new(), number + 1);
            } else if line.starts_with("# ") {
                // The page has a title.
                part.push('\n');
            } else {
                part.push_str(line);
            }
        }
        self.text(page, Source { name: &name, first_line, text: &part })
    }

    /// The contract's changelog without its title.
    fn changelog(&self, page: &mut Page) -> Result<(), Problem> {
        const FILE: &str = "openapi/CHANGELOG.md";
        let path = self.inputs.repository.join(FILE);
        let text = fs::read_to_string(&path).map_err(|error| Problem::file(&path, &error))?;
        let (title, rest) = text.split_once('\n').unwrap_or((&text, ""));
        let (first_line, text) = if title.starts_with("# ") { (2, rest) } else { (1, &*text) };
        self.text(page, Source { name: FILE, first_line, text })
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.files.keys()).finish()
    }
}

impl Site {
    /// Writes the site to a folder that is missing, empty, or holds a site: nothing that was in there is left. A reader
    /// finds the old site or the new one.
    ///
    /// # Errors
    /// The folder holds something else, or cannot be written.
    pub fn write(&self, out: &Path) -> Result<(), Problem> {
        let cannot = |error: io::Error| Problem::file(out, &error);
        let is_site = out.join("search-index.js").is_file();
        let is_empty = fs::read_dir(out).map_or(true, |mut entries| entries.next().is_none());
        if !is_site && !is_empty {
            return Err(Problem::new(
                out.display().to_string(),
                "holds something that is no site; name another folder, or empty this one",
            ));
        }
        let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(cannot)?;
        let staged = tempfile::Builder::new().prefix(".docs-").tempdir_in(parent).map_err(cannot)?;
        let new = staged.path().join("new");
        for (path, bytes) in &self.files {
            let file = new.join(path);
            fs::create_dir_all(file.parent().unwrap_or(&new)).map_err(cannot)?;
            fs::write(&file, bytes).map_err(cannot)?;
        }
        if let Some(rustdoc) = &self.rustdoc {
            copy(rustdoc, &new.join("rustdoc")).map_err(cannot)?;
        }
        if out.exists() {
            fs::rename(out, staged.path().join("old")).map_err(cannot)?;
        }
        fs::rename(&new, out).map_err(cannot)
    }
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else if entry.file_name() != ".lock" {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
