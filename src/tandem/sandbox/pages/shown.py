"""Instants, days and bodies as people read them."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from markupsafe import Markup

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_BLOCKS = frozenset(
    (
        "address", "article", "blockquote", "body", "center", "dd", "div", "dl", "dt", "figure", "footer",
        "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "ol", "p", "pre",
        "section", "table", "tbody", "tr", "ul",
    )
)  # fmt: skip
_GAPS = re.compile(r"\n{3,}")
_UNSEEN = frozenset({"head", "script", "style", "template", "title"})


class Shown:
    """Times in one zone and one language."""

    __slots__ = ("_is_japanese", "now", "zone")

    def __init__(self, zone: ZoneInfo, language: str, now: datetime) -> None:
        self.zone = zone
        self.now = now.astimezone(zone)
        self._is_japanese = language == "ja"

    @property
    def zone_name(self) -> str:
        """The zone with its present distance from UTC: `Asia/Tokyo (UTC+09:00)`."""
        offset = self.now.utcoffset() or timedelta()
        minutes = int(offset.total_seconds()) // 60
        sign = "-" if minutes < 0 else "+"
        return f"{self.zone.key} (UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02})"

    def time(self, instant: datetime | None) -> Markup:
        """An instant, to the minute."""
        if instant is None:
            return Markup()
        local = instant.astimezone(self.zone)
        text = f"{self._day_text(local.date())}{'' if self._is_japanese else ','} {local:%H:%M}"
        return Markup('<time datetime="{}">{}</time>').format(local.isoformat("T", "seconds"), text)

    def day(self, day: date | None) -> Markup:
        if day is None:
            return Markup()
        return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), self._day_text(day))

    def field(self, instant: datetime | None) -> str:
        """An instant as a field for date and time takes it."""
        return "" if instant is None else f"{instant.astimezone(self.zone):%Y-%m-%dT%H:%M}"

    def instant(self, text: str) -> datetime:
        """What was filled into a field for date and time, in UTC; ValueError if it is neither."""
        filled = datetime.fromisoformat(text)
        local = filled if filled.tzinfo is not None else filled.replace(tzinfo=self.zone)
        return local.astimezone(UTC)

    def _day_text(self, day: date) -> str:
        if self._is_japanese:
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def plain(body: str | None) -> str:
    """The text of an HTML body, its blocks on lines of their own. Nothing of the markup is left."""
    if not body:
        return ""
    reader = _Reader()
    reader.feed(body)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.found).split("\n")]
    return _GAPS.sub("\n\n", "\n".join(lines)).strip("\n")


def as_html(text: str | None) -> str | None:
    """What a person typed as a CRM's editor keeps it: paragraphs and line breaks."""
    if text is None:
        return None
    paragraphs = text.replace("\r\n", "\n").strip("\n").split("\n\n")
    return "".join(f"<p>{html.escape(one).replace(chr(10), '<br>')}</p>" for one in paragraphs)


class _Reader(HTMLParser):
    """Collects the text between tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self.found.append("\n")
        elif tag in _BLOCKS:
            self._begin_line()

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BLOCKS:
            self._begin_line()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.found.append(data)

    def _begin_line(self) -> None:
        if self.found and not self.found[-1].endswith("\n"):
            self.found.append("\n")
