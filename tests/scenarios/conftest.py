"""Stories told beside both simulated CRMs; time stands still unless a story moves it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.store.database import Database
from tandem.store.migrate import migrate
from tests.scenarios.story import Story
from tests.support.installation import installation


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database that is migrated already: migrating costs more than many a story."""
    path = tmp_path_factory.mktemp("migrated") / "tandem.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture(autouse=True)
def _database(tmp_path: Path, _migrated: Path) -> None:
    shutil.copyfile(_migrated, tmp_path / "tandem.db")


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    """Connected, nobody in either CRM yet, no kind switched on."""
    async with installation(tmp_path) as running:
        told = Story(running)
        await running.connect()
        yield told
