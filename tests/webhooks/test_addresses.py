"""Where webhooks may lead, whatever their names lead to a moment later."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from service.errors import DeliveryFailed, Invalid
from service.webhooks.addresses import normal_url, public
from service.webhooks.settings import WebhookSettings
from service.webhooks.wire import Wire, resolve
from tests.webhooks.receiver import Receiver

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200", "0.0.0.0",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "168.63.129.16", "::", "::1", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "64:ff9b::a9fe:a9fe",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_of_the_internet(address: str) -> None:
    assert not public(address)
    host = address if ":" not in address else f"[{address}]"
    with pytest.raises(Invalid):
        normal_url(f"https://{host}/hook", allow_private=False)


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"])
def test_addresses_of_the_internet(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example.org", "ftp://hooks.example.org", "https://me:you@hooks.example.org", "https://a.org/#b",
     "hooks.example.org", "https://", "https://localhost:8443", "https://2130706433/", "https://0x7f.1/",
     "javascript:alert(1)", "https://a.org/" + "a" * 2000],
)  # fmt: skip
def test_what_can_never_be_sent_to_is_refused_at_once(url: str) -> None:
    with pytest.raises(Invalid):
        normal_url(url, allow_private=False)


def test_a_name_is_kept_as_the_wire_has_it() -> None:
    assert normal_url(" https://B\u00fccher.example/hook?x=1 ", allow_private=False) == (
        "https://xn--bcher-kva.example/hook?x=1"
    )


class Rebinding:
    """A name server that tells the truth once."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        return self.answers.pop(0)


def post(url: str, resolving: Rebinding, *, private: bool = False) -> int:
    async def story() -> int:
        wire = Wire(WebhookSettings(allow_private=private, timeout_seconds=5), resolving)
        try:
            return await wire.post(url, {"content-type": "application/json"}, b"{}")
        finally:
            await wire.close()

    return asyncio.run(story())


@pytest.mark.parametrize("answer", [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::ffff:127.0.0.1"]])
def test_a_name_that_leads_to_this_machine_is_not_connected_to(answer: list[str]) -> None:
    with Receiver() as receiver:
        port = receiver.origin.rpartition(":")[2]
        with pytest.raises(DeliveryFailed, match="not on the internet"):
            post(f"http://hooks.example.org:{port}", Rebinding(answer))
        assert receiver.received == []


def test_what_was_checked_is_what_is_connected_to() -> None:
    """The name is asked for once: that it leads elsewhere a moment later changes nothing."""
    with Receiver() as receiver:
        port = receiver.origin.rpartition(":")[2]
        names = Rebinding(["127.0.0.1"], ["192.0.2.1"])
        assert post(f"http://hooks.example.org:{port}", names, private=True) == 204
        assert names.answers == [["192.0.2.1"]]
        (received,) = receiver.received
        assert received.headers["host"] == f"hooks.example.org:{port}"


def certificate(name: str, folder: Path) -> Path:
    """A certificate for `name` that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "certificate.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_certificate_has_to_be_for_the_name_though_the_address_is_connected_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = certificate("hooks.example.org", tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with Receiver(tls=context) as receiver:
        port = receiver.origin.rpartition(":")[2]
        assert post(f"https://hooks.example.org:{port}", Rebinding(["127.0.0.1"]), private=True) == 204
        with pytest.raises(DeliveryFailed, match="cannot be reached"):
            post(f"https://other.example.org:{port}", Rebinding(["127.0.0.1"]), private=True)
        assert len(receiver.received) == 1


def test_a_name_that_does_not_exist_is_said_to_lead_nowhere() -> None:
    with pytest.raises(DeliveryFailed, match="leads nowhere"):
        asyncio.run(resolve("no-such-name.invalid", 443))
