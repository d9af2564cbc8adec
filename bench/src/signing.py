"""Signs a request with the provider's own signer.

The first line on stdin is the request as JSON, with a date; the answer is its `Authorization` header. Every further line is a
number: as many signatures are made, dated by the clock as the SDK does it, and the answer is how many seconds of CPU time the
signer took.
"""

import json
import sys
import time

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

# Made before the clock starts; not all at once, or most would be out of the cache when they are signed.
GROUP = 50

work = json.loads(sys.stdin.readline())
signer = Signer(BasicCredentials(work["ak"], work["sk"]))


def request(**dated):
    return SdkRequest(
        method=work["method"],
        schema="https",
        host=work["host"],
        resource_path=work["path"],
        query_params=[],
        header_params={**work["headers"], **dated},
        body=work["body"].encode(),
    )


def seconds(count):
    total = 0.0
    while count > 0:
        requests = [request() for _ in range(min(count, GROUP))]
        start = time.process_time()
        for each in requests:
            signer.sign(each)
        total += time.process_time() - start
        count -= len(requests)
    return total


print(signer.sign(request(**{"X-Sdk-Date": work["date"]})).header_params["Authorization"], flush=True)
for line in sys.stdin:
    print(seconds(int(line)), flush=True)
