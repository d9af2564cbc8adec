//! The `Authorization` header: what is read, and what is refused with which words.

use untag_signing::{Authorization, AuthorizationError};

const SIGNATURE: &str = "625af932df113aa64e871bd9058efde520874eeea2e158dcab25d91ff1d34973";

fn problem(text: &str) -> AuthorizationError {
    let text = text.replace("SIG", SIGNATURE);
    Authorization::parse(&text).map(drop).unwrap_err()
}

#[test]
fn what_a_header_claims() {
    let text = format!(
        "SDK-HMAC-SHA256 Access=AK-1_x=, SignedHeaders=content-type;host;x-sdk-date, Signature={SIGNATURE}"
    );
    let authorization = Authorization::parse(&text).unwrap();
    assert_eq!(authorization.access_key(), "AK-1_x=");
    assert_eq!(authorization.signed_headers().collect::<Vec<_>>(), ["content-type", "host", "x-sdk-date"]);
    assert!(authorization.is_signed("Content-Type") && !authorization.is_signed("content"));
}

#[test]
fn what_is_wrong_with_a_header() {
    use AuthorizationError::{
        AccessKey, Algorithm, MissingPart, NotSigned, RepeatedPart, Signature, SignedHeaderName,
        SignedHeaderOrder, UnknownPart,
    };
    let names = "SignedHeaders=host;x-sdk-date";
    let cases = [
        (String::new(), Algorithm),
        ("SDK-HMAC-SHA256".into(), Algorithm),
        (format!("sdk-hmac-sha256 Access=a, {names}, Signature=SIG"), Algorithm),
        (format!("SDK-HMAC-SM3 Access=a, {names}, Signature=SIG"), Algorithm),
        (format!("SDK-HMAC-SHA2567 Access=a, {names}, Signature=SIG"), Algorithm),
        (format!(" SDK-HMAC-SHA256 Access=a, {names}, Signature=SIG"), Algorithm),
        ("SDK-HMAC-SHA256 ".into(), UnknownPart),
        (format!("SDK-HMAC-SHA256  Access=a, {names}, Signature=SIG"), UnknownPart),
        (format!("SDK-HMAC-SHA256 Access=a, {names}, Signature=SIG, "), UnknownPart),
        (format!("SDK-HMAC-SHA256 Access=a, {names}, Signature=SIG, Extra=1"), UnknownPart),
        (format!("SDK-HMAC-SHA256 access=a, {names}, Signature=SIG"), UnknownPart),
        (format!("SDK-HMAC-SHA256 Access =a, {names}, Signature=SIG"), UnknownPart),
        (format!("SDK-HMAC-SHA256 Access=a,  {names}, Signature=SIG"), UnknownPart),
        (format!("SDK-HMAC-SHA256 Access=a, {names}, Signature=SIG, Access=a"), RepeatedPart("Access")),
        (format!("SDK-HMAC-SHA256 Access=a, {names}, {names}, Signature=SIG"), RepeatedPart("SignedHeaders")),
        (
            format!("SDK-HMAC-SHA256 Access=a, {names}, Signature=SIG, Signature=SIG"),
            RepeatedPart("Signature"),
        ),
        (format!("SDK-HMAC-SHA256 {names}, Signature=SIG"), MissingPart("Access")),
        ("SDK-HMAC-SHA256 Access=a, Signature=SIG".into(), MissingPart("SignedHeaders")),
        (format!("SDK-HMAC-SHA256 Access=a, {names}"), MissingPart("Signature")),
        (format!("SDK-HMAC-SHA256 Access=, {names}, Signature=SIG"), AccessKey),
        (format!("SDK-HMAC-SHA256 Access=a b, {names}, Signature=SIG"), AccessKey),
        (format!("SDK-HMAC-SHA256 Access=a,{names}, Signature=SIG"), MissingPart("SignedHeaders")),
        (format!("SDK-HMAC-SHA256 Access=é, {names}, Signature=SIG"), AccessKey),
        ("SDK-HMAC-SHA256 Access=a, SignedHeaders=, Signature=SIG".into(), SignedHeaderName),
        ("SDK-HMAC-SHA256 Access=a, SignedHeaders=Host;x-sdk-date, Signature=SIG".into(), SignedHeaderName),
        (
            "SDK-HMAC-SHA256 Access=a, SignedHeaders=host;x-sdk-date;x_a, Signature=SIG".into(),
            SignedHeaderName,
        ),
        ("SDK-HMAC-SHA256 Access=a, SignedHeaders=host;;x-sdk-date, Signature=SIG".into(), SignedHeaderName),
        ("SDK-HMAC-SHA256 Access=a, SignedHeaders=host;x-sdk-date;, Signature=SIG".into(), SignedHeaderName),
        ("SDK-HMAC-SHA256 Access=a, SignedHeaders=host; x-sdk-date, Signature=SIG".into(), SignedHeaderName),
        ("SDK-HMAC-SHA256 Access=a, SignedHeaders=x-sdk-date;host, Signature=SIG".into(), SignedHeaderOrder),
        (
            "SDK-HMAC-SHA256 Access=a, SignedHeaders=host;host;x-sdk-date, Signature=SIG".into(),
            SignedHeaderOrder,
        ),
        ("SDK-HMAC-SHA256 Access=a, SignedHeaders=x-sdk-date, Signature=SIG".into(), NotSigned("Host")),
        ("SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=SIG".into(), NotSigned("X-Sdk-Date")),
        (format!("SDK-HMAC-SHA256 Access=a, {names}, Signature="), Signature),
        (format!("SDK-HMAC-SHA256 Access=a, {names}, Signature=SIG0"), Signature),
        (format!("SDK-HMAC-SHA256 Access=a, {names}, Signature=SIG00"), Signature),
        (format!("SDK-HMAC-SHA256 Access=a, {names}, Signature={}", &SIGNATURE[1..]), Signature),
        (format!("SDK-HMAC-SHA256 Access=a, {names}, Signature={}", &SIGNATURE[2..]), Signature),
        (format!("SDK-HMAC-SHA256 Access=a, {names}, Signature={}", SIGNATURE.to_uppercase()), Signature),
        (format!("SDK-HMAC-SHA256 Access=a, {names}, Signature={}g", &SIGNATURE[1..]), Signature),
    ];
    for (text, expected) in cases {
        assert_eq!(problem(&text), expected, "{text}");
    }
}

#[test]
fn a_refusal_says_what_to_mend() {
    let messages = [
        ("Basic YTpi", "Authorization must start with `SDK-HMAC-SHA256 `"),
        ("SDK-HMAC-SHA256 Access=a, Signature=SIG", "Authorization lacks the part SignedHeaders"),
        (
            "SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=SIG",
            "the header X-Sdk-Date must be signed",
        ),
        (
            "SDK-HMAC-SHA256 Access=a, SignedHeaders=host;x-sdk-date, Signature=0",
            "Signature must be 64 lower-case hexadecimal digits",
        ),
    ];
    for (text, message) in messages {
        assert_eq!(problem(text).to_string(), message);
    }
}
