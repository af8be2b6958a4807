"""Stories told beside both simulated CRMs; time stands still unless a story moves it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenarios.story import Story
from tests.support.installation import installation


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    """Connected, nobody in either CRM yet, no kind switched on."""
    async with installation(tmp_path) as running:
        told = Story(running)
        await running.connect()
        yield told
