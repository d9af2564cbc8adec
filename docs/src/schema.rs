//! Schemas in words: what a value must be, and the members of an object down to the last.

use crate::markdown;
use crate::page::escape;
use serde_json::Value;
use std::fmt::Write as _;
use untag_codegen::ir::{Api, ArrayRules, Schema, SchemaKind, Type};

/// One parameter or member, as a reader sees it.
pub(crate) struct Field<'a> {
    /// Its name, or the way to it: `tags[].key`.
    pub(crate) name: String,
    /// What stands beside the name: `path`, say. May be empty.
    pub(crate) location: &'a str,
    pub(crate) required: bool,
    pub(crate) deprecated: bool,
    pub(crate) nullable: bool,
    pub(crate) description: &'a str,
    pub(crate) example: Option<&'a Value>,
    pub(crate) ty: &'a Type,
}

/// A list of fields, to which the members of objects are added behind the object's own line.
pub(crate) fn fields<'a>(api: &'a Api, fields: impl IntoIterator<Item = Field<'a>>) -> String {
    let mut html = "<dl class=\"fields\">\n".to_owned();
    for field in fields {
        add(api, &mut html, &field);
    }
    html.push_str("</dl>\n");
    html
}

/// The members of an object, with all that is in them.
pub(crate) fn members(api: &Api, ty: &Type) -> String {
    fields(api, members_of(api, ty, ""))
}

fn members_of<'a>(api: &'a Api, ty: &'a Type, prefix: &str) -> Vec<Field<'a>> {
    let (schema, repeated) = innermost(api, ty);
    let Some(Schema { kind: SchemaKind::Object { members, .. }, .. }) = schema else { return Vec::new() };
    let prefix =
        if prefix.is_empty() { String::new() } else { format!("{prefix}{}.", "[]".repeat(repeated)) };
    members
        .iter()
        .map(|member| Field {
            name: format!("{prefix}{}", member.name),
            location: "",
            required: member.required,
            deprecated: member.deprecated,
            nullable: member.nullable,
            description: &member.description,
            example: member.example.as_ref(),
            ty: &member.ty,
        })
        .collect()
}

/// The schema that a type is in the end, through lists; and through how many lists.
fn innermost<'a>(api: &'a Api, ty: &'a Type) -> (Option<&'a Schema>, usize) {
    let (mut ty, mut lists) = (ty, 0);
    loop {
        match ty {
            Type::Array(items, _) => (ty, lists) = (items, lists + 1),
            Type::Named(name) => match api.schema(name) {
                Some(Schema { kind: SchemaKind::Array { items, .. }, .. }) => {
                    (ty, lists) = (items, lists + 1);
                }
                schema => return (schema, lists),
            },
            _ => return (None, lists),
        }
    }
}

fn add(api: &Api, html: &mut String, field: &Field<'_>) {
    let schema = named(api, field.ty);
    let _ = write!(html, "<dt><code>{}</code>", escape(&field.name));
    let mut notes = Vec::new();
    if !field.location.is_empty() {
        notes.push(("", escape(field.location)));
    }
    notes.push(("", kind(api, field.ty)));
    notes.push(if field.required {
        ("required", "required".to_owned())
    } else {
        ("", "optional".to_owned())
    });
    if field.nullable {
        notes.push(("", "may be null".to_owned()));
    }
    if field.deprecated || schema.is_some_and(|schema| schema.deprecated) {
        notes.push(("", "deprecated".to_owned()));
    }
    for (class, note) in notes {
        let _ = write!(html, " <span class=\"note {class}\">{note}</span>");
    }
    html.push_str("</dt>\n<dd>");
    html.push_str(&markdown::description(field.description));
    if let Some(schema) = schema {
        html.push_str(&markdown::description(&schema.description));
    }
    let limits = limits(api, field.ty);
    if !limits.is_empty() {
        let _ = write!(html, "<p class=\"limits\">Limits: {}.</p>", limits.join("; "));
    }
    let example = field.example.or_else(|| schema.and_then(|schema| schema.example.as_ref()));
    if let Some(example) = example.filter(|example| !example.is_object() && !example.is_array()) {
        let text = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
        let _ = write!(html, "<p class=\"limits\">Example: {}</p>", markdown::code(&text));
    }
    html.push_str("</dd>\n");
    for member in members_of(api, field.ty, &field.name) {
        add(api, html, &member);
    }
}

fn named<'a>(api: &'a Api, ty: &Type) -> Option<&'a Schema> {
    match ty {
        Type::Named(name) => api.schema(name),
        _ => None,
    }
}

/// What a value is, in a word or two of JSON.
fn kind(api: &Api, ty: &Type) -> String {
    match ty {
        Type::String => "text".to_owned(),
        Type::Uuid => "text, a UUID".to_owned(),
        Type::DateTime => "text, a date and time".to_owned(),
        Type::Integer(_) => "integer".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Array(items, _) => format!("list of {}", entries(api, items)),
        Type::Named(name) => match api.schema(name).map(|schema| &schema.kind) {
            Some(SchemaKind::Text { .. } | SchemaKind::Enum { .. }) => "text".to_owned(),
            Some(SchemaKind::Uuid) => "text, a UUID".to_owned(),
            Some(SchemaKind::DateTime) => "text, a date and time".to_owned(),
            Some(SchemaKind::Integer { .. }) => "integer".to_owned(),
            Some(SchemaKind::Number { .. }) => "number".to_owned(),
            Some(SchemaKind::Boolean) => "boolean".to_owned(),
            Some(SchemaKind::Array { items, .. }) => format!("list of {}", entries(api, items)),
            Some(SchemaKind::Object { .. }) | None => "object".to_owned(),
        },
    }
}

fn entries(api: &Api, items: &Type) -> String {
    match kind(api, items).as_str() {
        "object" => "objects".to_owned(),
        "text" => "texts".to_owned(),
        "integer" => "integers".to_owned(),
        "number" => "numbers".to_owned(),
        "boolean" => "booleans".to_owned(),
        other => other.to_owned(),
    }
}

/// The limits of a value, each as HTML within a line.
pub(crate) fn limits(api: &Api, ty: &Type) -> Vec<String> {
    let schema = match ty {
        Type::Array(_, rules) => return list_limits(*rules),
        Type::Named(name) => api.schema(name),
        _ => None,
    };
    let Some(schema) = schema else { return Vec::new() };
    match &schema.kind {
        SchemaKind::Text { min_length, max_length, pattern, .. } => {
            let mut limits: Vec<String> = range(*min_length, *max_length, "character").into_iter().collect();
            limits.extend(pattern.as_ref().map(|pattern| format!("matches {}", markdown::code(pattern))));
            limits
        }
        SchemaKind::Enum { values } => {
            let values: Vec<String> = values.iter().map(|value| markdown::code(value)).collect();
            vec![if values.len() == 1 {
                format!("is {}", values.concat())
            } else {
                format!("one of {}", values.join(", "))
            }]
        }
        SchemaKind::Array { rules, .. } => list_limits(*rules),
        SchemaKind::Object { min_properties, closed, .. } => {
            let mut limits: Vec<String> = range(*min_properties, None, "member").into_iter().collect();
            limits.extend(closed.then(|| "no member besides these".to_owned()));
            limits
        }
        SchemaKind::Integer { minimum, maximum, multiple_of, .. } => {
            let mut limits = bounds(*minimum, *maximum);
            limits.extend(multiple_of.map(|factor| format!("a multiple of {factor}")));
            limits
        }
        SchemaKind::Number { minimum, maximum } => bounds(*minimum, *maximum),
        SchemaKind::Uuid | SchemaKind::DateTime | SchemaKind::Boolean => Vec::new(),
    }
}

fn list_limits(rules: ArrayRules) -> Vec<String> {
    let mut limits: Vec<String> = range(rules.min_items, rules.max_items, "entry").into_iter().collect();
    limits.extend(rules.unique.then(|| "all entries different".to_owned()));
    limits
}

fn bounds<N: std::fmt::Display>(minimum: Option<(N, bool)>, maximum: Option<(N, bool)>) -> Vec<String> {
    let bound = |bound: Option<(N, bool)>, exclusive: &str, inclusive: &str| {
        bound.map(|(number, is_exclusive)| {
            format!("{} {number}", if is_exclusive { exclusive } else { inclusive })
        })
    };
    [bound(minimum, "greater than", "at least"), bound(maximum, "less than", "at most")]
        .into_iter()
        .flatten()
        .collect()
}

fn range(least: Option<u64>, most: Option<u64>, what: &str) -> Option<String> {
    let plural = |count: u64| match (count, what) {
        (1, what) => what.to_owned(),
        (_, "entry") => "entries".to_owned(),
        (_, what) => format!("{what}s"),
    };
    match (least.filter(|least| *least > 0), most) {
        (Some(least), Some(most)) if least == most => Some(format!("exactly {least} {}", plural(least))),
        (Some(least), Some(most)) => Some(format!("{least} to {most} {}", plural(most))),
        (Some(least), None) => Some(format!("at least {least} {}", plural(least))),
        (None, Some(most)) => Some(format!("at most {most} {}", plural(most))),
        (None, None) => None,
    }
}
