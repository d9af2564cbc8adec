//! Diagnostics as rustc shows them: the line, what is wrong with it, where it is in the document, and what to do.

use super::{Diagnostic, Label};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::ops::Range;

/// Two places of one diagnostic that are further apart are shown as two pieces of the source.
const FAR_BYTES: usize = 16 * 1024;

/// A longer piece of the source is not shown at all: a document on a single line has no lines to show.
const MAX_WINDOW_BYTES: usize = 64 * 1024;

/// All diagnostics as plain text, and a last line that counts them.
///
/// `source` is the text that was read. With another text the places are wrong, but nothing else.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], source: &str) -> String {
    render_with(&Renderer::plain(), diagnostics, source)
}

/// The same as [`render`], coloured for a terminal.
#[must_use]
pub fn render_coloured(diagnostics: &[Diagnostic], source: &str) -> String {
    render_with(&Renderer::styled(), diagnostics, source)
}

fn render_with(renderer: &Renderer, diagnostics: &[Diagnostic], source: &str) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&render_one(renderer, diagnostic, source));
        out.push_str("\n\n");
    }
    let count = match diagnostics.len() {
        1 => "1 error; ".to_owned(),
        count => format!("{count} errors; "),
    };
    out.push_str(&count);
    out.push_str(if diagnostics.is_empty() {
        "the contract is accepted\n"
    } else {
        "the contract is refused\n"
    });
    out
}

fn render_one(renderer: &Renderer, diagnostic: &Diagnostic, source: &str) -> String {
    let location = &diagnostic.location;
    let (near, far): (Vec<_>, Vec<_>) = diagnostic
        .labels
        .iter()
        .partition(|label| label.span.start.abs_diff(location.span.start) < FAR_BYTES);
    let here = near.iter().map(|label| (&label.span, label.line)).chain([(&location.span, location.line)]);
    let window = Window::around(source, here);
    let mut group = Group::with_title(Level::ERROR.primary_title(&diagnostic.message).id(diagnostic.rule));
    if window.text.len() > MAX_WINDOW_BYTES {
        let origin = Origin::path(&location.file).line(location.line).char_column(location.column);
        group = group.element(origin);
    } else {
        let primary = AnnotationKind::Primary.span(window.inside(&location.span));
        let snippet = window.snippet(&location.file).annotation(primary);
        group = group.element(snippet.annotations(near.iter().map(|label| window.context(label))));
    }
    for label in far {
        let window = Window::around(source, std::iter::once((&label.span, label.line)));
        if window.text.len() <= MAX_WINDOW_BYTES {
            group = group.element(window.snippet(&location.file).annotation(window.context(label)));
        }
    }
    let pointer = if diagnostic.pointer.is_empty() { "the whole document" } else { &diagnostic.pointer };
    let group = group
        .element(Level::NOTE.message(format!("at {pointer}")))
        .element(Level::HELP.message(&diagnostic.help));
    renderer.render(&[group])
}

/// The lines of the source that hold some spans. The renderer goes through all that it is given, so it is not given a
/// whole document for each of a thousand diagnostics.
struct Window<'s> {
    text: &'s str,
    from: usize,
    line: usize,
}

impl<'s> Window<'s> {
    /// The whole lines from the first to the last of the spans, each given with its line number.
    fn around<'a>(source: &'s str, spans: impl Iterator<Item = (&'a Range<usize>, usize)> + Clone) -> Self {
        let (first, line) = spans.clone().map(|(span, line)| (span.start, line)).min().unwrap_or((0, 1));
        let last = spans.map(|(span, _)| span.end).max().unwrap_or(first);
        let from = source.get(..first).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let to = source.get(last..).and_then(|after| after.find('\n')).map_or(source.len(), |at| last + at);
        Self { text: source.get(from..to).unwrap_or_default(), from, line }
    }

    fn snippet(&self, file: &'s str) -> Snippet<'s, Annotation<'s>> {
        Snippet::source(self.text).line_start(self.line).path(file)
    }

    /// A secondary label inside the window.
    fn context<'a>(&self, label: &'a Label) -> Annotation<'a> {
        AnnotationKind::Context.span(self.inside(&label.span)).label(&label.text)
    }

    /// A span of the source as a span of the window: inside it, and on character boundaries, whatever the span is.
    fn inside(&self, span: &Range<usize>) -> Range<usize> {
        let inside = |at: usize| self.text.floor_char_boundary(at.saturating_sub(self.from));
        inside(span.start)..inside(span.end).max(inside(span.start))
    }
}
