//! Credentials: the schemes, and which of them an operation accepts.

use super::schema;
use crate::{
    change::Class,
    comparison::Comparison,
    hurt::{Hurt, Travel},
    place::{At, Pair, Part},
    site::operations,
};
use serde_json::Value;

/// `security` of the document, which counts for the operations that have none of their own.
pub(super) fn of_document<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    let inherits =
        |document: &At<'d>| operations(document).iter().any(|operation| operation.get("security").is_none());
    if inherits(&c.old) || inherits(&c.new) {
        alternatives(c, part);
    } else {
        let sentence =
            "the credentials that count where an operation names none change: every operation names its own.";
        c.report(part, Class::Documentation, sentence.to_owned());
    }
}

/// The credentials of one operation, where its own list differs. Without one, the document's counts.
pub(super) fn of_operation<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    let old = part.before().cloned().or_else(|| c.old.get("security"));
    let new = part.after().cloned().or_else(|| c.new.get("security"));
    match Part::of(old, new) {
        Some(Part::Kept(pair)) if pair.old.value == pair.new.value => {
            let sentence = "the credentials are named in another place: they are the same.";
            c.report(part, Class::Documentation, sentence.to_owned());
        }
        Some(effective) => alternatives(c, &effective),
        None => {}
    }
}

/// Each alternative is enough. None at all, like an empty one, asks for nothing.
fn alternatives<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    let key = |at: &At<'d>| at.value.is_object().then(|| canonical(at.value));
    let Some(items) = c.items(part, key, key) else { return };
    let asks = |side: Option<&At<'d>>| side.is_some_and(|side| side.items().next().is_some());
    let mut hurt = Hurt::nobody();
    let what = match (asks(part.before()), asks(part.after())) {
        (false, true) => {
            hurt = hurt.clients("a client that sends no credential is refused");
            "a credential is asked for"
        }
        (true, false) => {
            hurt = hurt.servers("a server that asks for a credential refuses clients that send none");
            "no credential is asked for any more"
        }
        (false, false) => {
            let sentence = "no credential is asked for, as before: no program acts on it.";
            return c.report(part, Class::Documentation, sentence.to_owned());
        }
        (true, true) => {
            if items.reordered {
                let sentence = "the order of the credentials changes: each of them is enough, as before.";
                c.report(part, Class::Documentation, sentence.to_owned());
            }
            for (_, item) in items.differing {
                let what = item.fate(&named(&item));
                let hurt = match &item {
                    Part::Came(_) => {
                        Hurt::nobody().servers("a server that does not know it refuses clients that use it")
                    }
                    Part::Gone(_) => Hurt::nobody().clients("a client that uses it is refused"),
                    // In another order.
                    Part::Kept(_) => continue,
                };
                c.hurt(&item, &what, &hurt);
            }
            return;
        }
    };
    c.hurt(part, what, &hurt);
}

/// An alternative in words.
fn named(item: &Part<'_>) -> String {
    let schemes = item.after().or(item.before()).into_iter().flat_map(At::members);
    let schemes: Vec<String> = schemes.map(|(name, _)| format!("`{name}`")).collect();
    match schemes.as_slice() {
        [] => "the way without any credential".to_owned(),
        schemes => format!("the credential {}", schemes.join(" with ")),
    }
}

/// The text of a value in which the order of members does not show.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<String> =
                members.iter().map(|(name, value)| format!("{name:?}:{}", canonical(value))).collect();
            members.sort();
            members.join(",")
        }
        other => other.to_string(),
    }
}

/// `components.securitySchemes`.
pub(super) fn schemes<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    for (name, part) in c.members_of_part(part) {
        match &part {
            Part::Kept(pair) => scheme(c, pair),
            Part::Gone(_) if is_accepted(&c.new, &name) => c.unclassified(&part),
            Part::Gone(_) | Part::Came(_) => {
                let what = part.fate(&format!("the credential `{name}`"));
                let sentence = format!("{what}: what it means for anybody is said where it is accepted.");
                c.report(&part, Class::Documentation, sentence);
            }
        }
    }
}

/// Whether a document or one of its operations names a scheme.
fn is_accepted(document: &At<'_>, scheme: &str) -> bool {
    let holders = operations(document).into_iter().chain([document.clone()]);
    let mut lists = holders.filter_map(|holder| holder.get("security"));
    lists.any(|list| list.items().any(|alternative| alternative.get(scheme).is_some()))
}

fn scheme<'d>(c: &mut Comparison<'d>, pair: &Pair<'d>) {
    for (name, part) in c.members(pair) {
        match name.as_str() {
            "description" => c.words(&part),
            "type" | "in" | "name" => elsewhere(c, &part, "the credential travels in another way"),
            "x-credential" => match part.clone() {
                Part::Kept(pair) => credential(c, &pair),
                _ => elsewhere(c, &part, "what the credential is changes"),
            },
            _ => c.unclassified(&part),
        }
    }
}

fn credential<'d>(c: &mut Comparison<'d>, pair: &Pair<'d>) {
    for (name, part) in c.members(pair) {
        match (name.as_str(), part.clone()) {
            ("schema", Part::Kept(pair)) => schema::compare(c, &pair, Travel::REQUEST),
            ("kind" | "algorithm" | "schema", _) => elsewhere(c, &part, "what the credential is changes"),
            _ => c.unclassified(&part),
        }
    }
}

fn elsewhere<'d>(c: &mut Comparison<'d>, part: &Part<'d>, what: &str) {
    let hurt = Hurt::nobody()
        .clients("a client that sends it as before is refused")
        .servers("a server looks for it as before and finds none");
    c.hurt(part, what, &hurt);
}
