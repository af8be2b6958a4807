"""What the environment says of sending e-mail: alerts go this way."""

from __future__ import annotations

from dataclasses import dataclass, field

from tandem.settings.identity import Reader

__all__ = ["SMTP_VARIABLES", "SmtpSettings", "read_smtp"]

SMTP_VARIABLES = (
    "TANDEM_SMTP_HOST",
    "TANDEM_SMTP_PORT",
    "TANDEM_SMTP_SECURITY",
    "TANDEM_SMTP_USER",
    "TANDEM_SMTP_PASSWORD",
    "TANDEM_SMTP_PASSWORD_FILE",
    "TANDEM_SMTP_FROM",
)
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """A mail server: ``security`` is ``starttls``, ``tls`` (from the first byte on) or ``none``."""

    host: str
    port: int
    security: str
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def read_smtp(reader: Reader) -> SmtpSettings | None:
    """None where no server is named: alerts then go by webhook alone."""
    host = reader.text("TANDEM_SMTP_HOST")
    if host is None:
        for name in SMTP_VARIABLES:
            if reader.text(name) is not None:
                raise reader.wrong("environment.wants", name="TANDEM_SMTP_HOST", given=name)
        return None
    security = reader.choice("TANDEM_SMTP_SECURITY", tuple(_PORTS), "starttls")
    sender = reader.text("TANDEM_SMTP_FROM")
    if sender is None:
        raise reader.wrong("environment.wants", name="TANDEM_SMTP_FROM", given="TANDEM_SMTP_HOST")
    if "@" not in sender or any(each in sender for each in "\r\n<>, "):
        raise reader.wrong("environment.address", name="TANDEM_SMTP_FROM", given=sender)
    return SmtpSettings(
        host=host,
        port=reader.number("TANDEM_SMTP_PORT", 1, 65_535, _PORTS[security]),
        security=security,
        sender=sender,
        user=reader.text("TANDEM_SMTP_USER"),
        password=reader.secret("TANDEM_SMTP_PASSWORD"),
    )
