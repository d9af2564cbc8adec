//! `contents.txt`: which pages there are, in which order, and under which group of the navigation.

use crate::problem::Problem;
use std::fs;
use std::path::Path;

/// The name under which the pages of all operations stand there.
pub(crate) const OPERATIONS: &str = "operations";

/// A page's name, and where it is named.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The name, without folder and extension.
    pub(crate) name: String,
    /// The heading above it.
    pub(crate) group: String,
    /// The line that names it.
    pub(crate) place: String,
}

/// Reads the list, and makes sure that no page is missing in it.
pub(crate) fn read(content: &Path) -> Result<Vec<Entry>, Problem> {
    let path = content.join("contents.txt");
    let text = fs::read_to_string(&path).map_err(|error| Problem::file(&path, &error))?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut group = String::new();
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        let place = format!("{}:{number}", path.display());
        if let Some(title) = line.strip_prefix('#') {
            title.trim().clone_into(&mut group);
        } else if entries.iter().any(|entry| entry.name == line) {
            return Err(Problem::new(place, format!("`{line}` is listed twice")));
        } else if !line.is_empty() {
            entries.push(Entry { name: line.to_owned(), group: group.clone(), place });
        }
    }
    let folder = content.join("pages");
    let files = fs::read_dir(&folder).map_err(|error| Problem::file(&folder, &error))?;
    for file in files {
        let file = file.map_err(|error| Problem::file(&folder, &error))?.path();
        let name = file.file_stem().unwrap_or_default();
        if file.extension().is_some_and(|extension| extension == "md")
            && !entries.iter().any(|entry| *entry.name == *name)
        {
            return Err(Problem::new(
                file.display().to_string(),
                format!("is not listed in {}", path.display()),
            ));
        }
    }
    Ok(entries)
}
