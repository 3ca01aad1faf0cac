"""Three gateways, one redis, and HAProxy in front: what they have in common, and what is lost with one of them."""
