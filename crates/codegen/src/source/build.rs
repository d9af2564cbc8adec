//! From the parser's events to the tree. What has no place in a contract is refused here, by name.

use super::position::Positions;
use super::tree::{Key, Kind, Spanned, Tree};
use super::{MAX_BYTES, MAX_DEPTH, MAX_KEY_BYTES, scalar};
use crate::diagnostic::{Diagnostic, Label, MAX_DIAGNOSTICS, Rule, quoted, rules};
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::HashMap;
use std::ops::Range;

/// Reads a text as one YAML 1.2 document.
///
/// # Errors
/// Everything that keeps the text from being a tree. After a syntax error nothing further is read.
pub(crate) fn parse(name: &str, text: &str) -> Result<Tree, Vec<Diagnostic>> {
    let mut builder = Builder::new(name, text);
    if text.len() > MAX_BYTES {
        builder.report(
            rules::DOCUMENT_SIZE,
            0..0,
            format!("the document has {} bytes, at most {MAX_BYTES} are read", text.len()),
            "split the contract",
        );
    } else if builder.has_only_text(text) {
        builder.read(text);
    }
    builder.finish()
}

/// A mapping or sequence whose end has not been read yet.
enum Open {
    /// A sequence, and its number.
    Sequence(usize),
    /// A mapping: its number, the keys so far, and the key whose value comes next.
    Mapping { id: usize, keys: HashMap<String, Range<usize>>, next: Option<Next> },
}

/// What to do with the value of the key that was just read.
enum Next {
    /// Keep it under this key.
    Keep(Key),
    /// The key was refused; its value is read and left out.
    Skip,
}

struct Builder {
    tree: Tree,
    open: Vec<Open>,
    /// How many mappings and sequences are open inside something that is left out.
    skipped: usize,
    documents: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Builder {
    fn new(name: &str, text: &str) -> Self {
        let positions = Positions::new(text);
        let tree = Tree { name: name.to_owned(), text: text.to_owned(), positions, values: Vec::new() };
        Self { tree, open: Vec::new(), skipped: 0, documents: 0, diagnostics: Vec::new() }
    }

    fn finish(mut self) -> Result<Tree, Vec<Diagnostic>> {
        if self.diagnostics.is_empty() && self.tree.values.is_empty() {
            self.report(
                rules::EMPTY_DOCUMENT,
                0..0,
                "the document is empty".into(),
                "write an OpenAPI document",
            );
        }
        if self.diagnostics.is_empty() { Ok(self.tree) } else { Err(self.diagnostics) }
    }

    fn report(&mut self, rule: Rule, span: Range<usize>, message: String, help: &str) {
        self.report_beside(rule, span, message, help, Vec::new());
    }

    fn report_beside(
        &mut self,
        rule: Rule,
        span: Range<usize>,
        message: String,
        help: &str,
        labels: Vec<Label>,
    ) {
        self.diagnostics.push(Diagnostic {
            rule: rule.name,
            message,
            help: help.to_owned(),
            location: self.tree.location(span),
            pointer: self.pointer(),
            labels,
        });
    }

    /// The pointer of the innermost mapping or sequence that is open.
    fn pointer(&self) -> String {
        match self.open.last() {
            Some(Open::Mapping { id, .. } | Open::Sequence(id)) => self.tree.pointer(*id),
            None => String::new(),
        }
    }

    /// Refuses control characters before the parser meets them.
    fn has_only_text(&mut self, text: &str) -> bool {
        let Some((at, c)) = text.char_indices().find(|(_, c)| is_control(*c) && *c != '\r') else {
            return true;
        };
        self.refuse_control(c, at..at + c.len_utf8());
        false
    }

    fn refuse_control(&mut self, c: char, span: Range<usize>) {
        self.report(
            rules::CONTROL_CHARACTER,
            span,
            format!("the control character U+{:04X} is not text", u32::from(c)),
            "remove it; say in words what is meant",
        );
    }

    fn read(&mut self, text: &str) {
        let mut parser = Parser::new_from_str(text);
        while let Some(event) = parser.next_event() {
            match event {
                Ok((event, span)) => {
                    let from = self.tree.positions.byte(text, span.start.index());
                    let to = self.tree.positions.byte(text, span.end.index());
                    let span = self.tree.positions.first_line(text, from..to);
                    if !self.take(event, span, to) || self.diagnostics.len() >= MAX_DIAGNOSTICS {
                        return;
                    }
                }
                Err(error) => {
                    let at = self.tree.positions.byte(text, error.marker().index());
                    self.report(
                        rules::SYNTAX,
                        at..at,
                        format!("this is not YAML: {}", error.info()),
                        "mend the text at this place; everything behind it is unread",
                    );
                    return;
                }
            }
        }
    }

    /// Takes one event; false when nothing further can be read.
    ///
    /// `span` is cut at the end of its line, and `end` is where the event really ends.
    fn take(&mut self, event: Event<'_>, span: Range<usize>, end: usize) -> bool {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.report(
                        rules::SEVERAL_DOCUMENTS,
                        span,
                        "a second document starts here".into(),
                        "keep one document in the file",
                    );
                    return false;
                }
            }
            Event::Alias(_) => {
                self.refuse_anchor(span.clone());
                self.value(Kind::Null, span);
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_decoration(anchor, tag.is_some(), &span);
                self.scalar(&text, style == ScalarStyle::Plain, span);
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_decoration(anchor, tag.is_some(), &span);
                return self.start(false, span);
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_decoration(anchor, tag.is_some(), &span);
                return self.start(true, span);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(end),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        true
    }

    fn refuse_anchor(&mut self, span: Range<usize>) {
        self.report(
            rules::ANCHOR,
            span,
            "anchors and aliases are not part of a contract".into(),
            "write the value out, or make it a component and refer to it with `$ref`",
        );
    }

    fn refuse_decoration(&mut self, anchor: usize, tagged: bool, span: &Range<usize>) {
        if anchor != 0 {
            self.refuse_anchor(span.clone());
        }
        if tagged {
            self.report(
                rules::TAG,
                span.clone(),
                "YAML tags are not part of a contract".into(),
                "remove the tag; quote the value if it is meant as text",
            );
        }
    }

    fn scalar(&mut self, text: &str, plain: bool, span: Range<usize>) {
        if self.skipped > 0 {
            return;
        }
        let is_key = matches!(self.open.last(), Some(Open::Mapping { next: None, .. }));
        // Escapes can say what the text itself may not have.
        if let Some(c) = text.chars().find(|c| is_control(*c) || is_key && c.is_control()) {
            self.refuse_control(c, span.clone());
        }
        if is_key {
            self.key(text, plain, span);
            return;
        }
        let kind = if plain { scalar::plain(text) } else { Some(Kind::Text(text.to_owned())) };
        if kind.is_none() {
            self.report(
                rules::NUMBER_NOT_JSON,
                span.clone(),
                format!("{} is not a number that JSON can say", quoted(text)),
                "write a finite number, or quote it if it is meant as text",
            );
        }
        self.value(kind.unwrap_or(Kind::Null), span);
    }

    /// A key. A refused one is reported, and its value left out.
    fn key(&mut self, text: &str, plain: bool, span: Range<usize>) {
        let next = if text.len() > MAX_KEY_BYTES {
            self.report(
                rules::KEY_LENGTH,
                span,
                format!("the key has {} bytes, at most {MAX_KEY_BYTES} are read", text.len()),
                "shorten the key",
            );
            Next::Skip
        } else if plain && text == "<<" {
            self.report(
                rules::MERGE_KEY,
                span,
                "merge keys are not part of YAML 1.2".into(),
                "write the members out",
            );
            Next::Skip
        } else if plain && !scalar::is_decimal(text) && !matches!(scalar::plain(text), Some(Kind::Text(_))) {
            self.report(
                rules::KEY_NOT_TEXT,
                span,
                format!("the key {} is not text", quoted(text)),
                "quote the key",
            );
            Next::Skip
        } else if let Some(first) = self.first_use(text) {
            let first = self.tree.label("first written here".into(), first);
            self.report_beside(
                rules::DUPLICATE_KEY,
                span,
                format!("the key {} is written twice in one mapping", quoted(text)),
                "remove one of the two",
                vec![first],
            );
            Next::Skip
        } else {
            Next::Keep(Key { text: text.to_owned(), span })
        };
        if let Some(Open::Mapping { keys, next: slot, .. }) = self.open.last_mut() {
            if let Next::Keep(key) = &next {
                keys.insert(key.text.clone(), key.span.clone());
            }
            *slot = Some(next);
        }
    }

    /// Where the innermost mapping already has this key.
    fn first_use(&self, text: &str) -> Option<Range<usize>> {
        match self.open.last() {
            Some(Open::Mapping { keys, .. }) => keys.get(text).cloned(),
            _ => None,
        }
    }

    /// Starts a mapping or sequence; false when it is nested too deep to go on.
    fn start(&mut self, mapping: bool, span: Range<usize>) -> bool {
        if self.open.len() + self.skipped >= MAX_DEPTH {
            self.report(
                rules::NESTING,
                span,
                format!("values nest deeper than {MAX_DEPTH} levels"),
                "make the document flatter; everything behind this place is unread",
            );
            return false;
        }
        if self.skipped > 0 {
            self.skipped += 1;
            return true;
        }
        if let Some(Open::Mapping { next: None, .. }) = self.open.last() {
            self.report(
                rules::KEY_NOT_TEXT,
                span,
                "a mapping or sequence cannot be a key".into(),
                "write the key as text",
            );
            self.skipped = 1;
            return true;
        }
        let kind = if mapping { Kind::Mapping(Vec::new()) } else { Kind::Sequence(Vec::new()) };
        let Some(id) = self.value(kind, span) else {
            self.skipped = 1;
            return true;
        };
        self.open.push(if mapping {
            Open::Mapping { id, keys: HashMap::new(), next: None }
        } else {
            Open::Sequence(id)
        });
        true
    }

    /// Ends the innermost mapping or sequence.
    fn end(&mut self, end: usize) {
        if self.skipped == 0 {
            if let Some(Open::Mapping { id, .. } | Open::Sequence(id)) = self.open.pop()
                && let Some(value) = self.tree.values.get_mut(id)
            {
                let whole = value.span.start..end;
                value.span = self.tree.positions.first_line(&self.tree.text, whole);
            }
            return;
        }
        self.skipped -= 1;
        if self.skipped == 0
            && let Some(Open::Mapping { next, .. }) = self.open.last_mut()
        {
            // What ended is either a refused key, whose value comes next, or the value of one.
            *next = if next.is_none() { Some(Next::Skip) } else { None };
        }
    }

    /// Puts a value into the innermost mapping or sequence; its number, unless its key was refused.
    fn value(&mut self, kind: Kind, span: Range<usize>) -> Option<usize> {
        if self.skipped > 0 {
            return None;
        }
        let id = self.tree.values.len();
        let (parent, key) = match self.open.last_mut() {
            None => (None, None),
            Some(Open::Sequence(parent)) => (Some(*parent), None),
            Some(Open::Mapping { id: parent, next, .. }) => match next.take() {
                Some(Next::Keep(key)) => (Some(*parent), Some(key)),
                Some(Next::Skip) => {
                    // A scalar ends here; a mapping or sequence ends in `end`, which looks at this again.
                    if matches!(kind, Kind::Mapping(_) | Kind::Sequence(_)) {
                        *next = Some(Next::Skip);
                    }
                    return None;
                }
                // An alias as a key, which has been reported.
                None => {
                    *next = Some(Next::Skip);
                    return None;
                }
            },
        };
        self.tree.values.push(Spanned { span, parent, key, kind });
        if let Some(Kind::Sequence(ids) | Kind::Mapping(ids)) =
            parent.and_then(|parent| self.tree.values.get_mut(parent)).map(|parent| &mut parent.kind)
        {
            ids.push(id);
        }
        Some(id)
    }
}

/// Characters that nobody sees, or that reorder what is seen. Some of them cannot even stand in a Rust comment.
fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
