"""Where log events go: to standard error, as text for people or as JSON lines for machines."""

from __future__ import annotations

import logging
import sys

import structlog

from tandem.settings import ProcessSettings

__all__ = ["configure_logs"]


def configure_logs(settings: ProcessSettings, *, default: str) -> None:
    """Log at ``TANDEM_LOG_LEVEL``, else at *default*: a command says little, the service more."""
    level = logging.getLevelNamesMapping()[(settings.log_level or default).upper()]
    is_json = settings.log_format == "json"
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if is_json else structlog.dev.set_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False)
            if is_json
            else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
