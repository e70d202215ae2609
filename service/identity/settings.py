"""Settings of signing in."""

from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork, SecretStr, model_validator

from service.domain.identity import Role


class SignInSettings(BaseModel):
    """Without any way to sign in there is one local user."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    public_url: str | None = None
    """Where people reach Viva, such as `https://viva.example.org`: https, or http on this machine."""
    password: bool = False
    """Sign in with an e-mail address and a password."""
    setup_code: SecretStr | None = None
    """With passwords: what the first admin has to know; at least 16 characters. Worth nothing once there is one."""
    first_admin: str | None = None
    """With OpenID Connect or a header: e-mail address, or name in the header, of who becomes the first admin."""
    newcomers: Role | None = None
    """Role of people whom the provider or the proxy knows, and Viva does not yet. Default: they need an invite."""
    oidc_issuer: str | None = None
    """OpenID Connect: the provider, such as `https://login.example.org`."""
    oidc_client_id: str = ""
    """OpenID Connect: Viva's name at the provider. Its redirect URI ends in `/api/v1/auth/oidc/callback`."""
    oidc_client_secret: SecretStr | None = None
    """OpenID Connect: Viva's secret at the provider. PKCE is used as well."""
    oidc_scopes: str = "openid email profile"
    """OpenID Connect: what the provider is asked for."""
    oidc_groups: str = "groups"
    """OpenID Connect: the claim with a person's groups."""
    oidc_roles: dict[str, Role] = {}
    """OpenID Connect: roles by group, as JSON. With any, each sign-in sets the role anew, to the highest of them."""
    header: str | None = None
    """The request header in which a reverse proxy says who somebody is, such as `X-Forwarded-User`."""
    proxies: tuple[IPvAnyNetwork, ...] = ()
    """Addresses or networks of reverse proxies, as a JSON list: who else sends that header is not believed."""
    session_hours: float = Field(default=336, gt=0, le=8760)
    """Hours after which somebody has to sign in again."""
    tries: int = Field(default=10, ge=1, le=1000)
    """Wrong passwords for one account from one address within 15 minutes; ten times as many for either alone."""
    password_memory: int = Field(default=65536, ge=8, le=4194304)
    """KiB of memory for the hash of a password (Argon2id)."""
    password_passes: int = Field(default=3, ge=1, le=100)
    """Passes over that memory."""

    @property
    def configured(self) -> bool:
        """Whether anybody has to sign in."""
        return self.password or self.oidc_issuer is not None or self.header is not None

    @property
    def secure(self) -> bool:
        """Whether cookies are for https alone."""
        return (self.public_url or "").startswith("https://")

    @property
    def origin(self) -> str:
        """What a browser calls the public URL's origin."""
        return (self.public_url or "").rstrip("/")

    @property
    def host(self) -> str | None:
        """The public URL's."""
        return urlsplit(self.public_url or "").hostname

    @model_validator(mode="after")
    def _works(self) -> Self:
        if not self.configured:
            if self != SignInSettings.model_construct(public_url=self.public_url):
                raise ValueError("no way to sign in is set: password, oidc_issuer or header")
            return self
        self._check_url()
        if self.password and len(self.setup_code.get_secret_value() if self.setup_code else "") < 16:
            raise ValueError("password needs setup_code, with at least 16 characters")
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret):
            raise ValueError("oidc_issuer needs oidc_client_id and oidc_client_secret")
        if self.header and not self.proxies:
            raise ValueError("header needs proxies: without a list anybody could send it")
        if not (self.password or self.first_admin or "admin" in self.oidc_roles.values()):
            raise ValueError("nobody could become an admin: set first_admin, or a group for admins in oidc_roles")
        if self.first_admin and self.oidc_issuer and "@" not in self.first_admin:
            raise ValueError("first_admin has to be an e-mail address, which the provider verifies")
        return self

    def _check_url(self) -> None:
        url = urlsplit(self.public_url or "")
        if url.scheme not in ("http", "https") or not url.hostname or url.path.strip("/") or url.query or url.username:
            raise ValueError("sign-in needs public_url, such as https://viva.example.org")
        if url.scheme == "http" and not is_loopback(url.hostname):
            raise ValueError("public_url has to be https: passwords and cookies would be read on their way")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
