"""Which addresses a receiver may have: those of the internet, unless an operator allows others."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from pydantic import HttpUrl, TypeAdapter, ValidationError

from service.errors import Invalid

MAX_URL = 2000
NAT64 = IPv6Network("64:ff9b::/96")
METADATA = frozenset({IPv4Address("168.63.129.16")})
"""Public by number, but a cloud's own: what it tells is for the machine alone."""
_URL = TypeAdapter(HttpUrl)


def public(text: str) -> bool:
    """Whether an address is one of the internet's, also one that is wrapped in another."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        address = _inner(address) or address
    return address.is_global and not address.is_multicast and address not in METADATA


def _inner(address: IPv6Address) -> IPv4Address | None:
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def normal_url(text: str, *, allow_private: bool) -> str:
    """In one form. Raises Invalid for what can never be sent to; names are looked up when something is sent."""
    try:
        url = _URL.validate_python(text.strip())
    except ValidationError as error:
        raise Invalid("That is no web address.") from error
    if url.username or url.password or url.fragment or len(str(url)) > MAX_URL:
        raise Invalid(f"A webhook's address has no user, password or fragment, and at most {MAX_URL} characters.")
    if url.scheme != "https" and not allow_private:
        raise Invalid("A webhook's address begins with https://.")
    if not allow_private and _is_private(urlsplit(str(url)).hostname or ""):
        raise Invalid("A webhook's address has to be on the internet (VIVA_WEBHOOKS__ALLOW_PRIVATE).")
    return str(url)


def _is_private(host: str) -> bool:
    try:
        return not public(host)
    except ValueError:  # a name
        return host == "localhost" or host.endswith(".localhost")
