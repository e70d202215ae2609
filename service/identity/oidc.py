"""OpenID Connect by Authlib: the code flow with PKCE, state and nonce. The library is loaded with the first sign-in."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from service.domain import Value
from service.errors import ProviderUnavailable, SignInFailed
from service.identity import secrets
from service.identity.settings import SignInSettings

CALLBACK = "/api/v1/auth/oidc/callback"
SECONDS = 10.0
"""That the provider may take for an answer."""


class Known(Value):
    """What a provider, or a proxy, says of somebody."""

    provider: str
    subject: str
    name: str
    email: str | None
    """Only one that the provider has verified."""
    groups: frozenset[str] | None = None
    """None where nothing is said of them."""


class Begun(Value):
    """What has to be remembered until the browser is back."""

    url: str
    """Where to send it."""
    state: str
    nonce: str
    code_verifier: str


class Oidc:
    """One provider."""

    def __init__(self, settings: SignInSettings) -> None:
        assert settings.oidc_issuer
        assert settings.oidc_client_secret
        self._secret = settings.oidc_client_secret
        self.settings = settings
        self.issuer = settings.oidc_issuer.rstrip("/")

    @cached_property
    def _client(self) -> Any:
        from authlib.integrations.starlette_client import OAuth

        return OAuth().register(
            "provider",
            client_id=self.settings.oidc_client_id,
            client_secret=self._secret.get_secret_value(),
            server_metadata_url=f"{self.issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": self.settings.oidc_scopes,
                "code_challenge_method": "S256",
                "timeout": SECONDS,
            },
        )

    @property
    def _redirect_uri(self) -> str:
        return self.settings.origin + CALLBACK

    async def begin(self) -> Begun:
        """Raises ProviderUnavailable."""
        with _translated():
            made = await self._client.create_authorization_url(self._redirect_uri)
        return Begun.model_validate(made)

    async def finish(self, begun: Begun, answer: Mapping[str, str]) -> Known:
        """Who came back with `answer`, the callback's parameters. Raises ProviderUnavailable, SignInFailed."""
        if not secrets.same(answer.get("state", ""), begun.state):
            raise SignInFailed("This sign-in was begun elsewhere: begin again.")
        if "code" not in answer:
            raise SignInFailed("The provider did not sign you in.")
        with _translated():
            token = await self._client.fetch_access_token(
                self._redirect_uri, code=answer["code"], code_verifier=begun.code_verifier
            )
            if "id_token" not in token:
                raise SignInFailed("The provider did not say who you are.")
            issuer = (await self._client.load_server_metadata())["issuer"]
            if issuer.rstrip("/") != self.issuer:
                raise SignInFailed("The provider calls itself otherwise than VIVA_SIGN_IN__OIDC_ISSUER does.")
            required = {
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": self.settings.oidc_client_id},
            }
            claims = dict(await self._client.parse_id_token(token, begun.nonce, claims_options=required))
            if not {"email", self.settings.oidc_groups} <= claims.keys():
                claims = await self._with_userinfo(claims, token)
        return self._known(claims)

    async def _with_userinfo(self, claims: dict[str, Any], token: Any) -> dict[str, Any]:
        """What the ID token leaves out, some providers tell at another address."""
        if "userinfo_endpoint" not in await self._client.load_server_metadata():
            return claims
        more = await self._client.userinfo(token=token)
        if more.get("sub") != claims["sub"]:
            raise SignInFailed("The provider speaks of two people.")
        return {**more, **claims}

    def _known(self, claims: Mapping[str, Any]) -> Known:
        groups = claims.get(self.settings.oidc_groups)
        email = claims.get("email")
        verified = isinstance(email, str) and claims.get("email_verified") in (True, "true")
        return Known(
            provider=self.issuer,
            subject=str(claims["sub"]),
            name=str(claims.get("name") or claims.get("preferred_username") or email or claims["sub"]),
            email=email if verified else None,
            groups=frozenset(map(str, groups)) if isinstance(groups, list) else None,
        )


@contextmanager
def _translated() -> Iterator[None]:
    from authlib.common.errors import AuthlibBaseError
    from httpx2 import HTTPError
    from joserfc.errors import JoseError

    try:
        yield
    except HTTPError as error:
        raise ProviderUnavailable from error
    except (AuthlibBaseError, JoseError, json.JSONDecodeError, KeyError) as error:
        raise SignInFailed("The provider's answer cannot be used.") from error
