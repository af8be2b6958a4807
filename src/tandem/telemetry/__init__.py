"""Watching Tandem at work: metrics, traces, health and readiness. Nothing that works knows of it."""

from tandem.telemetry.metrics import Metrics
from tandem.telemetry.readiness import Readiness, Ready
from tandem.telemetry.watch import Watch, Watched, watching

__all__ = ["Metrics", "Readiness", "Ready", "Watch", "Watched", "watching"]
