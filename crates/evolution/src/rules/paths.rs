//! `paths`: which operations belong together, and which are gone or new.
//!
//! An operation is known by its method and its route, in which names of parameters do not count; one that has moved, by
//! its `operationId`.

use super::{operation, parameter, server};
use crate::{
    change::Class,
    comparison::Comparison,
    hurt::Hurt,
    place::{At, Pair, Part},
    site::{METHODS, Site, sites},
};
use std::collections::HashSet;

pub(super) fn compare<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    let Part::Kept(pair) = part else { return c.unclassified(part) };
    strangers(c, pair);
    let old = sites(&pair.old);
    let mut new = sites(&pair.new);
    let mut pairs = Vec::new();
    let mut gone = Vec::new();
    for site in old {
        match take(&mut new, |other| {
            other.method == site.method && route(other.template) == route(site.template)
        }) {
            Some(other) => pairs.push((site, other)),
            None => gone.push(site),
        }
    }
    for site in gone {
        let id = site.operation.text("operationId");
        match take(&mut new, |other| id.is_some() && other.operation.text("operationId") == id) {
            Some(other) => {
                moved(c, &site, &other);
                pairs.push((site, other));
            }
            None => removed(c, site),
        }
    }
    for site in new {
        added(c, site);
    }
    let mut seen = HashSet::new();
    for (old, new) in pairs {
        if seen.insert((old.template, new.template)) {
            path(c, &old, &new);
        }
        let operation = Pair { old: old.operation, new: new.operation };
        operation::compare(c, &operation, old.template, new.template);
    }
    // A path that has lost or won its last operation is in no pair, and may still say something else than before.
    for (name, part) in c.members(pair) {
        match part {
            Part::Kept(pair)
                if is_path(&name, [&pair.old, &pair.new].into_iter())
                    && !seen.contains(&(&*name, &*name)) =>
            {
                besides(c, &pair);
            }
            _ => {}
        }
    }
}

/// Members of `paths` that are no paths, and paths without an operation: nothing below looks at them.
fn strangers<'d>(c: &mut Comparison<'d>, pair: &Pair<'d>) {
    for (name, part) in c.members(pair) {
        if !is_path(&name, [part.before(), part.after()].into_iter().flatten()) {
            c.unclassified(&part);
        }
    }
}

/// Whether a member of `paths` is a path, and has an operation in one of these contracts.
fn is_path<'a, 'd: 'a>(name: &str, mut its: impl Iterator<Item = &'a At<'d>>) -> bool {
    name.starts_with('/') && its.any(|at| METHODS.iter().any(|method| at.get(method).is_some()))
}

fn take<'d>(sites: &mut Vec<Site<'d>>, fits: impl Fn(&Site<'d>) -> bool) -> Option<Site<'d>> {
    sites.iter().position(fits).map(|index| sites.remove(index))
}

/// A template in which the names of parameters do not show.
fn route(template: &str) -> Vec<&str> {
    template
        .split('/')
        .map(|segment| if parameter::of_segment(segment).is_some() { "{}" } else { segment })
        .collect()
}

/// An operation as sentences name it.
fn named(site: &Site<'_>) -> String {
    let id = site.operation.text("operationId").map_or_else(String::new, |id| format!("`{id}`, "));
    format!("the operation {id}`{} {}`,", site.method.to_uppercase(), site.template)
}

fn removed<'d>(c: &mut Comparison<'d>, site: Site<'d>) {
    let what = format!("{} is gone", named(&site));
    let hurt = Hurt::nobody()
        .clients("a client that calls it finds nothing")
        .servers("a server in Rust that implements it no longer compiles");
    c.hurt(&Part::Gone(site.operation), &what, &hurt);
}

fn added<'d>(c: &mut Comparison<'d>, site: Site<'d>) {
    let what = format!("{} is new", named(&site));
    let hurt = Hurt::nobody().servers(
        "a server does not offer it yet, and one in Rust does not compile until it implements the new method",
    );
    c.hurt(&Part::Came(site.operation), &what, &hurt);
}

fn moved<'d>(c: &mut Comparison<'d>, old: &Site<'d>, new: &Site<'d>) {
    let what = format!("{} moves to `{} {}`", named(old), new.method.to_uppercase(), new.template);
    let hurt = Hurt::nobody()
        .clients("a client that calls it finds nothing")
        .servers("a server does not offer it at its new place");
    c.hurt(&Pair { old: old.operation.clone(), new: new.operation.clone() }.into(), &what, &hurt);
}

/// The name of a path, and what it says besides its operations.
fn path<'d>(c: &mut Comparison<'d>, old: &Site<'d>, new: &Site<'d>) {
    let pair = Pair { old: old.path.clone(), new: new.path.clone() };
    if old.template != new.template && route(old.template) == route(new.template) {
        let sentence = format!(
            "`{}` is written `{}` now, with other names for its parameters: on the wire nothing changes, but servers in Rust, and \
             whoever else goes by the names, no longer find them.",
            old.template, new.template
        );
        c.report(&pair.clone().into(), Class::Both, sentence);
    }
    besides(c, &pair);
}

/// What a path says besides its operations and its name.
fn besides<'d>(c: &mut Comparison<'d>, pair: &Pair<'d>) {
    for (name, part) in c.members(pair) {
        match name.as_str() {
            "servers" => server::list(c, &part),
            "summary" | "description" => c.words(&part),
            name if METHODS.contains(&name) => {}
            _ => c.unclassified(&part),
        }
    }
}
