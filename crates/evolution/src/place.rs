//! Places: a value of a document with its JSON pointer, and the same place in both documents.

use serde_json::Value;

/// A value of one document, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct At<'d> {
    pub(crate) value: &'d Value,
    pub(crate) pointer: String,
}

/// A place that both documents have.
#[derive(Clone, Debug)]
pub(crate) struct Pair<'d> {
    pub(crate) old: At<'d>,
    pub(crate) new: At<'d>,
}

/// A place that at least one document has.
#[derive(Clone, Debug)]
pub(crate) enum Part<'d> {
    /// Only the old one.
    Gone(At<'d>),
    /// Only the new one.
    Came(At<'d>),
    /// Both.
    Kept(Pair<'d>),
}

/// A part of an object or list, and the name by which its two sides were found to belong together.
pub(crate) type Named<'d> = (String, Part<'d>);

impl<'d> At<'d> {
    /// The root of a document.
    pub(crate) fn root(document: &'d Value) -> Self {
        Self { value: document, pointer: String::new() }
    }

    /// What stands below this value.
    pub(crate) fn below(&self, step: &str, value: &'d Value) -> Self {
        let step = step.replace('~', "~0").replace('/', "~1");
        Self { value, pointer: format!("{}/{step}", self.pointer) }
    }

    /// The member of an object, if it is there.
    pub(crate) fn get(&self, name: &str) -> Option<Self> {
        self.value.as_object()?.get(name).map(|value| self.below(name, value))
    }

    /// What the place says, or the component of its document that it refers to. References to references are followed a
    /// few times, so that a circle ends.
    pub(crate) fn resolved(&self, document: &Self) -> Option<Self> {
        let mut current = self.clone();
        for _ in 0..8 {
            let Some(reference) = current.text("$ref") else { return Some(current) };
            let pointer = reference.strip_prefix('#')?;
            current = Self { value: document.value.pointer(pointer)?, pointer: pointer.to_owned() };
        }
        None
    }

    /// The text of a member.
    pub(crate) fn text(&self, name: &str) -> Option<&'d str> {
        self.value.as_object()?.get(name)?.as_str()
    }

    /// Whether a member is `true`.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.value.as_object().and_then(|members| members.get(name)) == Some(&Value::Bool(true))
    }

    /// The members of an object; nothing for anything else.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&'d str, Self)> {
        let members = self.value.as_object().into_iter().flatten();
        members.map(|(name, value)| (name.as_str(), self.below(name, value)))
    }

    /// The items of a list; nothing for anything else.
    pub(crate) fn items(&self) -> impl Iterator<Item = Self> {
        let items = self.value.as_array().into_iter().flatten();
        items.enumerate().map(|(index, value)| self.below(&index.to_string(), value))
    }
}

impl<'d> Pair<'d> {
    /// Whether both sides say the same, the order of members included: for the members of a schema it means something.
    pub(crate) fn is_same(&self) -> bool {
        is_same(self.old.value, self.new.value)
    }

    /// A member, where at least one side has it.
    pub(crate) fn get(&self, name: &str) -> Option<Part<'d>> {
        Part::of(self.old.get(name), self.new.get(name))
    }
}

impl<'d> Part<'d> {
    /// What the two sides make, if there is one.
    pub(crate) fn of(old: Option<At<'d>>, new: Option<At<'d>>) -> Option<Self> {
        match (old, new) {
            (Some(old), Some(new)) => Some(Self::Kept(Pair { old, new })),
            (Some(old), None) => Some(Self::Gone(old)),
            (None, Some(new)) => Some(Self::Came(new)),
            (None, None) => None,
        }
    }

    /// The old side.
    pub(crate) fn before(&self) -> Option<&At<'d>> {
        match self {
            Self::Gone(old) | Self::Kept(Pair { old, .. }) => Some(old),
            Self::Came(_) => None,
        }
    }

    /// The new side.
    pub(crate) fn after(&self) -> Option<&At<'d>> {
        match self {
            Self::Came(new) | Self::Kept(Pair { new, .. }) => Some(new),
            Self::Gone(_) => None,
        }
    }

    /// The part's own name: the last step of its pointer, in backticks.
    pub(crate) fn quoted(&self) -> String {
        let pointer = self.after().or(self.before()).map_or("", |at| at.pointer.as_str());
        let step = pointer.rsplit_once('/').map_or(pointer, |(_, step)| step);
        format!("`{}`", step.replace("~1", "/").replace("~0", "~"))
    }

    /// What became of it, as a clause: `` `x` is new ``.
    pub(crate) fn fate(&self, what: &str) -> String {
        match self {
            Self::Gone(_) => format!("{what} is gone"),
            Self::Came(_) => format!("{what} is new"),
            Self::Kept(_) => format!("{what} changes"),
        }
    }
}

impl<'d> From<Pair<'d>> for Part<'d> {
    fn from(pair: Pair<'d>) -> Self {
        Self::Kept(pair)
    }
}

fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let mut pairs = left.iter().zip(right);
            left.len() == right.len()
                && pairs.all(|((name, left), (other, right))| name == other && is_same(left, right))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        _ => left == right,
    }
}
