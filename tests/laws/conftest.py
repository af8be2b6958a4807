from __future__ import annotations

import pytest
from pure_core import Core


@pytest.fixture(scope="session")
def core() -> Core:
    """The rules as they are; the mutants run the same tests with broken ones."""
    return Core()
