//! The document's own members.

use super::{components, paths, security, server};
use crate::{
    change::Class,
    comparison::Comparison,
    place::{Pair, Part},
};

/// Compares two whole documents.
pub(crate) fn compare(c: &mut Comparison<'_>) {
    let pair = Pair { old: c.old.clone(), new: c.new.clone() };
    for (name, part) in c.members(&pair) {
        match name.as_str() {
            "openapi" => version_of_openapi(c, &part),
            "info" => info(c, &part),
            "servers" => server::list(c, &part),
            "tags" => tags(c, &part),
            "security" => security::of_document(c, &part),
            "paths" => paths::compare(c, &part),
            "components" => components::compare(c, &part),
            _ => c.unclassified(&part),
        }
    }
}

/// Within 3.0 the same words mean the same.
fn version_of_openapi<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    let is_3_0 = |at: &crate::place::At<'_>| at.value.as_str().is_some_and(|text| text.starts_with("3.0."));
    if part.before().is_some_and(is_3_0) && part.after().is_some_and(is_3_0) {
        let sentence = "the version of OpenAPI changes within 3.0: the words mean what they meant.";
        c.report(part, Class::Documentation, sentence.to_owned());
    } else {
        c.unclassified(part);
    }
}

fn info<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    for (name, part) in c.members_of_part(part) {
        match name.as_str() {
            "version" => {
                let sentence =
                    "the version of the contract changes: it only says what the other changes are.";
                c.report(&part, Class::Documentation, sentence.to_owned());
            }
            "title" | "description" | "termsOfService" | "contact" | "license" => c.words(&part),
            _ => c.unclassified(&part),
        }
    }
}

/// Tags group operations for people.
fn tags<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    let key = |at: &crate::place::At<'d>| at.text("name").map(str::to_owned);
    let Some(items) = c.items(part, key, key) else { return };
    if items.reordered {
        c.words(part);
    }
    for (_, tag) in items.differing {
        let Part::Kept(pair) = &tag else {
            c.words(&tag);
            continue;
        };
        for (name, part) in c.members(pair) {
            match name.as_str() {
                "description" => c.words(&part),
                _ => c.unclassified(&part),
            }
        }
    }
}
