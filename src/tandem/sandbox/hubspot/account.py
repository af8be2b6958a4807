"""What an account is: its id, zone and place [SPEC:account-info.v3]."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from tandem.sandbox.clock import from_ms
from tandem.sandbox.hubspot.errors import invalid


@dataclass(slots=True, kw_only=True)
class Account:
    """The account's own settings."""

    portal_id: int = 147_000_000
    type: str = "STANDARD"
    time_zone: str = "Asia/Tokyo"
    currency: str = "JPY"
    additional_currencies: list[str] = field(default_factory=list)
    ui_domain: str = "app.hubspot.com"
    data_hosting: str = "na1"

    def load(self, part: Mapping[str, Any]) -> None:
        """Take in details as account-info answers them."""
        self.portal_id = int(part.get("portalId", self.portal_id))
        self.type = str(part.get("accountType", self.type))
        self.set_time_zone(str(part.get("timeZone", self.time_zone)))
        self.currency = str(part.get("companyCurrency", self.currency))
        self.additional_currencies = list(part.get("additionalCurrencies") or ())
        self.ui_domain = str(part.get("uiDomain", self.ui_domain))
        self.data_hosting = str(part.get("dataHostingLocation", self.data_hosting))

    def set_time_zone(self, name: str) -> None:
        """What a person does in the account's settings."""
        if name not in _zones():
            raise invalid(f"There is no time zone {name!r}")
        self.time_zone = name

    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def details(self, now_ms: int) -> dict[str, Any]:
        """The answer of account-info; the offset is the one that holds now."""
        offset = from_ms(now_ms).astimezone(self.zone()).utcoffset() or timedelta()
        minutes = int(offset.total_seconds()) // 60
        sign = "-" if minutes < 0 else "+"
        return {
            "portalId": self.portal_id,
            "accountType": self.type,
            "timeZone": self.time_zone,
            "companyCurrency": self.currency,
            "additionalCurrencies": self.additional_currencies,
            "utcOffset": f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}",
            "utcOffsetMilliseconds": minutes * 60_000,
            "uiDomain": self.ui_domain,
            "dataHostingLocation": self.data_hosting,
        }


@cache
def _zones() -> frozenset[str]:
    """Every zone there is; finding them walks through a folder of files."""
    return frozenset(available_timezones())
