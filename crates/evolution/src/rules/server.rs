//! `servers`: where clients find the operations. Whoever runs a server has hosts of their own, so only clients are hurt.

use super::quoted;
use crate::{
    comparison::Comparison,
    hurt::Hurt,
    place::{At, Part},
};

const ELSEWHERE: &str = "a client that takes the address from the contract reaches another one, or none";

/// The servers of the document or of a path.
pub(super) fn list<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    let key = |at: &At<'d>| at.text("url").map(str::to_owned);
    let Some(items) = c.items(part, key, key) else { return };
    if items.reordered {
        c.hurt(part, "the order of the servers changes", &Hurt::nobody().clients(ELSEWHERE));
    }
    for (url, server) in items.differing {
        match &server {
            Part::Gone(_) => c.hurt(
                &server,
                &format!("the server `{url}` is gone"),
                &Hurt::nobody().clients("a client that goes there finds nothing"),
            ),
            // Clients take the first.
            Part::Came(at) if at.pointer.ends_with("/0") => c.hurt(
                &server,
                &format!("the server `{url}` is new, and stands first"),
                &Hurt::nobody().clients(ELSEWHERE),
            ),
            Part::Came(_) => c.hurt(&server, &format!("the server `{url}` is new"), &Hurt::nobody()),
            Part::Kept(pair) => {
                for (name, part) in c.members(pair) {
                    match name.as_str() {
                        "description" => c.words(&part),
                        "variables" => variables(c, &part),
                        _ => c.unclassified(&part),
                    }
                }
            }
        }
    }
}

fn variables<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    for (name, part) in c.members_of_part(part) {
        let Part::Kept(pair) = &part else {
            let what = part.fate(&format!("the variable `{name}` of the address"));
            c.hurt(&part, &what, &Hurt::nobody().clients(ELSEWHERE));
            continue;
        };
        for (member, part) in c.members(pair) {
            match member.as_str() {
                "description" => c.words(&part),
                "default" => {
                    let what = format!("the variable `{name}` of the address has another default");
                    c.hurt(&part, &what, &Hurt::nobody().clients(ELSEWHERE));
                }
                "enum" => choices(c, &name, &part),
                _ => c.unclassified(&part),
            }
        }
    }
}

/// What a variable may be; anything, where nothing is listed.
fn choices<'d>(c: &mut Comparison<'d>, variable: &str, part: &Part<'d>) {
    let fewer = Hurt::nobody().clients("a client that puts in another value finds nothing");
    match part {
        Part::Came(_) => c.hurt(part, &format!("the values of the variable `{variable}` are listed"), &fewer),
        Part::Gone(_) => {
            c.hurt(part, &format!("the variable `{variable}` may have any value"), &Hurt::nobody());
        }
        Part::Kept(_) => {
            let key = |at: &At<'d>| at.value.as_str().map(str::to_owned);
            let Some(items) = c.items(part, key, key) else { return };
            if items.reordered {
                c.words(part);
            }
            for (_, item) in items.differing {
                let value = item.after().or(item.before()).map(|at| quoted(at.value)).unwrap_or_default();
                let what = item.fate(&format!("the value {value} of the variable `{variable}`"));
                let hurt = if item.after().is_some() { Hurt::nobody() } else { fewer.clone() };
                c.hurt(&item, &what, &hurt);
            }
        }
    }
}
