"""What the environment says of being watched: where metrics are served, and to whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address

from tandem.settings.identity import Reader

__all__ = ["METRICS_VARIABLES", "MetricsSettings", "read_metrics"]

METRICS_VARIABLES = (
    "TANDEM_METRICS_PORT",
    "TANDEM_METRICS_HOST",
    "TANDEM_METRICS_TOKEN",
    "TANDEM_METRICS_TOKEN_FILE",
    "TANDEM_METRICS_CONNECTIONS",
)
_HERE = "127.0.0.1"
_SWITCH = ("on", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSettings:
    """
    Where metrics, health and readiness are served: nowhere while ``port`` is None, any free port for 0.

    With a ``token`` the metrics want it as a bearer token. ``by_connection`` adds figures of each connection.
    """

    port: int | None = None
    host: str = _HERE
    token: str | None = field(default=None, repr=False)
    by_connection: bool = False

    @property
    def is_open(self) -> bool:
        """Whether other computers may read the metrics without a token."""
        if self.token is not None or self.host == "localhost":
            return False
        try:
            return not ip_address(self.host).is_loopback
        except ValueError:
            return True


def read_metrics(reader: Reader) -> MetricsSettings:
    """All of it is allowed without a port: the command line may name one."""
    port = reader.text("TANDEM_METRICS_PORT")
    return MetricsSettings(
        port=None if port is None else reader.number("TANDEM_METRICS_PORT", 0, 65_535, 0),
        host=reader.text("TANDEM_METRICS_HOST") or _HERE,
        token=reader.secret("TANDEM_METRICS_TOKEN"),
        by_connection=reader.choice("TANDEM_METRICS_CONNECTIONS", _SWITCH, "off") == "on",
    )
