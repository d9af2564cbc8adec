curl -i --fail-with-body -X DELETE -H "X-Auth-Token: $UNTAG_TOKEN" \
  "$UNTAG_ENDPOINT/v2/$HUAWEICLOUD_SDK_PROJECT_ID/desktops/e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11/tags/key1"
