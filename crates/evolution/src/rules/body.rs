//! Bodies: of requests, and the media types of both directions.

use super::{parameter, schema};
use crate::{
    comparison::Comparison,
    hurt::{Hurt, Travel},
    place::{At, Pair, Part},
};

/// `requestBody` of an operation.
pub(super) fn of_operation<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    match part {
        Part::Kept(pair) => c.through(pair, request),
        Part::Came(at) => {
            let mut hurt = Hurt::nobody().servers("a server refuses the body that clients send from now on");
            if at.resolved(&c.new).is_some_and(|body| body.is("required")) {
                hurt = hurt.clients("a client that sends none is refused");
            }
            c.hurt(part, "the request has a body now", &hurt);
        }
        Part::Gone(at) => {
            let mut hurt = Hurt::nobody().clients("a client that sends one is refused");
            if at.resolved(&c.old).is_some_and(|body| body.is("required")) {
                hurt = hurt.servers("a server refuses clients that send none any more");
            }
            c.hurt(part, "the request has no body any more", &hurt);
        }
    }
}

/// Compares the body of a request.
pub(super) fn request<'d>(c: &mut Comparison<'d>, pair: &Pair<'d>) {
    for (name, part) in c.members(pair) {
        match name.as_str() {
            "description" => c.words(&part),
            "required" => parameter::required(c, &part, pair),
            "content" => content(c, &part, Travel::REQUEST),
            _ => c.unclassified(&part),
        }
    }
}

/// Compares the media types of a body.
pub(super) fn content<'d>(c: &mut Comparison<'d>, part: &Part<'d>, travel: Travel) {
    let is_empty = |side: Option<&At<'d>>| side.is_none_or(|side| side.members().next().is_none());
    if travel == Travel::RESPONSE && is_empty(part.before()) != is_empty(part.after()) {
        let (what, hurt) = if is_empty(part.before()) {
            let hurt = Hurt::nobody()
                .clients("a client that expects no body takes the answer for another")
                .servers("a server sends none yet");
            ("the answer has a body now", hurt)
        } else {
            let hurt = Hurt::nobody()
                .clients("a client that reads it finds none")
                .servers("a server that sends one breaks the contract");
            ("the answer has no body any more", hurt)
        };
        return c.hurt(part, what, &hurt);
    }
    for (media_type, part) in c.members_of_part(part) {
        let what = part.fate(&format!("the media type `{media_type}`"));
        match &part {
            Part::Kept(pair) => media(c, pair, travel),
            Part::Came(_) if travel.request => {
                c.hurt(
                    &part,
                    &what,
                    &Hurt::nobody().servers("a server refuses clients that send it from now on"),
                );
            }
            Part::Came(_) => {
                c.hurt(&part, &what, &Hurt::nobody().clients("a client cannot read it"));
            }
            Part::Gone(_) if travel.request => {
                c.hurt(&part, &what, &Hurt::nobody().clients("a client that sends it is refused"));
            }
            Part::Gone(_) => {
                let hurt = Hurt::nobody()
                    .clients("a client that asks for it does not get it")
                    .servers("a server that answers with it breaks the contract");
                c.hurt(&part, &what, &hurt);
            }
        }
    }
}

fn media<'d>(c: &mut Comparison<'d>, pair: &Pair<'d>, travel: Travel) {
    for (name, part) in c.members(pair) {
        match (name.as_str(), part) {
            ("example" | "examples", part) => c.words(&part),
            ("schema", Part::Kept(pair)) => schema::compare(c, &pair, travel),
            (_, part) => c.unclassified(&part),
        }
    }
}
