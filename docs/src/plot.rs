//! Plots on a page: SVG files of `docs/measured`, put into the page itself, where they take the site's colours.

use crate::page::Page;
use crate::problem::Problem;
use std::fs;
use std::path::Path;

/// Puts a plot onto the page. `place` asks for it, and is blamed where it is not there.
pub(crate) fn show(page: &mut Page, place: &str, path: &Path) -> Result<(), Problem> {
    let problem = |words: &str| Problem::new(place, format!("{}: {words}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| problem(&error.to_string()))?;
    let is_plot = text.starts_with("<svg ") && text.trim_end().ends_with("</svg>");
    // What a page may not do, a plot in it may not do either.
    if !is_plot || ["<script", "<foreignObject", "href="].iter().any(|part| text.contains(part)) {
        return Err(problem("is no plot of `cargo xtask bench`"));
    }
    let part = |from: &str, to: &str| Some(text.split_once(from)?.1.split_once(to)?.0);
    let title = part("<title", "</title>").and_then(|title| title.split_once('>'));
    let (_, title) = title.ok_or_else(|| problem("has no title"))?;
    // Its own style sheet is for a file of its own; the site's has the same classes.
    let svg = match part("<style>", "</style>") {
        Some(style) => text.replace(&format!("<style>{style}</style>\n"), ""),
        None => text.clone(),
    };
    // Too wide for a phone, it is moved within its frame, by keys too.
    page.raw(&format!(
        "<figure class=\"plot\" tabindex=\"0\" role=\"group\" aria-label=\"{title}\">\n{svg}</figure>\n"
    ));
    Ok(())
}
