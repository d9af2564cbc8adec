untag desktop e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11 key1 --yes
