//! Request smuggling: requests that end in another place for one reader than for another, and what is hidden behind.

use crate::scene::{Attack, DESKTOP, NAMED, batch_head, chunk, desktop, run};

const CLOSE: &str = "Connection: close\r\n";

/// The request that is hidden in another, and would remove `hidden`.
fn hidden(token: &str) -> String {
    desktop(token, "hidden", CLOSE)
}

#[test]
fn a_request_with_two_lengths_never_makes_a_second_one_of_its_body() {
    run(|site| {
        let token = &site.token;
        let hidden = hidden(token);
        let end = "0\r\n\r\n";
        let both = |first: &str, second: &str| batch_head(token, &format!("{first}{second}"));
        let length = |text: &str| format!("Content-Length: {}\r\n", text.len());
        let chunked = "Transfer-Encoding: chunked\r\n";
        let whole = format!("{}{end}{hidden}", chunk(NAMED));
        vec![
            // The encoding counts, as the standard has it, and nothing behind it is read.
            Attack::removes(
                "length, then chunked",
                format!("{}{whole}", both(&length(&whole), chunked)),
                &[204],
                &["named"],
            ),
            Attack::removes(
                "chunked, then length",
                format!("{}{whole}", both(chunked, &length(&whole))),
                &[204],
                &["named"],
            ),
            Attack::refused(
                "chunked without content, and a length that hides a request",
                format!("{}{end}{hidden}", both(&length(&format!("{end}{hidden}")), chunked)),
                &[400],
            ),
            Attack::refused(
                "the same in the other order",
                format!("{}{end}{hidden}", both(chunked, &length(&format!("{end}{hidden}")))),
                &[400],
            ),
            Attack::refused(
                "two lengths, the shorter first",
                format!("{}{NAMED}{hidden}", both(&length(NAMED), &length(&format!("{NAMED}{hidden}")))),
                &[400],
            ),
            Attack::refused(
                "two lengths, the longer first",
                format!("{}{NAMED}{hidden}", both(&length(&format!("{NAMED}{hidden}")), &length(NAMED))),
                &[400],
            ),
            Attack::refused(
                "two lengths in a list",
                format!("{}{NAMED}{hidden}", both("Content-Length: 26, 26\r\n", "")),
                &[400],
            ),
        ]
    });
}

#[test]
fn a_length_that_is_no_plain_number_is_refused_and_nothing_behind_it_is_read() {
    run(|site| {
        let token = &site.token;
        let hidden = hidden(token);
        ["+26", "-1", "0x1a", "26.0", "2 6", "26;", "99999999999999999999999", "", "\u{0661}", "26\u{b}"]
            .into_iter()
            .map(|length| {
                let head = batch_head(token, &format!("Content-Length: {length}\r\n"));
                Attack::refused("a length that is no number", format!("{head}{NAMED}{hidden}"), &[400])
            })
            .collect()
    });
}

#[test]
fn another_encoding_than_chunked_is_refused_and_nothing_behind_it_is_read() {
    run(|site| {
        let token = &site.token;
        let whole = format!("{}0\r\n\r\n{}", chunk(NAMED), hidden(token));
        let encodings = [
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: identity, chunked\r\n",
            "Transfer-Encoding: chunked, chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
            "Transfer-Encoding: chunked, identity\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding: chunked;q=1\r\n",
            "Transfer-Encoding: \"chunked\"\r\n",
            "Transfer-Encoding: ,chunked\r\n",
            "Transfer-Encoding:\r\n",
            "Transfer-Encoding : chunked\r\n",
            "Transfer-Encoding: \u{b}chunked\r\n",
            "Transfer-Encoding:\r\n chunked\r\n",
            " Transfer-Encoding: chunked\r\n",
            "X: y\rTransfer-Encoding: chunked\r\n",
        ];
        let mut attacks: Vec<_> = encodings
            .into_iter()
            .map(|lines| {
                // A length besides, for whoever does not see the encoding.
                let length = format!("Content-Length: {}\r\n", whole.len());
                Attack::refused(lines, format!("{}{whole}", batch_head(token, &(length + lines))), &[400])
            })
            .collect();
        let old = batch_head(token, "Transfer-Encoding: chunked\r\n").replacen("HTTP/1.1", "HTTP/1.0", 1);
        attacks.push(Attack::refused("chunked in HTTP/1.0", format!("{old}{whole}"), &[400]));
        // What is no encoding at all: another header, with which nobody else's parser must be fooled either.
        let other = batch_head(token, "Transfer_Encoding: chunked\r\n");
        attacks.push(Attack::refused("an underscore", format!("{other}{CLOSE}"), &[400, 400]));
        attacks
    });
}

#[test]
fn chunks_that_are_not_as_the_standard_has_them_end_the_connection() {
    run(|site| {
        let token = &site.token;
        let head = batch_head(token, "Transfer-Encoding: chunked\r\n");
        let hidden = hidden(token);
        let end = "0\r\n\r\n";
        let long = format!("1a;{}\r\n{NAMED}\r\n{end}", "x".repeat(100_000));
        [
            ("no size", format!("\r\n{NAMED}\r\n{end}")),
            ("a size with a sign", format!("+1a\r\n{NAMED}\r\n{end}")),
            ("a size with a prefix", format!("0x1a\r\n{NAMED}\r\n{end}")),
            ("a size of two words", format!("1 a\r\n{NAMED}\r\n{end}")),
            ("a size beyond 64 bits", format!("1000000000000001a\r\n{NAMED}\r\n{end}")),
            ("a size that is too small", format!("19\r\n{NAMED}\r\n{end}")),
            ("a size that is too large", format!("1b\r\n{NAMED}\r\n{end}")),
            ("a bare line feed after the size", format!("1a\n{NAMED}\r\n{end}")),
            ("a bare line feed after the chunk", format!("1a\r\n{NAMED}\n{end}")),
            ("a bare carriage return after the size", format!("1a\r{NAMED}\r\n{end}")),
            ("a line feed in an extension", format!("1a;x\n\r\n{NAMED}\r\n{end}")),
            ("an extension without end", long),
            ("a NUL in the size", format!("1a\0\r\n{NAMED}\r\n{end}")),
        ]
        .into_iter()
        .map(|(what, body)| Attack::refused(what, format!("{head}{body}{hidden}"), &[400]))
        .collect()
    });
}

#[test]
fn extensions_and_trailers_of_chunks_say_nothing() {
    run(|site| {
        let token = &site.token;
        let head = batch_head(token, "Transfer-Encoding: chunked\r\n");
        let last = desktop(token, "keep", CLOSE).replacen(token, "untag_wrong", 1);
        let extension = format!("{head}1a;a=b;c=\"d\"\r\n{NAMED}\r\n0\r\n\r\n{last}");
        // Trailers are no headers: neither another token nor another length.
        let trailers = "X-Auth-Token: other\r\nContent-Length: 5\r\nTransfer-Encoding: gzip\r\n";
        let trailers = format!("{head}{}0\r\n{trailers}\r\n{last}", chunk(NAMED));
        let nobody = batch_head(
            "untag_wrong",
            "Transfer-Encoding: chunked\r\nTrailer: X-Auth-Token\r\nConnection: close\r\n",
        );
        let raised = format!("{nobody}{}0\r\nX-Auth-Token: {token}\r\n\r\n", chunk(NAMED));
        vec![
            Attack::removes("extensions", extension, &[204, 401], &["named"]),
            Attack::removes("trailers", trailers, &[204, 401], &["named"]),
            Attack::refused("a credential in a trailer", raised, &[401]),
        ]
    });
}

#[test]
fn a_request_in_the_body_of_another_is_not_run() {
    run(|site| {
        let token = &site.token;
        let hidden = hidden(token);
        let length = format!("Content-Length: {}\r\n", hidden.len());
        let expect = format!("{length}Expect: 100-continue\r\n");
        let chunked = "Transfer-Encoding: chunked\r\n";
        let probe = desktop("untag_wrong", "keep", CLOSE);
        let chunks = format!("{}0\r\n\r\n", chunk(&hidden));
        vec![
            // The body is no part of the desktop operation; it is read, refused, and never taken for a request.
            Attack::refused(
                "in a body with a length",
                format!("{}{hidden}{probe}", desktop(token, "named", &length)),
                &[400, 401],
            ),
            Attack::refused(
                "in a chunked body",
                format!("{}{chunks}{probe}", desktop(token, "named", chunked)),
                &[400, 401],
            ),
            Attack::refused(
                "behind Expect",
                format!("{}{hidden}{probe}", desktop(token, "named", &expect)),
                &[400, 401],
            ),
            // Whoever has no credential has its body left alone, and what stands in it has none either.
            Attack::refused(
                "by nobody",
                format!("{}{hidden}{probe}", desktop("", "named", &length)),
                &[401, 401],
            ),
            Attack::refused(
                "by a wrong token",
                format!("{}{hidden}{probe}", desktop("untag_wrong", "named", &length)),
                &[401, 401],
            ),
            Attack::refused(
                "to an unknown path",
                format!(
                    "{}{hidden}",
                    desktop(token, "named", &format!("{length}{CLOSE}")).replacen("/tags/", "/gats/", 1)
                ),
                &[404],
            ),
            Attack::refused(
                "with another method",
                format!(
                    "{}{hidden}",
                    desktop(token, "named", &format!("{length}{CLOSE}")).replacen("DELETE", "POST", 1)
                ),
                &[405],
            ),
            Attack::refused(
                "with GET",
                format!("GET /openapi.yaml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{length}\r\n{hidden}"),
                &[200],
            ),
        ]
    });
}

#[test]
fn a_pipelined_request_has_no_authority_but_its_own() {
    run(|site| {
        let token = &site.token;
        let other = desktop("untag_wrong", "hidden", CLOSE);
        let none = desktop(token, "hidden", CLOSE).replacen(&format!("X-Auth-Token: {token}\r\n"), "", 1);
        let first = desktop(token, "named", "");
        vec![
            Attack::removes(
                "a wrong token after a right one",
                format!("{first}{other}"),
                &[204, 401],
                &["named"],
            ),
            Attack::removes("no token after a right one", format!("{first}{none}"), &[204, 401], &["named"]),
            Attack::removes(
                "properly, each with its own",
                format!("{first}{}", hidden(token)),
                &[204, 204],
                &["named", "hidden"],
            ),
            Attack::removes(
                "behind a goodbye",
                format!("{}{}", desktop(token, "named", CLOSE), hidden(token)),
                &[204],
                &["named"],
            ),
        ]
    });
}

#[test]
fn a_head_with_bare_ends_folds_or_nul_is_never_read_as_another() {
    run(|site| {
        let token = &site.token;
        let good = desktop(token, "named", CLOSE);
        let line = |line: &str| desktop(token, "named", &format!("{line}\r\n{CLOSE}"));
        let (hidden, bare) = (hidden(token), good.replace("\r\n", "\n"));
        vec![
            Attack::refused("a fold", line("X: a\r\n b"), &[400]),
            Attack::refused("a fold before all headers", good.replacen("Host", " Host", 1), &[400]),
            Attack::refused("NUL in a value", line("X: a\0b"), &[400]),
            Attack::refused("NUL in a name", line("X\0: b"), &[400]),
            Attack::refused("NUL in the path", good.replacen("named", "named\0", 1), &[400]),
            Attack::refused("a bare carriage return in a value", line("X: a\rb"), &[400]),
            Attack::refused(
                "a bare carriage return for a line's end",
                good.replacen("\r\nHost", "\rHost", 1),
                &[400],
            ),
            Attack::refused("a space in a name", line("X Y: b"), &[400]),
            Attack::refused("a space before the colon", line("X : b"), &[400]),
            Attack::refused("no name", line(": b"), &[400]),
            Attack::refused("no colon", line("X"), &[400]),
            Attack::refused("a name outside of ASCII", line("Ｘ: b"), &[400]),
            // Recipients may take a bare line feed for an end; what matters is that everything behind it is read alike.
            Attack::removes("bare line feeds", bare, &[204], &["named"]),
            Attack::refused(
                "no HTTP behind a request",
                format!("{}garbage\r\n\r\n{hidden}", desktop("", "named", "")),
                &[401, 400],
            ),
            Attack::refused(
                "HTTP/0.9",
                format!("DELETE /v2/x/desktops/{DESKTOP}/tags/named\r\n\r\n"),
                &[400],
            ),
            Attack::refused("HTTP/2 in a line of HTTP/1", good.replacen("HTTP/1.1", "HTTP/2.0", 1), &[400]),
        ]
    });
}

#[test]
fn upgrades_tunnels_and_traces_are_not_to_be_had() {
    run(|site| {
        let token = &site.token;
        let hidden = hidden(token);
        let upgrade = "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n";
        let web = "Connection: Upgrade, close\r\nUpgrade: websocket\r\n";
        let trace = desktop(token, "named", CLOSE).replacen("DELETE", "TRACE", 1);
        vec![
            // The request is a request, and nothing behind it is read as anything else.
            Attack::removes(
                "h2c by upgrade",
                format!("{}{hidden}", desktop(token, "named", upgrade)),
                &[204],
                &["named"],
            ),
            Attack::removes(
                "websocket",
                format!("{}{hidden}", desktop(token, "named", web)),
                &[204],
                &["named"],
            ),
            Attack::refused(
                "CONNECT",
                format!("CONNECT untag.test:80 HTTP/1.1\r\nHost: untag.test\r\n{CLOSE}\r\n{hidden}"),
                &[404],
            ),
            Attack::refused("TRACE", trace, &[405]),
            Attack::refused(
                "another method in a header",
                desktop(token, "named", "X-HTTP-Method-Override: DELETE\r\nConnection: close\r\n")
                    .replacen("DELETE", "GET", 1),
                &[405],
            ),
        ]
    });
}
