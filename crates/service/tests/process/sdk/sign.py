"""Signs requests with the provider's own signer, as they were found on the wire: reads them as JSON from a file, and writes
the `Authorization` header that each should have as JSON."""

import json
import sys
from urllib.parse import parse_qsl

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer


def spelled(name):
    # The SDK looks for some headers by these spellings.
    return "-".join(part.capitalize() for part in name.split("-"))


def authorization(request):
    headers = [(name.lower(), value) for name, value in request["headers"]]
    signed = dict(headers)["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    path, _, query = request["target"].partition("?")
    sdk = SdkRequest(
        method=request["method"],
        schema="https",
        host=dict(headers)["host"],
        resource_path=path,
        query_params=parse_qsl(query, keep_blank_values=True),
        header_params={spelled(name): value for name, value in headers if name in signed},
        body=request["body"],
    )
    Signer(BasicCredentials(request["ak"], request["sk"])).sign(sdk)
    return sdk.header_params["Authorization"]


with open(sys.argv[1], encoding="utf-8") as file:
    requests = json.load(file)
print(json.dumps([authorization(request) for request in requests]))
