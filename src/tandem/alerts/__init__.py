"""Alerts: who is told when something is wrong with a connection, by e-mail and by webhook."""

from tandem.alerts.alerts import Alerts, Wanted, alerting
from tandem.alerts.causes import Cause
from tandem.alerts.wanted import wanted_from

__all__ = ["Alerts", "Cause", "Wanted", "alerting", "wanted_from"]
