import os

from huaweicloudsdkworkspace.v2 import DeleteTagRequest, WorkspaceClient

# The SDK reads access key and project from the environment, and signs with them.
client = WorkspaceClient.new_builder().with_endpoint(os.environ["UNTAG_ENDPOINT"]).build()

client.delete_tag(DeleteTagRequest(desktop_id="e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11", key="key1"))
print("the desktop has no tag key1 any more")
