"""What only PostgreSQL has: sessions of programs that were stopped in the midst of a transaction."""

from __future__ import annotations

from contextlib import closing

import psycopg
import pytest
from tests.support import postgres
from tests.support.processes import until
from tests.support.stores import KEYRING

from tandem.store import Store

postgres_server = postgres.postgres_server
postgres_url = postgres.postgres_url


@pytest.mark.parametrize("is_batch", [False, True])
def test_a_transaction_that_waits_for_its_program_is_ended(
    postgres_url: str, is_batch: bool
) -> None:
    """In a batch the server counts a session as active, so its own limit for idle ones does not end it."""
    with (
        Store(postgres_url, KEYRING) as store,
        closing(psycopg.connect(store.queue_url, application_name="tandem")) as stopped,
        psycopg.connect(store.queue_url, application_name="another's") as strange,
    ):
        strange.execute("SELECT 1")
        batch = stopped.pipeline().__enter__() if is_batch else None
        stopped.execute("LOCK TABLE lease")
        if batch:
            stopped.pgconn.send_flush_request()
            stopped.pgconn.flush()
            until(lambda: store.end_standing(0), "the end of the standing batch")
        else:
            assert store.end_standing(60) == 0
            assert store.end_standing(0) == 1

        assert store.end_standing(0) == 0
        assert strange.execute("SELECT 1").fetchone() == (1,)
        with pytest.raises(psycopg.OperationalError):
            batch.sync() if batch else stopped.execute("SELECT 1")
