"""
Every rule of the pure core broken on purpose, one at a time, with the tests that must notice.

A mutant replaces one expression of one module in memory; *noticed_by* names tests of this folder that take
the ``core`` they judge. A law that no mutant violates would be decoration; a mutant that no law notices is a
rule nobody proves.
"""

from __future__ import annotations

from mutant import Mutant
from mutants_backwards import BACKWARDS
from mutants_choosing import CORRESPONDENCE, ELIGIBILITY, STATUS, WHO
from mutants_planning import PLAN
from mutants_writing import TIME, WORDS, WRITTEN

__all__ = ["MUTANTS", "Mutant"]

MUTANTS = (
    *ELIGIBILITY,
    *WHO,
    *CORRESPONDENCE,
    *STATUS,
    *WORDS,
    *WRITTEN,
    *TIME,
    *PLAN,
    *BACKWARDS,
)
