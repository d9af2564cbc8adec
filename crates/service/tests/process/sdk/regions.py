"""Writes where the provider's SDK finds each service in each region, as JSON."""

import json

from huaweicloudsdksecmaster.v1.region.secmaster_region import SecMasterRegion
from huaweicloudsdkworkspace.v2.region.workspace_region import WorkspaceRegion


def endpoints(regions):
    return {name: region.endpoints for name, region in regions.static_fields.items()}


print(json.dumps({"workspace": endpoints(WorkspaceRegion), "secmaster": endpoints(SecMasterRegion)}))
