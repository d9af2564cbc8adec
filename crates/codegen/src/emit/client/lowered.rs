//! The document that progenitor reads: made from the lowered contract, never the contract's own text.
//!
//! It says only what progenitor can keep. Every shared type is a placeholder that progenitor replaces by ours, so no
//! constraint passes through it; descriptions, security and wire names are missing, because the passes in
//! [`fixups`](super::fixups) write them from the contract itself.

use super::arguments::{self, Argument};
use crate::ir::{Api, IntegerFormat, Location, Operation, Response, Segment, Type};
use openapiv3::OpenAPI;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A document for progenitor, and what it shall put in the place of each component schema.
pub(super) struct Lowered {
    /// The document, OpenAPI 3.0.
    pub(super) document: OpenAPI,
    /// Component name and Rust path. Names survive progenitor's change of case unchanged.
    pub(super) replacements: Vec<(String, String)>,
}

const UUID: &str = "InlineUuid";
const DATE_TIME: &str = "InlineDateTime";

/// Lowers a contract. `types` is the Rust path of the shared types, as the generated methods see it.
///
/// # Errors
/// The document is not one that the model of OpenAPI accepts; that is a defect of this module.
pub(super) fn lower(api: &Api, types: &str) -> Result<Lowered, String> {
    let mut lowering = Lowering { api, placeholders: BTreeMap::new() };
    let mut paths = Map::new();
    for operation in &api.operations {
        let arguments = arguments::of(operation);
        let path = paths.entry(path(operation, &arguments)).or_insert_with(|| json!({}));
        path[operation.method.as_str().to_lowercase()] = lowering.operation(operation, &arguments)?;
    }
    let schemas = lowering.placeholders.into_iter();
    let mut replacements: Vec<(String, String)> =
        schemas.map(|(name, placeholder)| (placeholder, format!("{types}::{name}"))).collect();
    replacements.push((UUID.to_owned(), "::untag_types::Uuid".to_owned()));
    replacements.push((DATE_TIME.to_owned(), "::untag_types::DateTime".to_owned()));
    let schemas: Map<String, Value> =
        replacements.iter().map(|(name, _)| (name.clone(), json!({ "type": "object" }))).collect();
    let document = serde_json::from_value(json!({
        "openapi": "3.0.3",
        "info": { "title": "lowered", "version": "0" },
        "paths": paths,
        "components": { "schemas": schemas },
    }))
    .map_err(|error| format!("the lowered contract is no OpenAPI document: {error}"))?;
    Ok(Lowered { document, replacements })
}

/// The path template, with the names that the method's arguments will have.
fn path(operation: &Operation, arguments: &[Argument<'_>]) -> String {
    let mut path = String::new();
    for segment in &operation.segments {
        path.push('/');
        match segment {
            Segment::Literal(text) => path.push_str(text),
            Segment::Parameter(name) => {
                let argument = arguments.iter().find(|it| it.is_path() && it.parameter.name == *name);
                path.push('{');
                path.push_str(argument.map_or(name, |argument| &argument.name));
                path.push('}');
            }
        }
    }
    path
}

struct Lowering<'a> {
    api: &'a Api,
    /// The component that stands for each schema that operations name; progenitor need not know of the others. A number
    /// keeps schemas apart whose names progenitor would write alike.
    placeholders: BTreeMap<&'a str, String>,
}

impl<'a> Lowering<'a> {
    fn operation(&mut self, operation: &'a Operation, arguments: &[Argument<'a>]) -> Result<Value, String> {
        let parameters = arguments
            .iter()
            .map(|argument| self.parameter(argument))
            .collect::<Result<Vec<Value>, String>>()?;
        let responses = operation
            .responses
            .iter()
            .map(|response| Ok((response.status.to_string(), self.response(response)?)))
            .collect::<Result<Map<String, Value>, String>>()?;
        let mut lowered = json!({
            "operationId": operation.id,
            "parameters": parameters,
            "responses": responses,
        });
        if let Some(body) = &operation.body {
            lowered["requestBody"] = json!({
                "required": true,
                "content": { "application/json": { "schema": self.schema(&body.ty)? } },
            });
        }
        Ok(lowered)
    }

    fn parameter(&mut self, argument: &Argument<'a>) -> Result<Value, String> {
        let Argument { name, parameter } = argument;
        let location = match parameter.location {
            Location::Path => "path",
            Location::Query => "query",
            Location::Header => "header",
        };
        Ok(json!({
            "name": name,
            "in": location,
            "required": parameter.required,
            "schema": self.schema(&parameter.ty)?,
        }))
    }

    fn response(&mut self, response: &'a Response) -> Result<Value, String> {
        let mut lowered = json!({ "description": "" });
        if let Some(body) = &response.body {
            lowered["content"] = json!({ "application/json": { "schema": self.schema(body)? } });
        }
        Ok(lowered)
    }

    fn schema(&mut self, ty: &'a Type) -> Result<Value, String> {
        let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        Ok(match ty {
            Type::Named(name) if self.api.schema(name).is_none() => {
                return Err(format!(
                    "the lowered contract refers to a schema `{name}` that it does not have"
                ));
            }
            Type::Named(name) => {
                let number = self.placeholders.len();
                reference(self.placeholders.entry(name).or_insert_with(|| format!("Schema{number}")))
            }
            Type::Uuid => reference(UUID),
            Type::DateTime => reference(DATE_TIME),
            Type::String => json!({ "type": "string" }),
            Type::Integer(IntegerFormat::Int32) => json!({ "type": "integer", "format": "int32" }),
            Type::Integer(IntegerFormat::Int64 | IntegerFormat::Unstated) => {
                json!({ "type": "integer", "format": "int64" })
            }
            Type::Number => json!({ "type": "number" }),
            Type::Boolean => json!({ "type": "boolean" }),
            // The rules of an inline array are the server's to check: a client that knows them cannot express them in `Vec`.
            Type::Array(items, _) => json!({ "type": "array", "items": self.schema(items)? }),
        })
    }
}
