//! One operation: its names, its credentials, what it asks for and what it answers.

use super::{body, extension, parameter, response, security};
use crate::{
    change::Class,
    comparison::Comparison,
    place::{Pair, Part},
};

/// Compares an operation; the templates say which path parameters belong together.
pub(super) fn compare<'d>(
    c: &mut Comparison<'d>,
    pair: &Pair<'d>,
    old_template: &'d str,
    new_template: &'d str,
) {
    for (name, part) in c.members(pair) {
        match name.as_str() {
            "operationId" => identifier(c, &part),
            "summary" | "description" | "tags" => c.words(&part),
            "deprecated" => c.deprecated(&part),
            "parameters" => parameter::list(c, &part, old_template, new_template),
            "requestBody" => body::of_operation(c, &part),
            "responses" => response::list(c, &part),
            "security" => security::of_operation(c, &part),
            "x-iam" => extension::permission(c, &part),
            "x-idempotent" => extension::idempotent(c, &part),
            "x-provider-operation" => extension::provider(c, &part),
            _ => c.unclassified(&part),
        }
    }
}

fn identifier<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    let sentence = "the operation has another name: on the wire nothing changes, but clients and servers in Rust that name its \
                    method no longer compile.";
    c.report(part, Class::Both, sentence.to_owned());
}
