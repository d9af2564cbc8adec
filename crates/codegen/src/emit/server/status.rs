//! Registered status codes by name: how a documented status is called in Rust.

use crate::emit::names;
use proc_macro2::Ident;

/// The variant of an answer with this status: `NotFound`.
pub(super) fn variant(status: u16) -> Ident {
    names::camel(&reason(status))
}

/// The constructor of an answer with this status: `not_found`.
pub(super) fn constructor(status: u16) -> Ident {
    names::snake(&reason(status))
}

/// The registered reason phrase; `status 499` for one that is not registered.
fn reason(status: u16) -> String {
    let phrase = match status {
        200 => "ok",
        201 => "created",
        202 => "accepted",
        203 => "non-authoritative information",
        204 => "no content",
        205 => "reset content",
        206 => "partial content",
        207 => "multi-status",
        208 => "already reported",
        226 => "im used",
        400 => "bad request",
        401 => "unauthorized",
        402 => "payment required",
        403 => "forbidden",
        404 => "not found",
        405 => "method not allowed",
        406 => "not acceptable",
        407 => "proxy authentication required",
        408 => "request timeout",
        409 => "conflict",
        410 => "gone",
        411 => "length required",
        412 => "precondition failed",
        413 => "content too large",
        414 => "uri too long",
        415 => "unsupported media type",
        416 => "range not satisfiable",
        417 => "expectation failed",
        421 => "misdirected request",
        422 => "unprocessable content",
        423 => "locked",
        424 => "failed dependency",
        425 => "too early",
        426 => "upgrade required",
        428 => "precondition required",
        429 => "too many requests",
        431 => "request header fields too large",
        451 => "unavailable for legal reasons",
        500 => "internal server error",
        501 => "not implemented",
        502 => "bad gateway",
        503 => "service unavailable",
        504 => "gateway timeout",
        505 => "http version not supported",
        506 => "variant also negotiates",
        507 => "insufficient storage",
        508 => "loop detected",
        510 => "not extended",
        511 => "network authentication required",
        other => return format!("status {other}"),
    };
    phrase.to_owned()
}
