"""
Sample data of the sandbox: vendor-shaped records with explicit ids, ready to load.

Everything here follows from a language, a moment and a seed, and imports nothing of the sandbox.
"""

from tandem.sandbox.data.bulk import Bulk, bulk_activities
from tandem.sandbox.data.office import edits, new_tasks
from tandem.sandbox.data.sample import LANGUAGES, Sample, sample
from tandem.sandbox.data.trickle import trickle

__all__ = [
    "LANGUAGES",
    "Bulk",
    "Sample",
    "bulk_activities",
    "edits",
    "new_tasks",
    "sample",
    "trickle",
]
