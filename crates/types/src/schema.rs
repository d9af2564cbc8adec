//! The JSON Schema (2020-12) of every type, for utoipa and schemars alike.
//!
//! Generated types describe themselves here, by way of the constants that their checks use and the types of their own
//! fields. The derive macros of the two crates cannot: they take literals only, make a field's rustdoc its schema's
//! description, and have no words for `uniqueItems`, for a nullable component, or for an enum that survives values
//! added later.

use crate::nullable::Nullable;
use crate::{DateTime, Uuid};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A type that has a schema.
pub trait Describe {
    /// The schema at a place where the type is used: a reference, if the schema has a name.
    fn describe(schemas: &mut Schemas) -> Schema;
}

/// A type whose schema has a name.
pub trait Component {
    /// The name.
    const NAME: &'static str;

    /// The schema itself.
    fn schema(schemas: &mut Schemas) -> Schema;
}

/// A schema that is being written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema(Map<String, Value>);

impl Schema {
    /// `type`.
    #[must_use]
    pub fn new(ty: &str) -> Self {
        Self::default().with("type", ty)
    }

    /// An array of these items.
    #[must_use]
    pub fn array(items: Self) -> Self {
        Self::new("array").with("items", items)
    }

    /// The same with a keyword more, or with another value of it.
    #[must_use]
    pub fn with(mut self, keyword: &str, value: impl Into<Value>) -> Self {
        self.0.insert(keyword.to_owned(), value.into());
        self
    }

    /// The same with a description.
    #[must_use]
    pub fn description(self, text: &str) -> Self {
        self.with("description", text)
    }

    /// The same without a keyword.
    #[must_use]
    pub fn without(mut self, keyword: &str) -> Self {
        self.0.remove(keyword);
        self
    }

    /// The same with other items.
    #[must_use]
    pub fn map_items(mut self, change: impl FnOnce(Self) -> Self) -> Self {
        if let Some(Value::Object(items)) = self.0.remove("items") {
            self.0.insert("items".to_owned(), change(Self(items)).into());
        }
        self
    }

    /// The same with an example, given as JSON text.
    #[must_use]
    pub fn example(self, json: &str) -> Self {
        let example = serde_json::from_str(json).unwrap_or_else(|_| Value::from(json));
        self.with("examples", vec![example])
    }

    /// The same with an optional member.
    #[must_use]
    pub fn member(mut self, name: &str, schema: Self) -> Self {
        let mut members = match self.0.remove("properties") {
            Some(Value::Object(members)) => members,
            _ => Map::new(),
        };
        members.insert(name.to_owned(), schema.into());
        self.with("properties", members)
    }

    /// The same with a member that must be there.
    #[must_use]
    pub fn required_member(mut self, name: &str, schema: Self) -> Self {
        if let Value::Array(names) = self.0.entry("required").or_insert_with(|| json!([])) {
            names.push(name.into());
        }
        self.member(name, schema)
    }

    /// The same, and `null`. A reference stays as it is: the schema that it names says so itself.
    #[must_use]
    pub fn nullable(mut self) -> Self {
        if let Some(ty) = self.0.get_mut("type") {
            *ty = json!([ty.take(), "null"]);
        }
        if let Some(Value::Array(values)) = self.0.get_mut("enum") {
            values.push(Value::Null);
        }
        self
    }
}

impl From<Schema> for Value {
    fn from(schema: Schema) -> Self {
        Self::Object(schema.0)
    }
}

/// The named schemas that a schema refers to.
#[derive(Debug, Default)]
pub struct Schemas(BTreeMap<&'static str, Schema>);

impl Schemas {
    /// The schema of a field: `schemas.of(|it: &Self| &it.field)`.
    pub fn of<S, T: Describe>(&mut self, _: impl Fn(&S) -> &T) -> Schema {
        T::describe(self)
    }

    /// A reference to a named schema.
    pub fn refer<T: Component>(&mut self) -> Schema {
        if !self.0.contains_key(T::NAME) {
            // Entered before it is written, so that a schema that refers to itself comes to an end.
            self.0.insert(T::NAME, Schema::default());
            let schema = T::schema(self);
            self.0.insert(T::NAME, schema);
        }
        Schema::default().with("$ref", format!("{COMPONENTS}{}", T::NAME))
    }
}

/// Where references lead in an OpenAPI document.
const COMPONENTS: &str = "#/components/schemas/";

impl<T: Describe> Describe for Option<T> {
    fn describe(schemas: &mut Schemas) -> Schema {
        T::describe(schemas)
    }
}

impl<T: Describe> Describe for Nullable<T> {
    fn describe(schemas: &mut Schemas) -> Schema {
        T::describe(schemas).nullable()
    }
}

impl<T: Describe> Describe for Box<T> {
    fn describe(schemas: &mut Schemas) -> Schema {
        T::describe(schemas)
    }
}

impl<T: Describe> Describe for Vec<T> {
    fn describe(schemas: &mut Schemas) -> Schema {
        Schema::array(T::describe(schemas))
    }
}

macro_rules! describe {
    ($($name:ty => $schema:expr,)*) => {
        $(impl Describe for $name {
            fn describe(_: &mut Schemas) -> Schema {
                $schema
            }
        })*
    };
}

describe! {
    bool => Schema::new("boolean"),
    i32 => Schema::new("integer").with("format", "int32"),
    i64 => Schema::new("integer").with("format", "int64"),
    f64 => Schema::new("number"),
    String => Schema::new("string"),
    Uuid => Schema::new("string").with("format", "uuid"),
    DateTime => Schema::new("string").with("format", "date-time"),
}

/// The schema of `T` for utoipa.
#[cfg(feature = "utoipa")]
#[must_use]
pub fn openapi<T: Component>() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    to_openapi(T::schema(&mut Schemas::default()))
}

/// The schema of a field where it stands, for utoipa, with what the field's type cannot say.
#[cfg(feature = "utoipa")]
pub fn openapi_inline<S, T: Describe>(
    field: impl Fn(&S) -> &T,
    adjust: impl FnOnce(Schema) -> Schema,
) -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    to_openapi(adjust(Schemas::default().of(field)))
}

/// The schemas that the schema of `T` refers to, for utoipa: those that `known` does not have yet.
#[cfg(feature = "utoipa")]
pub fn openapi_components<T: Component>(
    known: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>,
) {
    let mut schemas = Schemas::default();
    T::schema(&mut schemas);
    for (name, schema) in schemas.0 {
        if known.iter().all(|(other, _)| other != name) {
            known.push((name.to_owned(), to_openapi(schema)));
        }
    }
}

#[cfg(feature = "utoipa")]
fn to_openapi(schema: Schema) -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    // utoipa reads its own format. What it could not read would be an empty schema, which no comparison with a
    // contract lets pass.
    serde_json::from_value(schema.into()).unwrap_or_else(|_| utoipa::openapi::schema::empty().into())
}

/// The schema of `T` for schemars, and among the generator's definitions all that it refers to.
#[cfg(feature = "schemars")]
pub fn json_schema<T: Component>(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let definitions = format!("#{}/", generator.settings().definitions_path);
    let mut schemas = Schemas::default();
    let root = T::schema(&mut schemas);
    for (name, schema) in schemas.0 {
        let mut schema = Value::from(schema);
        redirect(&mut schema, &definitions);
        generator.definitions_mut().insert(name.to_owned(), schema);
    }
    let mut root = Value::from(root);
    redirect(&mut root, &definitions);
    schemars::Schema::try_from(root).unwrap_or_default()
}

/// Leads references elsewhere than to the components of an OpenAPI document.
#[cfg(feature = "schemars")]
fn redirect(schema: &mut Value, definitions: &str) {
    match schema {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(reference) if name == "$ref" => {
                        *reference = reference.replacen(COMPONENTS, definitions, 1);
                    }
                    _ => redirect(value, definitions),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, definitions)),
        _ => {}
    }
}
