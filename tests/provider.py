"""A real OpenID Connect provider, on loopback: the package `oidc_provider_mock`, which runs Authlib's."""

import threading
import warnings
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from werkzeug.serving import make_server

with warnings.catch_warnings():
    import authlib.deprecate  # noqa: F401  # sets a filter of its own

    warnings.simplefilter("ignore")  # the package uses what Authlib is about to leave out
    import oidc_provider_mock

Environ = dict[str, Any]


class Pkce:
    """Refuses a token to whoever does not know the verifier of the challenge; the package does not look."""

    def __init__(self, application: Callable[[Environ, Any], Iterable[bytes]]) -> None:
        self.application = application
        self.challenges: set[str] = set()
        self.checked = 0

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        query = parse_qs(environ["QUERY_STRING"])
        if environ["PATH_INFO"] == "/oauth2/authorize" and query["code_challenge_method"] == ["S256"]:
            self.challenges.update(query["code_challenge"])
        if environ["PATH_INFO"] == "/oauth2/token":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = BytesIO(body)
            verifier = parse_qs(body.decode())["code_verifier"][0]
            digest = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
            if digest not in self.challenges:
                start_response("400 Bad Request", [("Content-Type", "application/json")])
                return [b'{"error": "invalid_grant"}']
            self.checked += 1
        return self.application(environ, start_response)


class Provider:
    def __init__(self, url: str, pkce: Pkce) -> None:
        self.url = url
        self.pkce = pkce

    def knows(self, subject: str, **claims: Any) -> None:
        """From now on it says this of somebody."""
        httpx2.put(f"{self.url}/users/{subject}", json=claims).raise_for_status()

    def consent(self, location: str, subject: str) -> str:
        """Where the browser is sent after `subject` has signed in at `location`."""
        assert location.startswith(f"{self.url}/oauth2/authorize?")
        answered = httpx2.post(location, data={"sub": subject})
        assert answered.status_code == 302, answered.text
        return answered.headers["location"]


@contextmanager
def provider() -> Iterator[Provider]:
    pkce = Pkce(oidc_provider_mock.app(require_nonce=True))
    server = make_server("localhost", 0, pkce, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Provider(f"http://localhost:{server.server_port}", pkce)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def parameters(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
