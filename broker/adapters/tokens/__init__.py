"""A bearer token, its issuer's keys and the trust file, turned into a named requester."""
