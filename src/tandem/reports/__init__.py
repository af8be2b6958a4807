"""Reports on what was synced: ready-made ones, built ones, run in Salesforce and saved there."""

from tandem.reports.ready import READY, ready_made
from tandem.reports.reporting import Reporting
from tandem.reports.sheet import sheet

__all__ = ["READY", "Reporting", "ready_made", "sheet"]
