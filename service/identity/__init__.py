"""Ways to know who somebody is: passwords, OpenID Connect, a proxy's word, secrets. It knows nothing of accounts."""
