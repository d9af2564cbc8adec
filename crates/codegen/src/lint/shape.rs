//! The walker that all parts share: which members an object of the document may have, must have, and of which types.

use super::context::Lint;
use super::suggest::closest;
use crate::diagnostic::{quoted, rules};
use crate::source::{Kind, Node};

/// What a member holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    /// Text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number that is not negative.
    Count,
    /// Any number.
    Number,
    /// A mapping.
    Mapping,
    /// A sequence.
    Sequence,
    /// A sequence of texts.
    Texts,
    /// Anything; whoever declares this looks at it.
    Any,
}

/// The members of one kind of object.
pub(super) struct Shape {
    /// The object, as a message names it: `an operation`.
    pub(super) what: &'static str,
    /// The members it may have.
    pub(super) members: &'static [(&'static str, Expect)],
    /// Those it must have.
    pub(super) required: &'static [&'static str],
    /// Members that OpenAPI has and the subset has not, each with what to do instead.
    pub(super) unsupported: &'static [(&'static str, &'static str)],
}

impl<'t> Lint<'t> {
    /// Checks the members of an object. False when it is no mapping, and there is nothing more to look at.
    pub(super) fn shape(&mut self, node: Node<'t>, shape: &Shape) -> bool {
        if !self.expect(node, Expect::Mapping) {
            return false;
        }
        for entry in node.entries() {
            if let Some((_, expect)) = shape.members.iter().find(|(name, _)| *name == entry.key()) {
                self.expect(entry, *expect);
            } else {
                self.stranger(entry, shape);
            }
        }
        for name in shape.required {
            if node.get(name).is_none() {
                self.report(
                    rules::MISSING_MEMBER,
                    &node.key_place(),
                    format!("{} has no `{name}`", shape.what),
                    format!("add `{name}`"),
                );
            }
        }
        true
    }

    /// A member that the shape does not have.
    fn stranger(&mut self, entry: Node<'t>, shape: &Shape) {
        let name = entry.key();
        let what = shape.what;
        if let Some((_, instead)) = shape.unsupported.iter().find(|(unsupported, _)| *unsupported == name) {
            let message = format!("`{name}` of {what} is outside the supported subset");
            self.report(rules::UNSUPPORTED_MEMBER, &entry.key_place(), message, *instead);
            return;
        }
        let known = || shape.members.iter().map(|(name, _)| *name);
        if name.starts_with("x-") {
            let mut extensions = known().filter(|name| name.starts_with("x-")).peekable();
            let help = if extensions.peek().is_none() {
                format!("remove it; {what} has no extensions")
            } else {
                format!("use one that has a meaning here: {}", list(extensions))
            };
            let message = format!("{} is no extension of {what} that anything here reads", quoted(name));
            self.report(rules::UNKNOWN_EXTENSION, &entry.key_place(), message, help);
            return;
        }
        let unsupported = shape.unsupported.iter().map(|(name, _)| *name);
        let help = match closest(name, known().chain(unsupported)) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!("remove it; {what} has {}", list(known())),
        };
        let message = format!("{} is not a member of {what}", quoted(name));
        self.report(rules::UNKNOWN_MEMBER, &entry.key_place(), message, help);
    }

    /// Checks the type of a value.
    pub(super) fn expect(&mut self, node: Node<'t>, expect: Expect) -> bool {
        let fits = match expect {
            Expect::Text => node.text().is_some(),
            Expect::Boolean => node.boolean().is_some(),
            Expect::Count => node.number().is_some_and(serde_json::Number::is_u64),
            Expect::Number => node.number().is_some(),
            Expect::Mapping => matches!(node.kind(), Kind::Mapping(_)),
            Expect::Sequence | Expect::Texts => matches!(node.kind(), Kind::Sequence(_)),
            Expect::Any => true,
        };
        if !fits {
            let (wanted, help) = match expect {
                Expect::Text => ("text", "write text; in quotes if it looks like a number or a boolean"),
                Expect::Boolean => ("a boolean", "write `true` or `false`"),
                Expect::Count => ("a whole number from 0", "write a whole number from 0"),
                Expect::Number => ("a number", "write a number, without quotes"),
                Expect::Sequence | Expect::Texts => ("a sequence", "write a sequence"),
                Expect::Mapping | Expect::Any => ("a mapping", "write a mapping"),
            };
            let name = if node.key().is_empty() { "this".to_owned() } else { quoted(node.key()) };
            let message = format!("{name} must be {wanted}, but is {}", describe(node));
            self.report(rules::WRONG_TYPE, &node.place(), message, help);
        }
        if expect == Expect::Texts {
            for item in node.items() {
                self.expect(item, Expect::Text);
            }
        }
        fits
    }
}

/// A value as messages name it.
pub(super) fn describe(node: Node<'_>) -> String {
    match node.kind() {
        Kind::Null => "null".into(),
        Kind::Boolean(value) => format!("the boolean `{value}`"),
        Kind::Number(number) => format!("the number `{number}`"),
        Kind::Text(text) => format!("the text {}", quoted(text)),
        Kind::Sequence(_) => "a sequence".into(),
        Kind::Mapping(_) => "a mapping".into(),
    }
}

/// Names in backticks, separated by commas.
pub(super) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
