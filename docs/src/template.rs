//! What stands around the text of every page: head, navigation, and the ways on.

use crate::page::{Page, escape};
use std::fmt::Write as _;

const PAGE: &str = include_str!("assets/page.html");

/// The style sheet and scripts of the site, by name.
pub(crate) const ASSETS: [(&str, &str); 6] = [
    ("site.css", include_str!("assets/site.css")),
    ("site.js", include_str!("assets/site.js")),
    ("theme.js", include_str!("assets/theme.js")),
    ("explorer.css", include_str!("assets/explorer.css")),
    ("explorer.js", include_str!("assets/explorer.js")),
    ("explorer-mend.js", include_str!("assets/explorer-mend.js")),
];

/// The whole file of the page at this place among all pages; each has the name of its group in the navigation.
pub(crate) fn html(pages: &[Page], groups: &[String], place: usize, version: &str) -> String {
    let Some(page) = pages.get(place) else { return String::new() };
    let root = page.root();
    let around =
        place.checked_sub(1).and_then(|before| pages.get(before)).map(|page| ("prev", "Previous", page));
    let after = pages.get(place + 1).map(|page| ("next", "Next", page));
    let steps = around.into_iter().chain(after).fold(String::new(), |mut steps, (rel, word, to)| {
        let _ = write!(
            steps,
            "<a rel=\"{rel}\" href=\"{root}{}\"><span>{word}</span> {}</a>",
            to.path,
            escape(&to.title)
        );
        steps
    });
    let styles = page.styles.iter().fold(String::new(), |mut styles, style| {
        let _ = writeln!(styles, "<link rel=\"stylesheet\" href=\"{root}{style}\">");
        styles
    });
    let scripts = page.scripts.iter().fold(String::new(), |mut scripts, script| {
        let _ = writeln!(scripts, "<script src=\"{root}{script}\" defer></script>");
        scripts
    });
    let title = if place == 0 { page.title.clone() } else { format!("{} – untag", page.title) };
    let name = page.path.trim_end_matches(".html").replace('/', "-");
    fill(PAGE, |variable| match variable {
        "title" => escape(&title),
        "root" => root.clone(),
        "version" => escape(version),
        "name" => escape(&name),
        "navigation" => navigation(pages, groups, place),
        "on-this-page" => on_this_page(page),
        "body" => page.html.clone(),
        "after" => page.after.clone(),
        "steps" => steps.clone(),
        "styles" => styles.clone(),
        "scripts" => scripts.clone(),
        _ => String::new(),
    })
}

/// The template with each `{{name}}` replaced; what is put in is not looked at again.
fn fill(template: &str, value: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, (name, after))) =
        rest.split_once("{{").and_then(|(before, inside)| Some((before, inside.split_once("}}")?)))
    {
        text.push_str(before);
        text.push_str(&value(name));
        rest = after;
    }
    text + rest
}

fn navigation(pages: &[Page], groups: &[String], place: usize) -> String {
    let root = pages.get(place).map(Page::root).unwrap_or_default();
    let mut html = String::new();
    let mut last: Option<&str> = None;
    for (number, (page, group)) in pages.iter().zip(groups).enumerate() {
        if last != Some(group) {
            let end = if last.is_some() { "</ul></li>\n" } else { "" };
            let _ = writeln!(html, "{end}<li><span class=\"group\">{}</span><ul>", escape(group));
            last = Some(group);
        }
        let current = if number == place { " aria-current=\"page\"" } else { "" };
        let _ =
            writeln!(html, "<li><a href=\"{root}{}\"{current}>{}</a></li>", page.path, escape(&page.title));
    }
    if last.is_some() {
        html.push_str("</ul></li>\n");
    }
    html
}

/// The headings of a page, where there are enough of them to choose from.
fn on_this_page(page: &Page) -> String {
    let headings: Vec<_> = page.headings.iter().filter(|heading| (2..=3).contains(&heading.level)).collect();
    if headings.len() < 3 {
        return String::new();
    }
    let mut html = "<nav class=\"toc\" aria-label=\"On this page\"><p>On this page</p><ul>\n".to_owned();
    for heading in headings {
        let _ = writeln!(
            html,
            "<li class=\"l{}\"><a href=\"#{}\">{}</a></li>",
            heading.level,
            heading.id,
            escape(&heading.text)
        );
    }
    html + "</ul></nav>"
}
