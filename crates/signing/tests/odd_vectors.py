"""Writes what the provider's SDK makes of odd requests, in the form of vectors.json.

    pip install huaweicloudsdkcore==3.1.219
    python odd_vectors.py > odd_vectors.json            the cases below
    python odd_vectors.py 5000 SEED > odd_vectors.json  random ones, to compare more once

`verdict` is what this crate makes of the SDK's request: "verified"; "refused" where the SDK does not sign the body; or
"mismatch" where the SDK puts U+FFFD for bytes of the path that are not UTF-8, and this crate signs the bytes.
"""

import hashlib
import importlib.metadata
import json
import random
import sys
from urllib.parse import unquote_to_bytes

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest

AK, SK = "QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"
PROJECT, DATE = "0123456789abcdef0123456789abcdef", "20240229T235959Z"
BODY = '{"tags": [{"key": "key1"}]}'


def vector(name, path="/v2/p/desktops/d/tags/k", query=(), headers=None, body=None, host="h.example.com",
           method="DELETE", token=None, verdict="verified"):
    headers = {"Content-Type": "application/json", **(headers or {})}
    credentials = BasicCredentials(AK, SK, PROJECT)
    if token:
        credentials = credentials.with_security_token(token)
    request = SdkRequest(method, "https", host, path, None, [tuple(pair) for pair in query],
                         {**headers, "X-Sdk-Date": DATE}, body)
    signed = credentials.sign_request(request)
    wire = {k: v.encode("iso-8859-1").decode() for k, v in signed.header_params.items()}
    return {
        "name": name,
        "verdict": verdict,
        "input": {"method": method, "host": host, "wire_path": path, "query": [list(pair) for pair in query],
                  "headers": {**headers, "X-Sdk-Date": DATE}, "body": body, "ak": AK, "sk": SK,
                  "project_id": PROJECT, "security_token": token},
        "authorization": wire["Authorization"],
        "wire_uri": signed.uri,
        "final_headers": wire,
    }


def odd():
    yield vector("host-with-port", host="127.0.0.1:8443")
    yield vector("host-ipv6", host="[::1]:8443")
    yield vector("path-trailing-slash", path="/v2/p/desktops/d/tags/k/")
    yield vector("path-two-trailing-slashes", path="/v2/p/desktops/d/tags/k//")
    yield vector("path-empty-segments", path="//v2//p")
    yield vector("path-root", path="/")
    yield vector("path-dot-segments", path="/v2/p/desktops/d/tags/..")
    yield vector("path-encoded-dot-segments", path="/v2/p/desktops/d/tags/%2E%2E")
    yield vector("path-encoded-twice", path="/v2/p/tags/%252F%25")
    yield vector("path-unreserved-encoded", path="/v2/p/tags/%7E%2D%2e%5F%41")
    yield vector("path-reserved-bare", path="/v2/p/tags/!$&'()*+,;=:@")
    yield vector("path-lower-case-escapes", path="/v2/p/tags/%e4%b8%ad%2f")
    yield vector("path-not-encoded", path="/v2/p/tags/中 é")
    yield vector("path-malformed-escapes", path="/v2/p/tags/%zz%4%")
    yield vector("path-not-utf8", path="/v2/p/tags/%FF", verdict="mismatch")
    yield vector("query-unicode", query=[("中", "é文"), ("z", "~-._")])
    yield vector("query-plus-and-space", query=[("a b", "c+d e"), ("+", " ")])
    yield vector("query-empty-values", query=[("b", ""), ("a", "")])
    yield vector("query-empty-name", query=[("", "v")])
    yield vector("query-repeated-name", query=[("a", "2"), ("a", "10"), ("a", "1")])
    yield vector("query-sorted-by-meaning", query=[("a/", "1"), ("a-", "2"), ("a", "3"), ("A", "4"), ("a~", "5")])
    yield vector("query-reserved", query=[("a=b&c", "d=e&f?g#h%20"), ("i/j", "k:l")])
    yield vector("header-blanks-around", headers={"X-Odd": "  a  b\t "})
    yield vector("header-blanks-only", headers={"X-Odd": "   "})
    yield vector("header-utf8", headers={"X-Odd": "中文 é"})
    yield vector("header-underscore", headers={"X_Odd": "left out", "X-Odd": "signed"})
    yield vector("header-order", headers={"B": "1", "a": "2", "A-b": "3", "Ab": "4", "a.b": "5"})
    yield vector("header-content-hash", headers={"X-Sdk-Content-Sha256": hashlib.sha256(BODY.encode()).hexdigest()},
                 body=BODY)
    yield vector("content-type-charset", headers={"Content-Type": "application/json;charset=UTF-8"}, body=BODY)
    yield vector("unsigned-payload", headers={"Content-Type": "application/octet-stream"}, body=BODY,
                 verdict="refused")
    yield vector("security-token", token="MDAwMDAw/+==")
    yield vector("method-get-with-body", method="GET", body="x")


def arbitrary(seed):
    rng = random.Random(seed)

    def text(alphabet, least, most):
        return "".join(rng.choice(alphabet) for _ in range(rng.randint(least, most)))

    alphabet = list("abzAZ019-._~/+ %&=?#;:@!$'()*,\\\"<>[]^`{|}") + ["é", "中", "😀", "%2F", "%41", "%e4%b8%ad", "%"]
    in_path = [piece for piece in alphabet if piece not in "?#"]
    for number in range(int(sys.argv[1])):
        names = {text(list("abcXYZ-09_"), 1, 6) for _ in range(rng.randint(0, 5))}
        # Two spellings of one name are two headers for the SDK; here they are a header repeated.
        names = {name.lower(): name for name in names}.values()
        path = "/" + text(in_path, 0, 12)
        try:
            unquote_to_bytes(path).decode()
            verdict = "verified"
        except UnicodeDecodeError:
            verdict = "mismatch"
        yield vector(
            f"random-{number}",
            path=path,
            verdict=verdict,
            query=[(text(alphabet, 0, 4), text(alphabet, 0, 6)) for _ in range(rng.randint(0, 4))],
            headers={name: text(alphabet + ["\t"], 0, 8) for name in names},
            body=text(alphabet, 0, 20) or None,
            host=text(list("abc.-"), 1, 9) + rng.choice(["", ":1", ":65535"]),
            method=rng.choice(["GET", "PUT", "DELETE"]),
            token=rng.choice([None, text(list("abc/+="), 1, 9)]),
        )


cases = list(arbitrary(sys.argv[2]) if len(sys.argv) > 1 else odd())
version = importlib.metadata.version("huaweicloudsdkcore")
json.dump({"generator": f"odd_vectors.py with huaweicloudsdkcore {version}", "vectors": cases}, sys.stdout,
          ensure_ascii=False, indent=1)
print()
