"""``tandem token``: making, listing and revoking the tokens of the JSON API."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tandem.cli import run
from tandem.store import Keyring, Store
from tandem.store.api import ApiStore

Said = tuple[int, str, str]


@pytest.fixture
def token(tmp_path: Path) -> Callable[..., Said]:
    """``tandem token …`` in an empty home: exit code, answer, remarks."""

    def call(*arguments: str) -> Said:
        out, err = (Console(file=io.StringIO(), width=160) for _ in range(2))
        environ = {"TANDEM_HOME": str(tmp_path)}
        code = run(["token", *arguments], environ=environ, out=out, err=err)
        texts: list[Any] = [out.file, err.file]
        return code, texts[0].getvalue(), texts[1].getvalue()

    return call


def test_a_new_token_stands_alone_on_the_output_and_is_good(
    token: Callable[..., Said], tmp_path: Path
) -> None:
    code, out, err = token("create", "nightly", "--role", "admin", "--days", "30")
    secret = out.strip()
    with Store(f"sqlite:///{tmp_path}/tandem.db", Keyring.from_environment({}, tmp_path)) as store:
        found = ApiStore.of(store).use_token(secret)
        noted = [(each.action, each.detail) for each in store.audit(0)]

    assert (code, out.count("\n")) == (0, 1)
    assert "nightly" in err
    assert found is not None
    assert found.is_admin
    assert noted == [("token_made", "1 nightly admin")]


def test_tokens_are_listed_without_their_secrets_and_revoked(token: Callable[..., Said]) -> None:
    secret = token("create", "nightly")[1].strip()
    listed = token("list")[1]
    [one] = json.loads(token("list", "--json")[1])
    assert (one["name"], one["role"], one["expires_at"]) == ("nightly", "viewer", None)
    assert secret not in listed + json.dumps(one)
    assert "nightly" in listed
    assert "“nightly” is void" in token("revoke", str(one["id"]))[1]

    assert json.loads(token("list", "--json")[1]) == []
    code, _, err = token("revoke", "1")
    assert code == 2
    assert "There is no API token 1" in err


@pytest.mark.parametrize(
    "arguments",
    [("create", " "), ("create", "a", "--role", "owner"), ("create", "a", "--days", "0")],
)
def test_a_token_that_makes_no_sense_is_not_made(
    token: Callable[..., Said], arguments: tuple[str, ...]
) -> None:
    assert token(*arguments)[0] == 2
    assert json.loads(token("list", "--json")[1]) == []
