//! Files that pages show: as a whole, or the parts between their marks.

use crate::problem::Problem;
use std::path::Path;

/// A file, or parts of it, to be shown as code.
pub(crate) struct Included {
    /// The language of its extension.
    pub(crate) language: &'static str,
    /// Its name, without folders.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Reads a file: the part of this name, or else what is not in a named part.
///
/// `place` asks for it, and is blamed where it is not there.
pub(crate) fn read(place: &str, path: &Path, part: Option<&str>) -> Result<Included, Problem> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Problem::new(place, format!("cannot include {shown}: {error}")))?;
    let text = select(&text, part).map_err(|words| Problem::new(place, format!("{shown}: {words}")))?;
    let language = match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "sh" => "sh",
        "rs" => "rust",
        "py" => "python",
        "json" | "ndjson" => "json",
        "yaml" | "yml" => "yaml",
        "toml" => "toml",
        _ => "text",
    };
    let name = path.file_name().unwrap_or_default().display().to_string();
    Ok(Included { language, name, text })
}

/// What is to be shown, part by part with an empty line between them.
fn select(text: &str, part: Option<&str>) -> Result<String, String> {
    let mut chosen: Vec<Vec<&str>> = Vec::new();
    let mut open: Option<Option<&str>> = None;
    let mut marked = false;
    for line in text.lines() {
        if let Some(name) = mark(line, "docs:begin") {
            if open.is_some() {
                return Err("docs:begin stands in a part that has not ended".to_owned());
            }
            let name = (!name.is_empty()).then_some(name);
            marked |= name.is_none();
            open = Some(name);
            if name == part {
                chosen.push(Vec::new());
            }
        } else if mark(line, "docs:end").is_some() {
            if open.take().is_none() {
                return Err("docs:end stands where no part is open".to_owned());
            }
        } else if open == Some(part)
            && let Some(lines) = chosen.last_mut()
        {
            lines.push(line);
        }
    }
    if open.is_some() {
        return Err("docs:begin is not followed by docs:end".to_owned());
    }
    let parts: Vec<String> = match part {
        Some(name) if chosen.is_empty() => return Err(format!("there is no part `docs:begin {name}`")),
        None if !marked => vec![outside(text)],
        _ => chosen.iter().map(|lines| dedented(lines)).collect(),
    };
    let text = parts.join("\n\n");
    if text.trim().is_empty() {
        return Err("there is nothing to show".to_owned());
    }
    Ok(text.trim_matches('\n').to_owned() + "\n")
}

/// The whole text, without the lines that mark named parts.
fn outside(text: &str) -> String {
    let is_mark = |line: &str| mark(line, "docs:begin").or_else(|| mark(line, "docs:end")).is_some();
    text.lines().filter(|line| !is_mark(line)).collect::<Vec<_>>().join("\n")
}

/// The lines without the indentation that they share.
fn dedented(lines: &[&str]) -> String {
    let indentation = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    lines.iter().map(|line| line.get(indentation..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// What follows the mark on a line that is nothing but a comment with it.
fn mark<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let comment = line.trim().strip_prefix("//").or_else(|| line.trim().strip_prefix('#'))?;
    let rest = comment.trim_start().strip_prefix(word)?;
    (rest.is_empty() || rest.starts_with(' ')).then(|| rest.trim())
}
