"""Sends batches with the provider's SDK from a pool of threads, and prints how many seconds that took."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdksecmaster.v1 import (
    AlterResourceTagsInBatchesRequestBody,
    BatchUntagResourcesRequest,
    ResourceTag,
    SecMasterClient,
)

with open(sys.argv[1], encoding="utf-8") as file:
    work = json.load(file)

client = (
    SecMasterClient.new_builder()
    .with_credentials(BasicCredentials(work["ak"], work["sk"], work["project_id"]))
    .with_endpoint(work["endpoint"])
    # Without a connection for each thread, most would be opened anew for each request.
    .with_http_config(HttpConfig(pool_maxsize=work["threads"]))
    .build()
)


def untag(resource_id):
    tags = [ResourceTag(key=key) for key in work["keys"]]
    request = BatchUntagResourcesRequest(
        resource_type=work["resource_type"],
        resource_id=resource_id,
        project_id=work["project_id"],
        body=AlterResourceTagsInBatchesRequestBody(tags=tags),
    )
    # What is not a success is an exception.
    client.batch_untag_resources(request)


start = time.monotonic()
with ThreadPoolExecutor(work["threads"]) as pool:
    for _ in pool.map(untag, work["resource_ids"]):
        pass
print(time.monotonic() - start)
