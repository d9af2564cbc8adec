//! The `x-` members of an operation.

use super::quoted;
use crate::{
    comparison::Comparison,
    hurt::Hurt,
    place::{At, Part},
};
use serde_json::Value;

/// `x-idempotent`: a promise to whoever repeats a request.
pub(super) fn idempotent<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    let promised = |side: Option<&At<'d>>| side.is_some_and(|at| *at.value == Value::Bool(true));
    match (promised(part.before()), promised(part.after())) {
        (true, false) => c.hurt(
            part,
            "the operation is no longer idempotent",
            &Hurt::nobody().clients("a client that sends a request again does it twice"),
        ),
        (false, true) => c.hurt(
            part,
            "the operation is idempotent now",
            &Hurt::nobody().servers("a server gets requests again, and must leave what one leaves"),
        ),
        _ => c.unclassified(part),
    }
}

/// `x-provider-operation`: what the provider calls the operation, for those who look it up.
pub(super) fn provider<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    for (name, part) in c.members_of_part(part) {
        match name.as_str() {
            "service" | "name" => c.words(&part),
            _ => c.unclassified(&part),
        }
    }
}

/// `x-iam`: the permission that a caller needs.
pub(super) fn permission<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    let Part::Kept(pair) = part else { return other_permission(c, part, "the permission") };
    for (name, part) in c.members(pair) {
        match name.as_str() {
            "origin" => c.words(&part),
            "action" => other_permission(c, &part, "the action that policies grant"),
            "accessLevel" => other_permission(c, &part, "the class of the action"),
            "resourceType" => resource_type(c, &part),
            "requestConditionKeys" => condition_keys(c, &part),
            _ => c.unclassified(&part),
        }
    }
}

fn resource_type<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    let Part::Kept(pair) = part else { return other_permission(c, part, "the type of the resource") };
    for (name, part) in c.members(pair) {
        match name.as_str() {
            "name" => other_permission(c, &part, "the type of the resource"),
            "required" => other_permission(c, &part, "whether a policy must name the resource"),
            "conditionKeys" => condition_keys(c, &part),
            _ => c.unclassified(&part),
        }
    }
}

fn other_permission<'d>(c: &mut Comparison<'d>, part: &Part<'d>, what: &str) {
    let hurt = Hurt::nobody()
        .clients("a caller whose policies were written for the old one is refused, or let in, by mistake")
        .servers("a server goes on asking for the old one");
    c.hurt(part, &part.fate(what), &hurt);
}

/// What the conditions of a policy may speak of.
fn condition_keys<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    let key = |at: &At<'d>| at.value.as_str().map(str::to_owned);
    let Some(items) = c.items(part, key, key) else { return };
    if items.reordered || items.differing.is_empty() {
        c.words(part);
    }
    for (_, item) in items.differing {
        let key = item.after().or(item.before()).map(|at| quoted(at.value)).unwrap_or_default();
        let hurt = match &item {
            Part::Came(_) => {
                Hurt::nobody().servers("a server does not know it, and misjudges a policy that names it")
            }
            _ => Hurt::nobody().clients("a caller whose policies name it is refused, or let in, by mistake"),
        };
        c.hurt(&item, &item.fate(&format!("the condition key {key}")), &hurt);
    }
}

/// `x-error-code` of a response.
pub(super) fn error_code<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    let what = part.fate("the error code of this status");
    let hurt = match part {
        Part::Came(_) => Hurt::nobody().servers("a server does not send it yet"),
        Part::Gone(_) => Hurt::nobody().clients("a client that acts on it waits for it in vain"),
        Part::Kept(_) => Hurt::nobody()
            .clients("a client that acts on the old code no longer recognises the failure")
            .servers("a server goes on sending the old code"),
    };
    c.hurt(part, &what, &hurt);
}
