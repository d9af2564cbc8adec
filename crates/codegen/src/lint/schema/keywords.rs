//! Which keywords a schema of each type has.

use crate::diagnostic::{quoted, rules};
use crate::lint::context::Lint;
use crate::lint::shape::{Expect, list};
use crate::lint::suggest::closest;
use crate::source::Node;

/// The types of the subset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
}

impl Type {
    /// The type of this name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "string" => Some(Self::String),
            "integer" => Some(Self::Integer),
            "number" => Some(Self::Number),
            "boolean" => Some(Self::Boolean),
            "array" => Some(Self::Array),
            "object" => Some(Self::Object),
            _ => None,
        }
    }

    /// The type, as a message names it.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }

    /// The keywords that only some types have.
    fn keywords(self) -> &'static [(&'static str, Expect)] {
        match self {
            Self::String => &[
                ("format", Expect::Text),
                ("minLength", Expect::Count),
                ("maxLength", Expect::Count),
                ("pattern", Expect::Text),
                ("enum", Expect::Sequence),
            ],
            Self::Integer => &[
                ("format", Expect::Text),
                ("minimum", Expect::Number),
                ("maximum", Expect::Number),
                ("exclusiveMinimum", Expect::Boolean),
                ("exclusiveMaximum", Expect::Boolean),
                ("multipleOf", Expect::Number),
            ],
            Self::Number => &[
                ("format", Expect::Text),
                ("minimum", Expect::Number),
                ("maximum", Expect::Number),
                ("exclusiveMinimum", Expect::Boolean),
                ("exclusiveMaximum", Expect::Boolean),
            ],
            Self::Boolean => &[],
            Self::Array => &[
                ("items", Expect::Mapping),
                ("minItems", Expect::Count),
                ("maxItems", Expect::Count),
                ("uniqueItems", Expect::Boolean),
            ],
            Self::Object => &[
                ("properties", Expect::Mapping),
                ("required", Expect::Texts),
                ("minProperties", Expect::Count),
                ("additionalProperties", Expect::Any),
            ],
        }
    }
}

/// All types.
const TYPES: [Type; 6] =
    [Type::String, Type::Integer, Type::Number, Type::Boolean, Type::Array, Type::Object];

/// The keywords that schemas of every type have.
const COMMON: &[(&str, Expect)] = &[
    ("type", Expect::Text),
    ("description", Expect::Text),
    ("deprecated", Expect::Boolean),
    ("nullable", Expect::Boolean),
    ("example", Expect::Any),
];

/// Keywords of OpenAPI and JSON Schema that no generator here keeps, each with what to do instead.
const UNSUPPORTED: &[(&str, &str)] = &[
    ("title", "say it in the description; the component's name is the name"),
    ("default", "say in the description what a missing member means"),
    ("readOnly", "use one schema for requests and another for responses"),
    ("writeOnly", "use one schema for requests and another for responses"),
    ("xml", "leave it out; bodies are JSON"),
    ("externalDocs", "link to it from the description"),
    ("oneOf", "use one object with optional members"),
    ("anyOf", "use one object with optional members"),
    ("allOf", "write the members out in one object"),
    ("not", "say in `pattern` or in the description what is excluded"),
    ("discriminator", "use one object with optional members"),
    ("maxProperties", "make the members optional and say in the description which go together"),
    ("patternProperties", "name each member in `properties`"),
    ("propertyNames", "name each member in `properties`"),
    ("examples", "use `example`"),
    ("const", "use an `enum` of one value"),
    ("if", "say it in the description"),
    ("then", "say it in the description"),
    ("else", "say it in the description"),
    ("contains", "say it in the description"),
    ("prefixItems", "use an object with one member for each place"),
    ("contentEncoding", "say it in the description"),
    ("contentMediaType", "say it in the description"),
];

/// Reports a keyword that is known, and outside the subset; whether it is one.
pub(super) fn unsupported<'t>(lint: &mut Lint<'t>, entry: Node<'t>) -> bool {
    let Some((name, instead)) = UNSUPPORTED.iter().find(|(name, _)| *name == entry.key()) else {
        return false;
    };
    let message = format!("`{name}` of a schema is outside the supported subset");
    lint.report(rules::UNSUPPORTED_MEMBER, &entry.key_place(), message, *instead);
    true
}

/// Whether schemas of a type have a keyword of that type.
pub(super) fn belongs(name: &str, ty: Type) -> bool {
    ty.keywords().iter().any(|(keyword, _)| *keyword == name)
}

/// What a keyword holds, wherever it belongs.
pub(super) fn expected(name: &str) -> Option<Expect> {
    let of_types = TYPES.iter().flat_map(|ty| ty.keywords());
    COMMON.iter().chain(of_types).find(|(known, _)| *known == name).map(|(_, expect)| *expect)
}

/// The types whose schemas have a keyword.
fn owners(name: &str) -> impl Iterator<Item = Type> {
    TYPES.into_iter().filter(move |ty| belongs(name, *ty))
}

/// Checks the keywords of a component of some type.
pub(super) fn check<'t>(lint: &mut Lint<'t>, schema: Node<'t>, ty: Type) {
    for entry in schema.entries() {
        let own = COMMON.iter().chain(ty.keywords()).find(|(known, _)| *known == entry.key());
        match own {
            Some((_, expect)) => {
                lint.expect(entry, *expect);
            }
            None => stranger(lint, entry, ty),
        }
    }
}

/// A keyword that schemas of this type do not have.
pub(super) fn stranger<'t>(lint: &mut Lint<'t>, entry: Node<'t>, ty: Type) {
    let name = entry.key();
    let place = entry.key_place();
    if unsupported(lint, entry) {
        return;
    }
    if owners(name).next().is_some() {
        let owners = owners(name).map(Type::what).collect::<Vec<_>>().join(" or ");
        let message = format!("`{name}` says something about {owners}, and this is {}", ty.what());
        lint.report(rules::MISPLACED_KEYWORD, &place, message, "remove it, or change `type`");
    } else if name.starts_with("x-") {
        let message = format!("{} is no extension of a schema that anything here reads", quoted(name));
        lint.report(rules::UNKNOWN_EXTENSION, &place, message, "remove it; a schema has no extensions");
    } else {
        let own = || COMMON.iter().chain(ty.keywords()).map(|(known, _)| *known);
        let others = TYPES.iter().flat_map(|ty| ty.keywords()).map(|(known, _)| *known);
        let unsupported = UNSUPPORTED.iter().map(|(known, _)| *known);
        let help = match closest(name, own().chain(others).chain(unsupported)) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!("remove it; {} has {}", ty.what(), list(own())),
        };
        let message = format!("{} is not a member of a schema", quoted(name));
        lint.report(rules::UNKNOWN_MEMBER, &place, message, help);
    }
}
