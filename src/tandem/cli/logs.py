"""
Where log events go: to standard error, as text for people or as JSON lines for machines.

Records of other libraries go the same way, so that every line of a JSON log is JSON. Whatever is logged, no line
holds an e-mail address or a bearer token: a bug's words may come from anywhere.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

from tandem.settings import ProcessSettings

__all__ = ["configure_logs"]

_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_BEARER = re.compile(r"(?i)(bearer\s+)[\w.~+/=-]+")
_FIRST = ("timestamp", "level", "logger", "event", "connection", "run", "trace")
_OTHERS_LEVEL = logging.WARNING
_MODULE = structlog.processors.CallsiteParameterAdder(
    [structlog.processors.CallsiteParameter.QUAL_MODULE]
)


def configure_logs(settings: ProcessSettings, *, default: str) -> None:
    """Log at ``TANDEM_LOG_LEVEL``, else at *default*: a command says little, the service more."""
    level = logging.getLevelNamesMapping()[(settings.log_level or default).upper()]
    is_json = settings.log_format == "json"
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    named: list[Processor] = [_MODULE, _named] if is_json else []
    last = _for_machines() if is_json else _for_people()
    structlog.configure(
        processors=[*shared, *named, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    _configure_others([structlog.stdlib.add_logger_name, *shared], last, level)


def _for_machines() -> list[Processor]:
    return [
        structlog.processors.format_exc_info,
        _without_secrets,
        _in_order,
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
    ]


def _for_people() -> list[Processor]:
    return [
        structlog.dev.set_exc_info,
        structlog.processors.format_exc_info,
        _without_secrets,
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
    ]


def _configure_others(before: list[Processor], last: list[Processor], level: int) -> None:
    """Other libraries' records: warnings and worse, since what they tell besides is for their own developers."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    lines.set_name("tandem")
    root = logging.getLogger()
    for each in [each for each in root.handlers if each.get_name() == "tandem"]:
        root.removeHandler(each)
    root.addHandler(lines)
    root.setLevel(max(level, _OTHERS_LEVEL))


def _named(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """``logger`` is the module that logs; another library's record brings its own name."""
    module = event.pop("qual_module", "")
    event.setdefault("logger", module)
    return event


def _without_secrets(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key, value in event.items():
        event[key] = _masked(value)
    return event


def _masked(value: Any) -> Any:
    match value:
        case str():
            return _BEARER.sub(r"\1[token]", _ADDRESS.sub("[address]", value))
        case dict():
            return {key: _masked(each) for key, each in value.items()}
        case list() | tuple():
            return [_masked(each) for each in value]
        case BaseException():
            return _masked(str(value))
        case _:
            return value


def _in_order(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """What every line has stands first; what is not known is left out."""
    known = {key: event[key] for key in _FIRST if event.get(key) not in (None, "")}
    return known | {key: value for key, value in event.items() if key not in _FIRST}
