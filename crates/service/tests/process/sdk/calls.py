"""Makes calls with the provider's SDK: reads them as JSON from a file, and writes what became of each as JSON."""

import json
import sys

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import SdkException
from huaweicloudsdksecmaster.v1 import (
    AlterResourceTagsInBatchesRequestBody,
    BatchUntagResourcesRequest,
    ResourceTag,
    SecMasterClient,
)
from huaweicloudsdksecmaster.v1.region.secmaster_region import SecMasterRegion
from huaweicloudsdkworkspace.v2 import DeleteTagRequest, WorkspaceClient
from huaweicloudsdkworkspace.v2.region.workspace_region import WorkspaceRegion


def client(kind, regions, call):
    credentials = BasicCredentials(call["ak"], call["sk"], call["project_id"])
    if "security_token" in call:
        credentials.with_security_token(call["security_token"])
    builder = kind.new_builder().with_credentials(credentials)
    if "region" in call:
        return builder.with_region(regions.value_of(call["region"])).build()
    return builder.with_endpoint(call["endpoint"]).build()


def body(lists):
    return AlterResourceTagsInBatchesRequestBody(
        **{name: [ResourceTag(**tag) for tag in tags] for name, tags in lists.items()}
    )


def make(call):
    if "desktop_id" in call:
        request = DeleteTagRequest(desktop_id=call["desktop_id"], key=call["key"])
        return client(WorkspaceClient, WorkspaceRegion, call).delete_tag(request)
    request = BatchUntagResourcesRequest(
        resource_type=call["resource_type"],
        resource_id=call["resource_id"],
        project_id=call["project_id"],
        body=body(call["body"]),
    )
    return client(SecMasterClient, SecMasterRegion, call).batch_untag_resources(request)


def outcome(call):
    try:
        return {"status": make(call).status_code}
    except SdkException as error:
        members = ("status_code", "error_code", "error_msg", "request_id", "encoded_auth_msg")
        return {
            "exception": type(error).__name__,
            **{member: getattr(error, member, None) for member in members},
        }


with open(sys.argv[1], encoding="utf-8") as file:
    calls = json.load(file)
print(json.dumps([outcome(call) for call in calls]))
