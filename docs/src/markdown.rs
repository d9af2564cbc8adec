//! Markdown onto a page: `CommonMark` and tables, with ids, checked links, and lines that ask for something generated.

use crate::page::{Page, escape};
use crate::problem::Problem;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use std::mem;

/// A text, and where it comes from.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    /// The file, as problems name it.
    pub(crate) name: &'a str,
    /// The number of its first line in the file.
    pub(crate) first_line: usize,
    pub(crate) text: &'a str,
}

/// A piece of a source.
pub(crate) enum Piece<'a> {
    /// Markdown.
    Text(Source<'a>),
    /// The words between `{{` and `}}` on a line of their own, and the place of that line.
    Request(String, Vec<&'a str>),
}

impl<'a> Source<'a> {
    /// The place of a byte of the text.
    fn place(&self, byte: usize) -> String {
        let line = self.text.get(..byte).unwrap_or(self.text).matches('\n').count() + self.first_line;
        format!("{}:{line}", self.name)
    }

    /// Cuts the text at the lines that ask for something.
    pub(crate) fn pieces(&self) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        let mut is_code = false;
        let (mut start, mut start_line) = (0, self.first_line);
        let (mut end, mut line_number) = (0, self.first_line);
        for line in self.text.split_inclusive('\n') {
            let trimmed = line.trim();
            if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
                is_code = !is_code;
            }
            let request = trimmed.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
            if let Some(request) = request.filter(|_| !is_code && line.starts_with("{{")) {
                let text = self.text.get(start..end).unwrap_or_default();
                pieces.push(Piece::Text(Source { text, first_line: start_line, ..*self }));
                let place = format!("{}:{line_number}", self.name);
                pieces.push(Piece::Request(place, request.split_whitespace().collect()));
                (start, start_line) = (end + line.len(), line_number + 1);
            }
            end += line.len();
            line_number += 1;
        }
        let text = self.text.get(start..).unwrap_or_default();
        pieces.push(Piece::Text(Source { text, first_line: start_line, ..*self }));
        pieces
    }
}

/// Where an absolute link may lead.
const ADDRESSES: [&str; 2] = ["https://", "mailto:"];

/// Puts a text onto the page. With rustdoc left out, links into it become their text alone.
pub(crate) fn render(page: &mut Page, source: Source<'_>, has_rustdoc: bool) -> Result<(), Problem> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut heading: Option<(u8, Vec<Event<'_>>, String)> = None;
    let mut code: Option<(String, String)> = None;
    let mut links: Vec<bool> = Vec::new();
    for (event, range) in Parser::new_ext(source.text, options).into_offset_iter() {
        let problem = |words: &str| Problem::new(source.place(range.start), words);
        if let Some((_, text)) = &mut code {
            match event {
                Event::Text(piece) => text.push_str(&piece),
                Event::End(TagEnd::CodeBlock) => {
                    flush(page, &mut events);
                    if let Some((language, text)) = code.take() {
                        page.code(&language, "", &text);
                    }
                }
                _ => {}
            }
            continue;
        }
        if let (Some((_, _, words)), Event::Text(text) | Event::Code(text)) = (&mut heading, &event) {
            words.push_str(text);
        }
        let event = match event {
            Event::Start(Tag::Heading { level, .. }) => {
                flush(page, &mut events);
                heading = Some((number(level), Vec::new(), String::new()));
                continue;
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some((level, content, text)) = heading.take() {
                    let last = page.headings.last().map_or(0, |heading| heading.level);
                    if level > last + 1 {
                        return Err(problem(&format!(
                            "a heading of level {level} cannot follow one of level {last}"
                        )));
                    }
                    if level == 1 && last > 0 {
                        return Err(problem("a page has one heading of level 1, its title"));
                    }
                    let mut html = String::new();
                    html::push_html(&mut html, content.into_iter());
                    page.heading(level, &html, &text);
                }
                continue;
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match &kind {
                    CodeBlockKind::Fenced(language) if !language.is_empty() => language.to_string(),
                    _ => "text".to_owned(),
                };
                code = Some((language, String::new()));
                continue;
            }
            Event::Start(Tag::Table(_)) => {
                let scroll = r#"<div class="scroll" tabindex="0" role="group" aria-label="Table">"#;
                events.push(Event::Html(scroll.into()));
                // Alignment would be a style of the page's own.
                Event::Start(Tag::Table(Vec::new()))
            }
            Event::End(TagEnd::Table) => {
                events.push(Event::End(TagEnd::Table));
                Event::Html("</div>\n".into())
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let is_address = ADDRESSES.iter().any(|start| dest_url.starts_with(start));
                let is_left_out = !has_rustdoc && dest_url.starts_with("rustdoc/");
                links.push(!is_left_out);
                if is_left_out {
                    continue;
                }
                if !is_address && (dest_url.contains("://") || dest_url.starts_with('/')) {
                    return Err(problem("a link leads to a file of the site or starts with https://"));
                }
                let href = if is_address {
                    dest_url
                } else {
                    page.link(&source.place(range.start), &dest_url).into()
                };
                Event::Start(Tag::Link { link_type, dest_url: href, title, id })
            }
            Event::End(TagEnd::Link) if !links.pop().unwrap_or(true) => continue,
            Event::Start(Tag::Image { .. }) => return Err(problem("images are not supported")),
            Event::Html(_) | Event::InlineHtml(_) => {
                return Err(problem("HTML is refused: write Markdown, or put it into the generator"));
            }
            Event::Text(text) if text.contains("{{") && text.contains("}}") => {
                return Err(problem("{{ … }} stands on a line of its own, at its beginning"));
            }
            other => other,
        };
        match &mut heading {
            Some((_, content, _)) => content.push(event),
            None => events.push(event),
        }
    }
    flush(page, &mut events);
    Ok(())
}

fn flush(page: &mut Page, events: &mut Vec<Event<'_>>) {
    let mut text = String::new();
    html::push_html(&mut text, mem::take(events).into_iter());
    // A cell at the head of a column that needs none heads nothing.
    page.raw(&text.replace("<th></th>", "<td></td>"));
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// A description of the contract as HTML: paragraphs, lists and code, without headings and links.
pub(crate) fn description(text: &str) -> String {
    let events = Parser::new(text).map(|event| match event {
        // The contract is ours, but what looks like markup in it is meant to be seen.
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        other => other,
    });
    let mut html = String::new();
    html::push_html(&mut html, events);
    html
}

/// The same within a line: the tags of its paragraphs are taken away.
pub(crate) fn inline(text: &str) -> String {
    description(text).replace("</p>\n<p>", " ").replace("<p>", "").replace("</p>", "").trim().to_owned()
}

/// Code within a line.
pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}
