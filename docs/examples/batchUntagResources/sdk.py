import os

from huaweicloudsdksecmaster.v1 import (
    AlterResourceTagsInBatchesRequestBody,
    BatchUntagResourcesRequest,
    ResourceTag,
    SecMasterClient,
)

# The SDK reads access key and project from the environment, and signs with them.
client = SecMasterClient.new_builder().with_endpoint(os.environ["UNTAG_ENDPOINT"]).build()

tags = [ResourceTag(key="key1"), ResourceTag(key="key2", value="value3")]
client.batch_untag_resources(
    BatchUntagResourcesRequest(
        project_id=os.environ["HUAWEICLOUD_SDK_PROJECT_ID"],
        resource_type="workspace",
        resource_id="e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11",
        body=AlterResourceTagsInBatchesRequestBody(tags=tags),
    )
)
print("the workspace has no tag key1 any more, and no key2 with the value value3")
