"""What an organisation has agreed to have sent elsewhere, and where that is."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from service.domain import Value


class Consent(Value):
    """To answers going to language models elsewhere, and speech to a server that hears it elsewhere."""

    llm: bool
    speech: bool


class Destination(Value):
    """A model, and the host that it is asked at."""

    host: str
    model: str


def stays(host: str, own: Sequence[str]) -> bool:
    """Whether what is sent to `host` stays with the operator: on this machine, or at one of their `own`.

    These are names, addresses and networks. Names are not looked up: who answers to one may change.
    """
    if host == "localhost" or host in own:
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or any(address in network for network in map(_network, own) if network is not None)


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text)
    except ValueError:
        return None
