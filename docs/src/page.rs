//! One page while it is put together: its HTML, the ids of its headings, and every link that it makes.

use crate::highlight;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A page of the site.
#[derive(Debug)]
pub(crate) struct Page {
    /// Where it lies, below the site's root: `operations/deleteDesktopTag.html`.
    pub(crate) path: String,
    /// Its first heading, as plain text.
    pub(crate) title: String,
    /// What stands between the navigation and the end.
    pub(crate) html: String,
    /// Its headings in their order, the title first.
    pub(crate) headings: Vec<Heading>,
    /// The ids of its headings.
    ids: BTreeSet<String>,
    /// Links into the site, to be checked when all pages are known.
    pub(crate) links: Vec<Link>,
    /// Style sheets and scripts besides those that every page has, below the site's root.
    pub(crate) styles: Vec<&'static str>,
    pub(crate) scripts: Vec<&'static str>,
    /// What stands behind the text, as wide as the window.
    pub(crate) after: String,
}

/// A heading.
#[derive(Clone, Debug)]
pub(crate) struct Heading {
    /// 1 for the title.
    pub(crate) level: u8,
    /// Its id on the page.
    pub(crate) id: String,
    /// Its text.
    pub(crate) text: String,
}

/// A link into the site.
#[derive(Debug)]
pub(crate) struct Link {
    /// Who makes it: a place in a source.
    pub(crate) place: String,
    /// The file below the site's root; that of the page itself for a link within it.
    pub(crate) path: String,
    /// The id in it; empty for the file as a whole.
    pub(crate) id: String,
}

impl Page {
    pub(crate) fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            title: String::new(),
            html: String::new(),
            headings: Vec::new(),
            ids: BTreeSet::new(),
            links: Vec::new(),
            styles: Vec::new(),
            scripts: Vec::new(),
            after: String::new(),
        }
    }

    /// The way from this page to the site's root: empty, or `../` for each folder.
    pub(crate) fn root(&self) -> String {
        "../".repeat(self.path.matches('/').count())
    }

    /// Adds a heading whose content is HTML already; `text` is the same without markup.
    pub(crate) fn heading(&mut self, level: u8, html: &str, text: &str) {
        let id = self.new_id(text);
        let label = escape(text);
        let anchor = if level == 1 {
            text.clone_into(&mut self.title);
            String::new()
        } else {
            format!(r##" <a class="anchor" href="#{id}" aria-label="Link to {label}">#</a>"##)
        };
        let _ = writeln!(self.html, r#"<h{level} id="{id}">{html}{anchor}</h{level}>"#);
        self.headings.push(Heading { level, id, text: text.to_owned() });
    }

    /// Adds a heading of plain text.
    pub(crate) fn plain_heading(&mut self, level: u8, text: &str) {
        self.heading(level, &escape(text), text);
    }

    fn new_id(&mut self, text: &str) -> String {
        let slug = slug(text);
        let mut id = slug.clone();
        let mut count = 1;
        while !self.ids.insert(id.clone()) {
            count += 1;
            id = format!("{slug}-{count}");
        }
        id
    }

    /// Adds HTML.
    pub(crate) fn raw(&mut self, html: &str) {
        self.html.push_str(html);
    }

    /// Adds a code block with a caption; the caption may be empty.
    pub(crate) fn code(&mut self, language: &str, caption: &str, text: &str) {
        let caption = if caption.is_empty() { language } else { caption };
        let (caption, language_class) = (escape(caption), escape(language));
        let text = highlight::html(language, text.trim_end_matches('\n'));
        let _ = writeln!(
            self.html,
            r#"<figure class="code"><figcaption>{caption}</figcaption><pre tabindex="0"><code class="language-{language_class}">{text}</code></pre></figure>"#
        );
    }

    /// Notes a link to a path below the site's root, perhaps with `#` and an id, and gives what stands in `href`.
    pub(crate) fn link(&mut self, place: &str, target: &str) -> String {
        let (path, id) = target.split_once('#').unwrap_or((target, ""));
        let path = match path.strip_suffix(".md") {
            Some(page) => format!("{page}.html"),
            None => path.to_owned(),
        };
        let to = if path.is_empty() { self.path.clone() } else { path.clone() };
        self.links.push(Link { place: place.to_owned(), path: to, id: id.to_owned() });
        let mut href = if path.is_empty() { String::new() } else { self.root() + &path };
        if !id.is_empty() || path.is_empty() {
            href.push('#');
            href.push_str(id);
        }
        href
    }

    /// Whether a heading of this id is there. Other elements have ids too, but nobody links to them.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.ids.contains(id)
    }
}

/// The id that a heading's text makes.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.chars() {
        if character.is_alphanumeric() || character == '_' {
            slug.extend(character.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "section".to_owned() } else { slug.to_owned() }
}

/// Text as HTML, fit for elements and quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
    html
}

/// The text of HTML that was made here: what a reader sees, on one line.
pub(crate) fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        // Inline elements do not part words.
        let name: &str = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        if !matches!(name, "a" | "b" | "code" | "em" | "i" | "kbd" | "span" | "strong" | "wbr") {
            text.push(' ');
        }
        rest = after;
    }
    text.push_str(rest);
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
