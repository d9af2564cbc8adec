# Sends each request of a file, a line of path and body, with a curl of its own, one after the other.
while read -r path body; do
    curl --disable --silent --show-error --fail --request DELETE "$UNTAG_ENDPOINT$path" \
        --header "X-Auth-Token: $UNTAG_TOKEN" --header 'Content-Type: application/json' --data "$body" || exit 1
done <"$1"
