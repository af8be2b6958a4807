"""
What Tandem costs, measured against the simulated CRMs beside plain code on the vendors' SDKs.

Nothing here is a figure: every number that ``run`` answers was measured in that call.
"""

from tandem.bench.run import run

__all__ = ["run"]
