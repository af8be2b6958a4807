"""
What the environment says: read once, frozen, and a wrong value stops the start with a sentence.

Secrets may come from a file (``TANDEM_KEY_FILE``, ``TANDEM_DATABASE_URL_FILE``), since a variable is
seen by every child process.
"""

from __future__ import annotations

import difflib
import getpass
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from tandem.errors import SettingsError
from tandem.i18n import LANGUAGES, Messages, language_of
from tandem.settings.identity import OIDC_VARIABLES, OidcSettings, read_oidc, read_passwords
from tandem.settings.mail import SMTP_VARIABLES, SmtpSettings, read_smtp
from tandem.settings.metrics import METRICS_VARIABLES, MetricsSettings, read_metrics

__all__ = [
    "LOG_FORMATS",
    "LOG_LEVELS",
    "VARIABLES",
    "ProcessSettings",
    "person",
    "read_environment",
]

LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")
SIGNATURES = ("v3", "v2", "v1")
VARIABLES = (
    "TANDEM_HOME",
    "TANDEM_DATABASE_URL",
    "TANDEM_DATABASE_URL_FILE",
    "TANDEM_KEY",
    "TANDEM_KEY_FILE",
    "TANDEM_LANGUAGE",
    "TANDEM_CA_FILE",
    "TANDEM_LOG_LEVEL",
    "TANDEM_LOG_FORMAT",
    "TANDEM_POLL_SECONDS",
    "TANDEM_RETENTION_DAYS",
    "TANDEM_SALESFORCE_EVENTS",
    "TANDEM_HUBSPOT_SIGNATURES",
    "TANDEM_TAKEOVER_SECONDS",
    "TANDEM_WEB_HOST",
    "TANDEM_WEB_PORT",
    "TANDEM_WEB_URL",
    "TANDEM_TRUSTED_PROXIES",
    *OIDC_VARIABLES,
    *SMTP_VARIABLES,
    *METRICS_VARIABLES,
)
"""Every variable of Tandem's own; any other that begins with ``TANDEM_`` is a slip of the pen."""

_OTHERS = "TANDEM_TEST_"  # belongs to the project's tests
_DATABASES = ("sqlite", "postgresql", "postgresql+psycopg", "postgres")
_DAY_LIMIT = 3650
_PORT_LIMIT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSettings:
    """
    One process's surroundings. ``database_url`` is None for SQLite in ``home``; ``key`` and
    ``key_file`` are what TANDEM_KEY and TANDEM_KEY_FILE say, at most one of them.

    ``log_level`` is None where each command has its own. ``proxies`` maps ``http``, ``https`` and ``no`` to what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say.
    ``web_url`` is None where people reach the web app at its host and port; ``trusted_proxies`` is None
    where only those on this machine are.
    """

    home: Path
    language: str = "en"
    database_url: str | None = field(default=None, repr=False)
    key: str | None = field(default=None, repr=False)
    key_file: Path | None = None
    ca_file: Path | None = None
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    log_level: str | None = None
    log_format: str = "text"
    poll_seconds: int = 60
    retention_days: int = 90
    salesforce_events: str | None = None
    hubspot_signatures: tuple[str, ...] = SIGNATURES
    takeover_seconds: int = 60
    web_host: str = "127.0.0.1"
    web_port: int = 8800
    web_url: str | None = None
    trusted_proxies: tuple[str, ...] | None = None
    oidc: OidcSettings | None = None
    passwords: bool = True
    smtp: SmtpSettings | None = None
    metrics: MetricsSettings = field(default_factory=MetricsSettings)

    @property
    def key_variables(self) -> Mapping[str, str]:
        """TANDEM_KEY and TANDEM_KEY_FILE as given, for whoever makes the keyring."""
        given = {"TANDEM_KEY": self.key, "TANDEM_KEY_FILE": str(self.key_file or "")}
        return {name: value for name, value in given.items() if value}


def read_environment(
    environ: Mapping[str, str] | None = None, *, language: str | None = None
) -> ProcessSettings:
    """
    The settings that *environ* holds (``os.environ`` by default); SettingsError names what is wrong.

    *language*, from ``--language``, goes before the environment's.
    """
    given = {
        name: value.strip()
        for name, value in (os.environ if environ is None else environ).items()
        if value.strip()
    }
    reader = _Reader(given, Messages(language or language_of(given)))
    reader.refuse_unknown()
    chosen = reader.choice("TANDEM_LANGUAGE", LANGUAGES, language_of(given))
    reader.refuse_both("TANDEM_KEY", "TANDEM_KEY_FILE")
    return ProcessSettings(
        home=reader.home(),
        language=language or chosen,
        database_url=reader.database_url(),
        key=given.get("TANDEM_KEY"),
        key_file=Path(given["TANDEM_KEY_FILE"]) if "TANDEM_KEY_FILE" in given else None,
        ca_file=reader.ca_file(),
        proxies=reader.proxies(),
        log_level=reader.choice("TANDEM_LOG_LEVEL", LOG_LEVELS, "") or None,
        log_format=reader.choice("TANDEM_LOG_FORMAT", LOG_FORMATS, "text"),
        poll_seconds=reader.number("TANDEM_POLL_SECONDS", 5, 86_400, 60),
        retention_days=reader.number("TANDEM_RETENTION_DAYS", 1, _DAY_LIMIT, 90),
        salesforce_events=given.get("TANDEM_SALESFORCE_EVENTS"),
        hubspot_signatures=reader.several("TANDEM_HUBSPOT_SIGNATURES", SIGNATURES),
        takeover_seconds=reader.number("TANDEM_TAKEOVER_SECONDS", 5, 3_600, 60),
        web_host=given.get("TANDEM_WEB_HOST", "127.0.0.1"),
        web_port=reader.number("TANDEM_WEB_PORT", 0, _PORT_LIMIT, 8800),
        web_url=reader.web_url(),
        trusted_proxies=reader.trusted_proxies(),
        oidc=read_oidc(reader),
        passwords=read_passwords(reader),
        smtp=read_smtp(reader),
        metrics=read_metrics(reader),
    )


def person() -> str:
    """Who is at the keyboard, for the audit log; in many containers that is a number without a name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # the latter before Python 3.13
        return f"user {os.getuid()}"


class _Reader:
    def __init__(self, given: Mapping[str, str], messages: Messages) -> None:
        self._given = given
        self._messages = messages

    def refuse_unknown(self) -> None:
        for name in sorted(self._given):
            if name.startswith("TANDEM_") and not name.startswith(_OTHERS):
                self._refuse_unless_known(name)

    def _refuse_unless_known(self, name: str) -> None:
        if name in VARIABLES:
            return
        near = difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0.75)
        if near:
            raise self.wrong("environment.unknown", name=name, nearest=near[0])
        raise self.wrong("environment.unknown_far", name=name)

    def refuse_both(self, one: str, other: str) -> None:
        if one in self._given and other in self._given:
            raise self.wrong("environment.both", one=one, other=other)

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        given = self._given.get(name, default).lower()
        if given not in choices and given != default:
            raise self.wrong(
                "environment.choice", name=name, choices=", ".join(choices), given=given
            )
        return given

    def several(self, name: str, choices: tuple[str, ...]) -> tuple[str, ...]:
        """One or more of *choices*, with commas between; all where nothing is said."""
        if name not in self._given:
            return choices
        listed = tuple(each.strip().lower() for each in self._given[name].split(","))
        if not set(listed) <= set(choices):
            given = self._given[name]
            raise self.wrong(
                "environment.choice", name=name, choices=", ".join(choices), given=given
            )
        return listed

    def number(self, name: str, low: int, high: int, default: int) -> int:
        given = self._given.get(name)
        if given is None:
            return default
        if not re.fullmatch(r"[0-9]{1,9}", given) or not low <= int(given) <= high:
            raise self.wrong("environment.number", name=name, low=low, high=high, given=given)
        return int(given)

    def text(self, name: str) -> str | None:
        return self._given.get(name)

    def listed(self, name: str) -> tuple[str, ...]:
        """What stands between commas."""
        parts = (each.strip() for each in self._given.get(name, "").split(","))
        return tuple(each for each in parts if each)

    def secret(self, name: str) -> str | None:
        """From the variable itself, or from the file that NAME_FILE names."""
        self.refuse_both(name, f"{name}_FILE")
        return self._content(f"{name}_FILE") if f"{name}_FILE" in self._given else self.text(name)

    def home(self) -> Path:
        given = self._given.get("TANDEM_HOME")
        try:
            home = Path(given or platformdirs.user_data_path("tandem", False)).expanduser()
        except RuntimeError:  # nobody knows this user's home folder
            raise self.wrong("environment.no_home", name="TANDEM_HOME") from None
        if home.exists() and not home.is_dir():
            raise self.wrong("environment.home", name="TANDEM_HOME", path=home)
        return home.absolute()

    def database_url(self) -> str | None:
        self.refuse_both("TANDEM_DATABASE_URL", "TANDEM_DATABASE_URL_FILE")
        name = "TANDEM_DATABASE_URL"
        url = self._given.get(name)
        if "TANDEM_DATABASE_URL_FILE" in self._given:
            name = "TANDEM_DATABASE_URL_FILE"
            url = self._content(name)
        if url is None:
            return None
        scheme, colon, _ = url.partition("://")
        if not colon or scheme not in _DATABASES:
            raise self.wrong("environment.database", name=name, given=scheme[:20])
        return url

    def ca_file(self) -> Path | None:
        if "TANDEM_CA_FILE" not in self._given:
            return None
        if "BEGIN CERTIFICATE" not in self._content("TANDEM_CA_FILE"):
            raise self.wrong(
                "environment.certificates",
                name="TANDEM_CA_FILE",
                path=self._given["TANDEM_CA_FILE"],
            )
        return Path(self._given["TANDEM_CA_FILE"]).absolute()

    def proxies(self) -> Mapping[str, str]:
        """The usual variables, in lower or upper case as other programs take them."""
        found = {}
        for scheme in ("http", "https", "no"):
            for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper()):
                if name in self._given and scheme not in found:
                    found[scheme] = self._given[name]
                    if scheme != "no":
                        self._refuse_unless_proxy(name, found[scheme])
        return found

    def web_url(self) -> str | None:
        name = "TANDEM_WEB_URL"
        given = self._given.get(name)
        if given is None:
            return None
        try:
            parts = urlsplit(given)
        except ValueError:
            raise self.wrong("environment.web_url", name=name, given=given) from None
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise self.wrong("environment.web_url", name=name, given=given)
        return given

    def trusted_proxies(self) -> tuple[str, ...] | None:
        name = "TANDEM_TRUSTED_PROXIES"
        if name not in self._given:
            return None
        listed = [each.strip() for each in self._given[name].split(",")]
        for each in listed:
            try:
                ip_network(each, strict=False)
            except ValueError:
                raise self.wrong("environment.network", name=name, given=each) from None
        return tuple(listed)

    def _refuse_unless_proxy(self, name: str, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            shown = url.rpartition("@")[2]  # a password stays unsaid
            raise self.wrong("environment.proxy", name=name, given=shown)

    def _content(self, name: str) -> str:
        path = Path(self._given[name]).expanduser()
        try:
            text = path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            problem = error.strerror if isinstance(error, OSError) else str(error)
            raise self.wrong("environment.file", name=name, path=path, problem=problem) from None
        if not text:
            raise self.wrong("environment.empty_file", name=name, path=path)
        return text

    def wrong(self, key: str, **values: object) -> SettingsError:
        return SettingsError(self._messages(key, **values))
