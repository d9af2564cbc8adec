//! Objects: which members they have, which of them must be there, and whether there may be others.
//!
//! An object without `additionalProperties: false` has promised that more members may come, so a client survives a new
//! one in an answer. A closed one has promised that none will.

use super::{Switch, compare, switch};
use crate::{
    change::Class,
    comparison::Comparison,
    hurt::{Hurt, Travel, Values},
    place::{At, Pair, Part},
};

/// `properties`.
pub(super) fn properties<'d>(c: &mut Comparison<'d>, part: &Part<'d>, schema: &Pair<'d>, travel: Travel) {
    for (name, part) in c.members_of_part(part) {
        match part {
            Part::Kept(pair) => compare(c, &pair, travel),
            Part::Came(_) => came(c, &part, &name, schema, travel),
            Part::Gone(_) => gone(c, &part, &name, schema, travel),
        }
    }
    order(c, part, schema);
}

fn came<'d>(c: &mut Comparison<'d>, part: &Part<'d>, name: &str, schema: &Pair<'d>, travel: Travel) {
    let must = requires(&schema.new, name);
    let mut hurt = Hurt::nobody();
    if travel.request {
        hurt = hurt.servers("a server refuses or ignores what clients send in it from now on");
        if must {
            hurt = hurt.clients("a client that does not send it is refused");
        } else if !is_closed(&schema.old) {
            hurt = hurt.clients("a client that has sent something else by this name is refused");
        }
    }
    if travel.response {
        if must {
            hurt = hurt.servers("a server does not send it yet");
        }
        if is_closed(&schema.old) {
            hurt = hurt.clients("a client was told that no other member comes");
        }
    }
    c.hurt(
        part,
        &format!("the {} member `{name}` is new", if must { "required" } else { "optional" }),
        &hurt,
    );
}

fn gone<'d>(c: &mut Comparison<'d>, part: &Part<'d>, name: &str, schema: &Pair<'d>, travel: Travel) {
    let must = requires(&schema.old, name);
    let mut hurt = Hurt::nobody();
    if travel.request {
        hurt = hurt.clients("a client that sends it is refused or ignored");
        if must {
            hurt = hurt.servers("a server refuses clients that no longer send it");
        }
    }
    if travel.response {
        hurt = hurt.clients("a client that reads it waits for it in vain");
        if is_closed(&schema.new) {
            hurt = hurt.servers("a server that sends it breaks the contract");
        }
    }
    c.hurt(
        part,
        &format!("the {} member `{name}` is gone", if must { "required" } else { "optional" }),
        &hurt,
    );
}

/// The order of members means nothing on the wire; in Rust, a value is made from its required members in this order.
fn order<'d>(c: &mut Comparison<'d>, part: &Part<'d>, schema: &Pair<'d>) {
    let Part::Kept(pair) = part else { return };
    let names = |own: &At<'d>, other: &At<'d>, only_required: bool| -> Vec<&'d str> {
        let both = |name: &str| requires(&schema.old, name) && requires(&schema.new, name);
        let names = own.members().map(|(name, _)| name).filter(|name| other.get(name).is_some());
        names.filter(|name| !only_required || both(name)).collect()
    };
    let changes = |only_required| {
        names(&pair.old, &pair.new, only_required) != names(&pair.new, &pair.old, only_required)
    };
    if changes(true) {
        let why = "a program in Rust that makes such a value passes its required members in this order";
        c.hurt(part, "the order of required members changes", &Hurt::nobody().clients(why).servers(why));
    } else if changes(false) {
        let sentence = "the order of the members changes: it means nothing.";
        c.report(part, Class::Documentation, sentence.to_owned());
    }
}

/// `required`.
pub(super) fn required<'d>(c: &mut Comparison<'d>, part: &Part<'d>, schema: &Pair<'d>, travel: Travel) {
    let key = |at: &At<'d>| at.value.as_str().map(str::to_owned);
    let Some(items) = c.items(part, key, key) else { return };
    if items.reordered || items.differing.is_empty() {
        let sentence = "the order of the required members in this list changes: it means nothing.";
        c.report(part, Class::Documentation, sentence.to_owned());
    }
    let has =
        |at: &At<'d>, name: &str| at.get("properties").is_some_and(|members| members.get(name).is_some());
    for (name, item) in items.differing {
        match &item {
            // A member that comes or goes has told of it.
            Part::Came(_) if has(&schema.new, &name) && !has(&schema.old, &name) => {}
            Part::Gone(_) if has(&schema.old, &name) && !has(&schema.new, &name) => {}
            Part::Came(_) => {
                c.hurt(
                    &item,
                    &format!("the member `{name}` is required now"),
                    &Hurt::by(Values::Fewer, travel),
                );
            }
            _ => {
                let what = format!("the member `{name}` may be left out now");
                c.hurt(&item, &what, &Hurt::by(Values::More, travel));
            }
        }
    }
}

/// `additionalProperties`: `true` where it is missing.
pub(super) fn additional<'d>(c: &mut Comparison<'d>, part: &Part<'d>, travel: Travel) {
    let what =
        ["members that are not listed are allowed now", "members that are not listed are no longer allowed"];
    switch(c, part, what, Switch { missing: true, on: Values::More }, travel);
}

fn is_closed(schema: &At<'_>) -> bool {
    schema.get("additionalProperties").is_some_and(|at| *at.value == false)
}

fn requires(schema: &At<'_>, name: &str) -> bool {
    schema.get("required").is_some_and(|list| list.items().any(|item| item.value == name))
}
