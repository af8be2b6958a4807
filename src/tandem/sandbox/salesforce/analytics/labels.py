"""How a value reads to the running user: dates by locale, numbers, empty cells ([rep-run])."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tandem.sandbox.salesforce.recurrence import MONTHS
from tandem.sandbox.salesforce.wire import from_wire

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.access import Rights
    from tandem.sandbox.salesforce.state import SalesforceState

EMPTY = "-"
_MONDAY, _SUNDAY = 0, 6
_DATES = {
    "en_US": "{m}/{d}/{y}",
    "en_GB": "{d:02}/{m:02}/{y}",
    "ja_JP": "{y}/{m:02}/{d:02}",
    "ja": "{y}/{m:02}/{d:02}",
    "de_DE": "{d:02}.{m:02}.{y}",
    "fr_FR": "{d:02}/{m:02}/{y}",
}
_WEEKS_FROM_MONDAY = frozenset({"en_GB", "de_DE", "fr_FR"})


class Labels:
    """Writes values as one user's locale, language and time zone want them."""

    __slots__ = ("_dates", "_is_japanese", "today", "week_starts_on", "zone")

    def __init__(self, state: "SalesforceState", rights: "Rights") -> None:
        user = state.store.table("User").raw.get(rights.user_id, {})
        locale = str(user.get("LocaleSidKey") or "en_US")
        self.zone = ZoneInfo(rights.zone)
        self.today: date = state.world.clock.now().astimezone(self.zone).date()
        self.week_starts_on = _MONDAY if locale in _WEEKS_FROM_MONDAY else _SUNDAY
        self._dates = _DATES.get(locale, _DATES["en_US"])
        self._is_japanese = rights.language.startswith("ja")

    def day_of(self, stored: str) -> date:
        """The user's calendar day of a stored date or instant."""
        if len(stored) == 10:
            return date.fromisoformat(stored)
        return from_wire(stored).astimezone(self.zone).date()

    def day(self, day: date) -> str:
        return self._dates.format(y=day.year, m=day.month, d=day.day)

    def instant(self, stored: str) -> str:
        moment: datetime = from_wire(stored).astimezone(self.zone)
        if self._is_japanese:
            return f"{self.day(moment.date())} {moment.hour}:{moment.minute:02}"
        hour, half = (moment.hour + 11) % 12 + 1, "AM" if moment.hour < 12 else "PM"
        return f"{self.day(moment.date())}, {hour}:{moment.minute:02} {half}"

    def number(self, value: int | float, data_type: str) -> str:
        """`1,234`, `60%`, `$1,000.00`, `1,234.50`."""
        if data_type == "currency":
            return f"${value:,.2f}"
        if data_type == "percent":
            return f"{value:,g}%"
        return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"

    def period(self, granularity: str, value: str) -> str:
        """The label of a group of dates, by the value the group has."""
        if granularity == "MonthInYear":
            return f"{int(value)}月" if self._is_japanese else MONTHS[int(value) - 1]
        if granularity == "DayInMonth":
            return str(int(value))
        first = date.fromisoformat(value)
        match granularity:
            case "Week":
                last = date.fromordinal(min(first.toordinal() + 6, date.max.toordinal()))
                return f"{self.day(first)} - {self.day(last)}"
            case "Month" if self._is_japanese:
                return f"{first.year}年{first.month}月"
            case "Month":
                return f"{MONTHS[first.month - 1]} {first.year}"
            case "Quarter":
                return f"Q{(first.month + 2) // 3} CY{first.year}"
            case "FiscalQuarter":
                return f"Q{(first.month + 2) // 3}-{first.year}"
            case "Year":
                return f"CY{first.year}"
            case "FiscalYear":
                return f"FY{first.year}"
        return self.day(first)


def cell(label: str, value: Any) -> dict[str, Any]:
    """A cell as the API shows it."""
    return {"label": label, "value": value}
