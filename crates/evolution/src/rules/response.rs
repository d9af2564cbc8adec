//! Responses: which statuses an operation answers, and what is in each answer.

use super::{body, extension, schema};
use crate::{
    comparison::Comparison,
    hurt::{Hurt, Travel},
    place::{Pair, Part},
};

/// The responses of an operation.
pub(super) fn list<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    for (status, part) in c.members_of_part(part) {
        match &part {
            Part::Kept(pair) => c.through(pair, compare),
            Part::Came(_) => {
                let why = if status.starts_with('2') {
                    "a client takes a success that it does not know for a failure"
                } else {
                    "a client does not know what it means, and finds no place for its body"
                };
                c.hurt(&part, &format!("the status {status} is new"), &Hurt::nobody().clients(why));
            }
            Part::Gone(_) => {
                let why = "a server that answers it breaks the contract, and one in Rust no longer compiles";
                c.hurt(&part, &format!("the status {status} is gone"), &Hurt::nobody().servers(why));
            }
        }
    }
}

/// Compares one response.
pub(super) fn compare<'d>(c: &mut Comparison<'d>, pair: &Pair<'d>) {
    for (name, part) in c.members(pair) {
        match name.as_str() {
            "description" => c.words(&part),
            "headers" => headers(c, &part),
            "content" => body::content(c, &part, Travel::RESPONSE),
            "x-error-code" => extension::error_code(c, &part),
            _ => c.unclassified(&part),
        }
    }
}

fn headers<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    for (name, part) in c.members_of_part(part) {
        let what = part.fate(&format!("the header `{name}` of the answer"));
        match &part {
            Part::Kept(pair) => c.through(pair, header),
            Part::Came(_) => c.hurt(&part, &what, &Hurt::nobody().servers("a server does not send it yet")),
            Part::Gone(_) => {
                c.hurt(&part, &what, &Hurt::nobody().clients("a client that reads it waits for it in vain"));
            }
        }
    }
}

/// Compares one header of a response.
pub(super) fn header<'d>(c: &mut Comparison<'d>, pair: &Pair<'d>) {
    for (name, part) in c.members(pair) {
        match (name.as_str(), part) {
            ("description" | "example" | "examples", part) => c.words(&part),
            ("deprecated", part) => c.deprecated(&part),
            ("schema", Part::Kept(pair)) => schema::compare(c, &pair, Travel::RESPONSE),
            (_, part) => c.unclassified(&part),
        }
    }
}
