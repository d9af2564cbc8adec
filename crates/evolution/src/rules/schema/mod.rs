//! Schemas: which values a place may have, and which way they travel.
//!
//! Fewer values in a request hurt clients, more hurt servers; in an answer it is the other way round.

mod choices;
mod limit;
mod object;

use super::quoted;
use crate::{
    comparison::Comparison,
    hurt::{Hurt, Travel, Values},
    place::{At, Pair, Part},
};

/// Compares two schemas at one place.
pub(super) fn compare<'d>(c: &mut Comparison<'d>, pair: &Pair<'d>, travel: Travel) {
    match (pair.old.text("$ref"), pair.new.text("$ref")) {
        (None, None) => keywords(c, pair, travel),
        (Some(old), Some(new)) if old == new => c.unclassified(&pair.clone().into()),
        // The schema's new name is told where the schema stands.
        (Some(old), Some(new)) if c.renames.is_same_reference(old, new) => {}
        (old, new) => {
            let name = |reference: Option<&str>| match reference {
                Some(reference) => format!("`{}`", reference.rsplit('/').next().unwrap_or(reference)),
                None => "a schema written in place".to_owned(),
            };
            let what = format!("the type here is {} instead of {}", name(new), name(old));
            other_type(c, &pair.clone().into(), &what, travel);
        }
    }
}

fn keywords<'d>(c: &mut Comparison<'d>, pair: &Pair<'d>, travel: Travel) {
    for (name, part) in c.members(pair) {
        match name.as_str() {
            "description" | "example" => c.words(&part),
            "deprecated" => c.deprecated(&part),
            "type" => other_type(c, &part, "the type changes", travel),
            "format" => other_type(c, &part, &part.fate("the format"), travel),
            "nullable" => {
                let what = ["`null` is allowed now", "`null` is no longer allowed"];
                switch(c, &part, what, Switch { missing: false, on: Values::More }, travel);
            }
            "uniqueItems" => {
                let what = ["items may no longer be repeated", "items may be repeated now"];
                switch(c, &part, what, Switch { missing: false, on: Values::Fewer }, travel);
            }
            "exclusiveMinimum" | "exclusiveMaximum" => {
                let what = ["the limit itself is no longer allowed", "the limit itself is allowed now"];
                switch(c, &part, what, Switch { missing: false, on: Values::Fewer }, travel);
            }
            "enum" => choices::compare(c, &part, travel),
            "pattern" => pattern(c, &part, travel),
            "multipleOf" => limit::multiple(c, &part, travel),
            "items" => match part {
                Part::Kept(pair) => compare(c, &pair, travel),
                part => c.unclassified(&part),
            },
            "properties" => object::properties(c, &part, pair, travel),
            "required" => object::required(c, &part, pair, travel),
            "additionalProperties" => object::additional(c, &part, travel),
            name => match limit::of(name) {
                Some(limit) => limit::compare(c, &part, limit, travel),
                None => c.unclassified(&part),
            },
        }
    }
}

/// Another kind of value, and in Rust another type.
fn other_type<'d>(c: &mut Comparison<'d>, part: &Part<'d>, what: &str, travel: Travel) {
    let mut hurt = Hurt::by(Values::Others, travel);
    if travel != Travel::BOTH {
        let rust = "in Rust it is another type";
        hurt = hurt.clients(rust).servers(rust);
    }
    c.hurt(part, what, &hurt);
}

/// A keyword that is `true` or `false`.
#[derive(Clone, Copy)]
struct Switch {
    /// What it is where it is missing.
    missing: bool,
    /// What becomes of the values when it is turned on.
    on: Values,
}

/// Compares a switch; the two clauses say what it means that it was turned on, and off.
fn switch<'d>(c: &mut Comparison<'d>, part: &Part<'d>, what: [&str; 2], switch: Switch, travel: Travel) {
    let state = |side: Option<&At<'d>>| side.map_or(Some(switch.missing), |at| at.value.as_bool());
    let (Some(old), Some(new)) = (state(part.before()), state(part.after())) else {
        return c.unclassified(part);
    };
    if old == new {
        return c.same(part);
    }
    let values = match (new, switch.on) {
        (true, values) => values,
        (false, Values::More) => Values::Fewer,
        (false, _) => Values::More,
    };
    let [on, off] = what;
    c.hurt(part, if new { on } else { off }, &Hurt::by(values, travel));
}

/// Whether one expression matches all that another does cannot be told in general, so nothing is claimed.
fn pattern<'d>(c: &mut Comparison<'d>, part: &Part<'d>, travel: Travel) {
    match part {
        Part::Came(at) => {
            let what = format!("the pattern {} is new", quoted(at.value));
            c.hurt(part, &what, &Hurt::by(Values::Fewer, travel));
        }
        Part::Gone(at) => {
            let what = format!("the pattern {} is gone", quoted(at.value));
            c.hurt(part, &what, &Hurt::by(Values::More, travel));
        }
        Part::Kept(pair) => {
            let what = format!(
                "the pattern changes from {} to {}, and patterns cannot be compared, so it may allow more and less",
                quoted(pair.old.value),
                quoted(pair.new.value)
            );
            c.hurt(part, &what, &Hurt::by(Values::Others, travel));
        }
    }
}
