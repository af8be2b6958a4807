"""What the web app has to know of its surroundings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from tandem.errors import SettingsError
from tandem.settings.identity import OidcSettings

__all__ = ["WebSettings"]

_LOOPBACK = ("127.0.0.0/8", "::1/128")
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """
    Where the app listens and how people reach it.

    ``public_url`` is the address people type, with its base path, where that is not ``host`` and
    ``port`` (behind a proxy, say). Only ``trusted_proxies`` may say by X-Forwarded headers who is
    asking. Without ``passwords`` people sign in through the identity provider ``oidc`` alone.
    ``allow_loopback`` lets a connection be made with CRMs on this machine: the sandbox.
    """

    host: str = "127.0.0.1"
    port: int = 8800
    public_url: str | None = None
    trusted_proxies: tuple[str, ...] = _LOOPBACK
    allow_loopback: bool = False
    session_lives: timedelta = timedelta(days=14)
    session_rests: timedelta = timedelta(days=3)
    oidc: OidcSettings | None = None
    passwords: bool = True

    def __post_init__(self) -> None:
        for each in self.trusted_proxies:
            try:
                ip_network(each, strict=False)
            except ValueError as error:
                raise SettingsError(f"{each!r} is no address of a proxy: {error}.") from None
        if self.public_url is not None:
            parts = urlsplit(self.public_url)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
                raise SettingsError(
                    f"The public address must be like https://tandem.example.com/path, not {self.public_url!r}."
                )

    @property
    def url(self) -> str:
        """The address to print, without a slash at its end."""
        if self.public_url is not None:
            return self.public_url.rstrip("/")
        host = {"0.0.0.0": "localhost", "::": "localhost"}.get(self.host, self.host)
        host = "localhost" if host in _LOCAL_NAMES else host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """Whether nobody but this machine is served."""
        return self.public_url is None and self.host in _LOCAL_NAMES

    @property
    def base_path(self) -> str:
        """The path below which the app lives, without a slash at its end."""
        return urlsplit(self.url).path.rstrip("/")

    def trusts(self, address: str) -> bool:
        """Whether a peer of that address may speak for somebody else."""
        try:
            peer = ip_address(address)
        except ValueError:
            return False
        return any(peer in ip_network(each, strict=False) for each in self.trusted_proxies)

    def knows_host(self, name: str) -> bool:
        """
        Whether the app answers to that name.

        A page elsewhere that lets its own name point here (DNS rebinding) is refused by it. Listening
        on all interfaces without ``public_url`` nobody can tell.
        """
        if self.public_url is None and not self.is_local:
            return True
        known = {urlsplit(self.url).hostname, self.host.strip("[]")} | _LOCAL_NAMES
        return name.lower() in known
