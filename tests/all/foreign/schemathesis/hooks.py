"""What Schemathesis needs beside the contract: how a request is signed, and what is left out, with the reason."""

import os
from urllib.parse import parse_qsl, urlsplit

import schemathesis
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from requests.auth import AuthBase


class Signature(AuthBase):
    """Signs each request as it leaves, with the provider's own signer."""

    def __init__(self, ak, sk):
        self.signer = Signer(BasicCredentials(ak, sk))

    def __call__(self, request):
        url = urlsplit(request.url)
        signed = SdkRequest(
            method=request.method,
            schema=url.scheme,
            host=url.netloc,
            resource_path=url.path,
            query_params=parse_qsl(url.query, keep_blank_values=True),
            header_params={},
            body=request.body or "",
        )
        self.signer.sign(signed)
        for name in ("X-Sdk-Date", "Authorization"):
            request.headers[name] = signed.header_params[name]
        return request


if "HUAWEICLOUD_SDK_AK" in os.environ:
    key = Signature(os.environ["HUAWEICLOUD_SDK_AK"], os.environ["HUAWEICLOUD_SDK_SK"])
    schemathesis.auth.set_from_requests(key)


def texts(value):
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts(item)


# Left out: bodies with U+20F1 to U+20FF. Schemathesis 4.32 writes \p{M} as four ranges of code points, and these in the last of
# them are not assigned: they are no marks, so a key with one breaks the contract's pattern although it is taken for valid.
@schemathesis.hook
def filter_body(context, body):
    return not any("\u20f1" <= character <= "\u20ff" for text in texts(body) for character in text)
