//! Paths and headers that mean one thing here and another elsewhere. What the contract's cases send already
//! (`openapi/cases`: broken escapes, NUL, overlong and surrogate UTF-8, empty segments) is not repeated.

use crate::scene::{Attack, DESKTOP, desktop, run};
use crate::support::PROJECT;

const CLOSE: &str = "Connection: close\r\n";

/// A request for this target, by somebody who may do everything.
fn target(token: &str, target: &str) -> String {
    format!("DELETE {target} HTTP/1.1\r\nHost: untag.test\r\nX-Auth-Token: {token}\r\n{CLOSE}\r\n")
}

#[test]
fn a_path_is_taken_as_it_is_written_and_nothing_in_it_leads_elsewhere() {
    run(|site| {
        let token = &site.token;
        let tags = format!("/v2/{PROJECT}/desktops/{DESKTOP}/tags");
        let other = "ffffffffffffffffffffffffffffffff";
        let mut attacks: Vec<_> = [
            // Nothing is resolved, so these are other paths, or other resources, keys and projects.
            ("a segment up", format!("{tags}/x/../named"), 404),
            ("a segment up, encoded", format!("{tags}/x/%2e%2e/named"), 404),
            ("a segment that stays", format!("{tags}/./named"), 404),
            (
                "a project left by dots",
                format!("/v2/{other}/../{PROJECT}/desktops/{DESKTOP}/tags/named"),
                404,
            ),
            (
                "a project left by encoded slashes",
                format!("/v2/{other}%2f..%2f{PROJECT}/desktops/{DESKTOP}/tags/named"),
                403,
            ),
            (
                "a desktop left by encoded dots",
                format!("/v2/{PROJECT}/desktops/x%2f..%2f{DESKTOP}/tags/named"),
                404,
            ),
            ("an encoded slash for a slash", format!("/v2/{PROJECT}/desktops%2f{DESKTOP}/tags/named"), 404),
            ("a backslash for a slash", format!("/v2/{PROJECT}/desktops\\{DESKTOP}/tags/named"), 404),
            ("two slashes", format!("/{tags}/named"), 404),
            ("two slashes inside", format!("/v2/{PROJECT}//desktops/{DESKTOP}/tags/named"), 404),
            ("a slash at the end", format!("{tags}/named/"), 404),
            ("a query", format!("{tags}/named?x"), 400),
            ("a project with parameters", format!("/v2/{PROJECT};a=b/desktops/{DESKTOP}/tags/named"), 403),
            ("a desktop with parameters", format!("/v2/{PROJECT}/desktops/{DESKTOP};a=b/tags/named"), 404),
            ("a desktop and NUL", format!("/v2/{PROJECT}/desktops/{DESKTOP}%00/tags/named"), 404),
            ("a desktop encoded twice", format!("/v2/{PROJECT}/desktops/%2564esktop00/tags/named"), 404),
            ("a version in capitals", format!("/V2/{PROJECT}/desktops/{DESKTOP}/tags/named"), 404),
            ("the whole server", "*".to_owned(), 404),
            ("an authority", "untag.test:80".to_owned(), 404),
            ("a relative path", format!("v2/{PROJECT}/desktops/{DESKTOP}/tags/named"), 400),
            ("bytes outside of ASCII", format!("{tags}/na\u{0301}med"), 204),
            // A key is whatever is written, and these tags are not there.
            ("a key with parameters", format!("{tags}/named;a=b"), 204),
            ("a key encoded twice", format!("{tags}/%256eamed"), 204),
            ("a key in capitals", format!("{tags}/Named"), 204),
            ("a key of wide letters", format!("{tags}/%EF%BD%8Eamed"), 204),
            ("a key and a space", format!("{tags}/named%20"), 204),
            ("a key and a soft hyphen", format!("{tags}/named%C2%AD"), 204),
            ("a key of a pattern", format!("{tags}/*"), 204),
            ("a key of a pattern of SQL", format!("{tags}/%25"), 204),
        ]
        .into_iter()
        .map(|(what, path, status)| Attack::refused(what, target(token, &path), &[status]))
        .collect();
        attacks.push(Attack::removes(
            "an absolute target",
            target(token, &format!("http://elsewhere.test{tags}/named")),
            &[204],
            &["named"],
        ));
        // A fragment is none of a request's, and hyper takes it off.
        attacks.push(Attack::refused("a fragment", target(token, &format!("{tags}/nam#ed")), &[204]));
        attacks
    });
}

#[test]
fn a_header_that_counts_counts_only_once() {
    run(|site| {
        let token = &site.token;
        let with = |lines: &str| desktop(token, "named", &format!("{lines}{CLOSE}"));
        let signature = "Authorization: SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=00\r\n";
        vec![
            Attack::refused("another host", with("Host: other.test\r\n"), &[400]),
            Attack::refused("the same host again", with("Host: untag.test\r\n"), &[400]),
            Attack::refused("another token", with("X-Auth-Token: other\r\n"), &[401]),
            Attack::refused("the same token again", with(&format!("x-auth-token: {token}\r\n")), &[401]),
            Attack::refused(
                "two tokens in one header",
                desktop(&format!("{token}, {token}"), "named", CLOSE),
                &[401],
            ),
            Attack::refused("a signature besides", with(signature), &[401]),
            Attack::refused("two signatures", with(&signature.repeat(2)), &[401]),
            Attack::refused(
                "a token with another name",
                desktop("", "named", &format!("X_Auth_Token: {token}\r\n{CLOSE}")),
                &[401],
            ),
            Attack::refused(
                "a token in a bearer's header",
                desktop("", "named", &format!("Authorization: Bearer {token}\r\n{CLOSE}")),
                &[401],
            ),
            Attack::refused(
                "a token in a cookie",
                desktop("", "named", &format!("Cookie: X-Auth-Token={token}\r\n{CLOSE}")),
                &[401],
            ),
            // Neither says who calls, for whom, or over what.
            Attack::removes(
                "what proxies say",
                with(
                    "X-Forwarded-For: 10.0.0.1\r\nForwarded: for=10.0.0.1;proto=https\r\nX-Original-URL: /\r\nX-Rewrite-URL: /\r\n",
                ),
                &[204],
                &["named"],
            ),
        ]
    });
}
