"""What the page of alerts accepts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from tandem.alerts import Wanted
from tandem.alerts.webhook import is_taken
from tandem.web.speech import Speech
from tandem.web.start.form import is_email

__all__ = ["LIMITS", "read"]

_MOST = 20
LIMITS = {"parked": (1, 100_000), "lag_minutes": (5, 10_080), "calls_percent": (10, 100)}
_NAMES = {
    "parked": "web.alerts.parked",
    "lag_minutes": "web.alerts.lag",
    "calls_percent": "web.alerts.calls",
}


def read(
    given: Mapping[str, str], before: Wanted, speech: Speech, *, allow_loopback: bool
) -> tuple[Wanted, tuple[str, ...]]:
    """What the form asks for, and what of it cannot be taken. A new address gets a new secret."""
    problems = []
    recipients = tuple(dict.fromkeys(re.split(r"[\s,;]+", given.get("recipients", "").strip())))
    recipients = tuple(each for each in recipients if each)
    for each in recipients:
        if not is_email(each) or not each.isascii() or not each.isprintable():
            problems.append(speech("web.alerts.bad_email", given=each[:100]))
    if len(recipients) > _MOST:
        problems.append(speech("web.alerts.too_many"))
    url = given.get("webhook_url", "")
    if url and not is_taken(url, allow_loopback=allow_loopback):
        problems.append(speech("web.alerts.bad_webhook", given=url[:100]))
    numbers: dict[str, int] = {}
    for name, (low, high) in LIMITS.items():
        text = given.get(name, "")
        numbers[name] = getattr(before, name)
        if re.fullmatch(r"[0-9]{1,6}", text) and low <= int(text) <= high:
            numbers[name] = int(text)
        else:
            label = speech(_NAMES[name])
            problems.append(speech("web.alerts.bad_number", name=label, low=low, high=high))
    is_same = url == before.webhook_url and not given.get("new_secret")
    language: Literal["en", "ja"] = "ja" if given.get("language") == "ja" else "en"
    changes: dict[str, Any] = {
        "recipients": recipients,
        "webhook_url": url,
        "webhook_secret": before.webhook_secret if is_same else "",
        "language": language,
        **numbers,
    }
    return msgspec.structs.replace(before, **changes), tuple(problems)
