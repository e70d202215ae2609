"""What reverse proxies say of a request, and who is believed."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

Networks = Sequence[IPv4Network | IPv6Network]


def within(address: str, networks: Networks) -> bool:
    """Whether `address` is one of theirs; what is no address is not."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or found  # as a socket for both families shows IPv4
    return any(mapped in network for network in networks if network.version == mapped.version)


def origin_of(peer: str, forwarded: str | None, proxies: Networks) -> str:
    """The address that a request came from: the last one in X-Forwarded-For that is not a proxy's of ours.

    What stands before it was written by whoever sent the request, and may be anything.
    """
    if not within(peer, proxies):
        return peer
    for hop in reversed([part.strip() for part in (forwarded or "").split(",")]):
        if hop and not within(hop, proxies):
            return hop
    return peer
