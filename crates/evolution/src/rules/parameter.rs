//! Parameters: matched by where they travel and what they are called, those of a path by their place in it.

use super::schema;
use crate::{
    change::Class,
    comparison::Comparison,
    hurt::{Hurt, Travel, Values},
    place::{At, Pair, Part},
};

/// The parameters of an operation.
pub(super) fn list<'d>(
    c: &mut Comparison<'d>,
    part: &Part<'d>,
    old_template: &'d str,
    new_template: &'d str,
) {
    let (old_document, new_document) = (c.old.clone(), c.new.clone());
    let old_key = |at: &At<'d>| key(&at.resolved(&old_document)?, old_template);
    let new_key = |at: &At<'d>| key(&at.resolved(&new_document)?, new_template);
    let Some(items) = c.items(part, old_key, new_key) else { return };
    if items.reordered {
        // Path parameters are arguments in the order of the path, wherever they are listed.
        let others = |list: Option<&At<'d>>, key: &dyn Fn(&At<'d>) -> Option<String>| -> Vec<String> {
            let keys = list.into_iter().flat_map(At::items).filter_map(|item| key(&item));
            keys.filter(|key| !key.starts_with("path ")).collect()
        };
        let (old, new) = (others(part.before(), &old_key), others(part.after(), &new_key));
        let kept = |keys: &[String], other: &[String]| -> Vec<String> {
            keys.iter().filter(|key| other.contains(key)).cloned().collect()
        };
        if kept(&old, &new) == kept(&new, &old) {
            let sentence = "the order of the parameters changes: it means nothing for those of a path.";
            c.report(part, Class::Documentation, sentence.to_owned());
        } else {
            let hurt = Hurt::nobody().clients("a client in Rust passes them as arguments in this order");
            c.hurt(part, "the order of the parameters changes", &hurt);
        }
    }
    for (_, item) in items.differing {
        match item {
            Part::Kept(pair) => c.through(&pair, compare),
            Part::Came(at) => {
                let parameter = at.resolved(&new_document);
                came(c, at, parameter);
            }
            Part::Gone(at) => {
                let parameter = at.resolved(&old_document);
                gone(c, at, parameter);
            }
        }
    }
}

fn came<'d>(c: &mut Comparison<'d>, at: At<'d>, parameter: Option<At<'d>>) {
    let what = format!("{} is new", named(parameter.as_ref()));
    let mut hurt = Hurt::nobody().servers("a server ignores or refuses what clients send in it from now on");
    if parameter.is_some_and(|parameter| parameter.is("required")) {
        hurt = hurt.clients("a client that does not send it is refused");
    }
    c.hurt(&Part::Came(at), &what, &hurt);
}

fn gone<'d>(c: &mut Comparison<'d>, at: At<'d>, parameter: Option<At<'d>>) {
    let what = format!("{} is gone", named(parameter.as_ref()));
    let mut hurt = Hurt::nobody().clients("a client that sends it is refused or ignored");
    if parameter.is_some_and(|parameter| parameter.is("required")) {
        hurt = hurt.servers("a server refuses clients that no longer send it");
    }
    c.hurt(&Part::Gone(at), &what, &hurt);
}

/// A parameter as sentences name it.
fn named(parameter: Option<&At<'_>>) -> String {
    let text = |name| parameter.and_then(|parameter| parameter.text(name)).unwrap_or("?");
    format!("the {} parameter `{}`", text("in"), text("name"))
}

/// What a parameter is known by.
fn key(parameter: &At<'_>, template: &str) -> Option<String> {
    let (place, name) = (parameter.text("in")?, parameter.text("name")?);
    let name = match place {
        "path" => {
            let mut segments = template.split('/').filter_map(of_segment);
            segments.position(|segment| segment == name)?.to_string()
        }
        "header" => name.to_lowercase(),
        _ => name.to_owned(),
    };
    Some(format!("{place} {name}"))
}

/// The parameter that takes a segment of a path template.
pub(super) fn of_segment(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// Compares one parameter.
pub(super) fn compare<'d>(c: &mut Comparison<'d>, pair: &Pair<'d>) {
    for (name, part) in c.members(pair) {
        match name.as_str() {
            "name" => renamed(c, &part, pair),
            "in" => elsewhere(c, &part, "the parameter travels in another place"),
            "description" | "example" | "examples" => c.words(&part),
            "deprecated" => c.deprecated(&part),
            "required" => required(c, &part, pair),
            "schema" => match part {
                Part::Kept(pair) => schema::compare(c, &pair, Travel::REQUEST),
                part => c.unclassified(&part),
            },
            _ => c.unclassified(&part),
        }
    }
}

fn renamed<'d>(c: &mut Comparison<'d>, part: &Part<'d>, parameter: &Pair<'d>) {
    let name = |at: &At<'d>| at.text("name").unwrap_or_default().to_lowercase();
    match parameter.new.text("in") {
        Some("header") if name(&parameter.old) == name(&parameter.new) => {
            let sentence = "the header is written in other letters: their case means nothing on the wire.";
            c.report(part, Class::Documentation, sentence.to_owned());
        }
        Some("path") => {
            let sentence = "the path parameter has another name: on the wire nothing changes, but servers in Rust, and whoever \
                            else goes by the name, no longer find it.";
            c.report(part, Class::Both, sentence.to_owned());
        }
        _ => elsewhere(c, part, "the parameter has another name"),
    }
}

fn elsewhere<'d>(c: &mut Comparison<'d>, part: &Part<'d>, what: &str) {
    let hurt = Hurt::nobody()
        .clients("a client that sends it as before is refused or ignored")
        .servers("a server looks for it as before and finds nothing");
    c.hurt(part, what, &hurt);
}

/// `required`, of a parameter or of a body; without it, neither has to be there.
pub(super) fn required<'d>(c: &mut Comparison<'d>, part: &Part<'d>, holder: &Pair<'d>) {
    let is_truth = |at: Option<&At<'d>>| at.is_none_or(|at| at.value.is_boolean());
    if !is_truth(part.before()) || !is_truth(part.after()) {
        return c.unclassified(part);
    }
    match (holder.old.is("required"), holder.new.is("required")) {
        (false, true) => {
            c.hurt(part, "this is required now", &Hurt::by(Values::Fewer, Travel::REQUEST));
        }
        (true, false) => {
            c.hurt(part, "this may be left out now", &Hurt::by(Values::More, Travel::REQUEST));
        }
        _ => c.same(part),
    }
}
