curl -i --fail-with-body -X DELETE -H "X-Auth-Token: $UNTAG_TOKEN" -H 'Content-Type: application/json' \
  -d '{"tags": [{"key": "key1"}, {"key": "key2", "value": "value3"}]}' \
  "$UNTAG_ENDPOINT/v1/$HUAWEICLOUD_SDK_PROJECT_ID/workspace/e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11/tags/delete"
