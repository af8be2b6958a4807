"""Imports, undoing and making again that outlive the page they were started from."""

from tandem.engine.long_work.arguments import wanted_of
from tandem.engine.long_work.outcome import WorkReport, report_of_work
from tandem.engine.long_work.works import LARGEST_FILE, Works

__all__ = ["LARGEST_FILE", "WorkReport", "Works", "report_of_work", "wanted_of"]
