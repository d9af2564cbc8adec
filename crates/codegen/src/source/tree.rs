//! The tree: values in one flat list, each knowing its parent, so that a pointer is found only when someone asks.

use super::position::Positions;
use crate::diagnostic::{Label, Location};
use serde_json::{Map, Number, Value};
use std::ops::Range;

/// A parsed document.
#[derive(Debug)]
pub(crate) struct Tree {
    /// What the document is called in diagnostics.
    pub(super) name: String,
    /// Its whole text.
    pub(super) text: String,
    /// The lines of the text.
    pub(super) positions: Positions,
    /// Every value; the first is the whole document.
    pub(super) values: Vec<Spanned>,
}

/// A value with its place in the text and in the tree.
#[derive(Debug)]
pub(super) struct Spanned {
    /// The first line of the value.
    pub(super) span: Range<usize>,
    /// The mapping or sequence that holds it.
    pub(super) parent: Option<usize>,
    /// Its key, if a mapping holds it.
    pub(super) key: Option<Key>,
    /// What it is.
    pub(super) kind: Kind,
}

/// The key of an entry.
#[derive(Debug)]
pub(super) struct Key {
    /// The key's text.
    pub(super) text: String,
    /// Where it stands.
    pub(super) span: Range<usize>,
}

/// What a value is. Mappings and sequences hold the numbers of their values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// `null`, or nothing at all.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A finite number.
    Number(Number),
    /// Text.
    Text(String),
    /// A sequence.
    Sequence(Vec<usize>),
    /// A mapping; its keys are distinct.
    Mapping(Vec<usize>),
}

/// A value of a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'t> {
    tree: &'t Tree,
    id: usize,
    value: &'t Spanned,
}

/// What a diagnostic points at.
#[derive(Clone, Debug)]
pub(crate) struct Place<'t> {
    node: Node<'t>,
    span: &'t Range<usize>,
}

impl Tree {
    /// The whole document.
    pub(crate) fn root(&self) -> Node<'_> {
        static NOTHING: Spanned = Spanned { span: 0..0, parent: None, key: None, kind: Kind::Null };
        Node { tree: self, id: 0, value: self.values.first().unwrap_or(&NOTHING) }
    }

    /// The value of this number.
    fn node(&self, id: usize) -> Option<Node<'_>> {
        self.values.get(id).map(|value| Node { tree: self, id, value })
    }

    /// A secondary label at this span.
    pub(super) fn label(&self, text: String, span: Range<usize>) -> Label {
        let (line, _) = self.positions.line_column(&self.text, span.start);
        Label { text, line, span }
    }

    /// The JSON pointer of the value of this number.
    pub(super) fn pointer(&self, id: usize) -> String {
        self.node(id).map(Node::pointer).unwrap_or_default()
    }

    /// A span as diagnostics show it.
    pub(super) fn location(&self, span: Range<usize>) -> Location {
        let (line, column) = self.positions.line_column(&self.text, span.start);
        Location { file: self.name.clone(), line, column, span }
    }
}

impl<'t> Node<'t> {
    /// What the value is.
    pub(crate) fn kind(self) -> &'t Kind {
        &self.value.kind
    }

    /// The text, if it is one.
    pub(crate) fn text(self) -> Option<&'t str> {
        match self.kind() {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub(crate) fn boolean(self) -> Option<bool> {
        match self.kind() {
            Kind::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub(crate) fn number(self) -> Option<&'t Number> {
        match self.kind() {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The key under which the value stands; empty for the document and for items of sequences.
    pub(crate) fn key(self) -> &'t str {
        self.value.key.as_ref().map_or("", |key| key.text.as_str())
    }

    /// The values of a mapping in the order they were written; nothing for anything else.
    pub(crate) fn entries(self) -> impl Iterator<Item = Node<'t>> + Clone {
        let ids = match self.kind() {
            Kind::Mapping(ids) => ids.as_slice(),
            _ => &[],
        };
        ids.iter().filter_map(move |id| self.tree.node(*id))
    }

    /// The items of a sequence; nothing for anything else.
    pub(crate) fn items(self) -> impl Iterator<Item = Node<'t>> + Clone {
        let ids = match self.kind() {
            Kind::Sequence(ids) => ids.as_slice(),
            _ => &[],
        };
        ids.iter().filter_map(move |id| self.tree.node(*id))
    }

    /// The value of a mapping under this key.
    pub(crate) fn get(self, key: &str) -> Option<Node<'t>> {
        self.entries().find(|entry| entry.key() == key)
    }

    /// Points at the value itself.
    pub(crate) fn place(self) -> Place<'t> {
        Place { node: self, span: &self.value.span }
    }

    /// Points at the key of the value, or at the value where there is no key.
    pub(crate) fn key_place(self) -> Place<'t> {
        let span = self.value.key.as_ref().map_or(&self.value.span, |key| &key.span);
        Place { node: self, span }
    }

    /// The JSON pointer of the value.
    pub(crate) fn pointer(self) -> String {
        let mut steps = Vec::new();
        let mut at = self;
        while let Some(parent) = at.value.parent.and_then(|id| at.tree.node(id)) {
            steps.push(match (&at.value.key, parent.kind()) {
                (Some(key), _) => key.text.replace('~', "~0").replace('/', "~1"),
                (None, Kind::Sequence(ids)) => {
                    ids.iter().position(|id| *id == at.id).unwrap_or_default().to_string()
                }
                (None, _) => String::new(),
            });
            at = parent;
        }
        steps.iter().rev().fold(String::new(), |pointer, step| pointer + "/" + step)
    }

    /// The value as JSON, members in the order they were written.
    pub(crate) fn to_json(self) -> Value {
        match self.kind() {
            Kind::Null => Value::Null,
            Kind::Boolean(value) => Value::Bool(*value),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::Text(text) => Value::String(text.clone()),
            Kind::Sequence(_) => self.items().map(Self::to_json).collect(),
            Kind::Mapping(_) => Value::Object(self.to_map()),
        }
    }

    /// The members of a mapping as JSON; nothing for anything else.
    pub(crate) fn to_map(self) -> Map<String, Value> {
        self.entries().map(|entry| (entry.key().to_owned(), entry.to_json())).collect()
    }
}

impl Place<'_> {
    /// The place as diagnostics show it.
    pub(crate) fn location(&self) -> Location {
        self.node.tree.location(self.span.clone())
    }

    /// The JSON pointer of the value that is pointed at.
    pub(crate) fn pointer(&self) -> String {
        self.node.pointer()
    }

    /// A secondary label that says `text` here.
    pub(crate) fn label(&self, text: impl Into<String>) -> Label {
        self.node.tree.label(text.into(), self.span.clone())
    }
}
