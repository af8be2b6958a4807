"""Where keys come from, and what they open."""

from __future__ import annotations

import base64
import os
import threading
from pathlib import Path

import pytest

from tandem.errors import SettingsError, StoreError
from tandem.store import Keyring
from tandem.store.keyring import key_id_of

ONE, TWO = bytes(range(32)), bytes(range(32, 64))


def test_what_is_encrypted_opens_with_the_same_key_and_context() -> None:
    keyring = Keyring.of(ONE)
    sealed = keyring.encrypt(b"secret", context="account 1")

    assert keyring.decrypt(sealed, context="account 1") == b"secret"
    assert b"secret" not in sealed
    assert sealed != keyring.encrypt(b"secret", context="account 1"), "never the same twice"
    assert keyring.key_of(sealed) == key_id_of(ONE)


def test_nothing_opens_in_another_context_or_after_a_change() -> None:
    keyring = Keyring.of(ONE)
    sealed = keyring.encrypt(b"secret", context="account 1")

    with pytest.raises(StoreError, match="cannot be decrypted"):
        keyring.decrypt(sealed, context="account 2")
    for n in range(len(sealed)):
        changed = sealed[:n] + bytes((sealed[n] ^ 1,)) + sealed[n + 1 :]
        with pytest.raises(StoreError):
            keyring.decrypt(changed, context="account 1")
        with pytest.raises(StoreError):
            keyring.decrypt(sealed[:n], context="account 1")


def test_a_missing_key_is_named_with_the_remedy() -> None:
    sealed = Keyring.of(ONE).encrypt(b"secret", context="")

    with pytest.raises(StoreError, match=rf"{key_id_of(ONE)}.*{key_id_of(TWO)}.*TANDEM_KEY"):
        Keyring.of(TWO).decrypt(sealed, context="")


def test_a_new_key_comes_into_use_while_the_old_one_still_opens() -> None:
    old, both = Keyring.of(ONE), Keyring.of(TWO, ONE)

    assert both.decrypt(old.encrypt(b"x", context=""), context="") == b"x"
    assert both.key_of(both.encrypt(b"x", context="")) == key_id_of(TWO)


def test_marks_are_short_and_tell_nothing_without_the_key() -> None:
    mark = Keyring.of(ONE).marker("connection 1")

    assert mark("text") == mark(b"text")
    assert len(mark("")) == len(mark("x" * 32_000)) == 22
    assert mark("text") != Keyring.of(TWO).marker("connection 1")("text")
    assert mark("text") != Keyring.of(ONE).marker("connection 2")("text")


def test_marks_can_outlive_their_key() -> None:
    old = Keyring.of(ONE)

    assert Keyring.of(TWO).with_marks(old.marks).marker("c")("x") == old.marker("c")("x")


def test_a_keyring_never_shows_its_keys() -> None:
    shown = repr(Keyring({"name": b"AAAABBBBCCCCDDDDAAAABBBBCCCCDDDD"}, "name"))

    assert "name" in shown
    assert "AAAABBBB" not in shown


# --------------------------------------------------------------------------- the environment


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(ONE).decode(),
        base64.urlsafe_b64encode(ONE).decode().rstrip("="),
        ONE.hex(),
        ONE.hex().upper(),
        f"  {ONE.hex()}\n",
    ],
)
def test_a_key_is_given_as_base64_or_hexadecimal(text: str, tmp_path: Path) -> None:
    keyring = Keyring.from_environment({"TANDEM_KEY": text}, tmp_path)

    assert dict(keyring.keys) == {key_id_of(ONE): ONE}
    assert list(tmp_path.iterdir()) == []


def test_of_several_keys_the_first_is_current(tmp_path: Path) -> None:
    keyring = Keyring.from_environment({"TANDEM_KEY": f"{TWO.hex()},{ONE.hex()}"}, tmp_path)

    assert keyring.current == key_id_of(TWO)
    assert set(keyring.keys) == {key_id_of(ONE), key_id_of(TWO)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("short", "TANDEM_KEY (has|is neither)"),
        (base64.b64encode(ONE[:31]).decode(), "31 bytes, but a key has 32.*openssl"),
        (ONE.hex() + "00", "bytes, but a key has 32"),
        ("not-a-key!", "neither base64 nor hexadecimal.*openssl"),
        ("鍵" * 32, "neither base64 nor hexadecimal"),
        (",", "empty"),
    ],
)
def test_a_key_that_is_none_is_refused_with_the_remedy(
    text: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=words):
        Keyring.from_environment({"TANDEM_KEY": text}, tmp_path)


def test_a_key_file_is_read(tmp_path: Path) -> None:
    path = _file(tmp_path / "secret", ONE.hex() + "\n")

    keyring = Keyring.from_environment({"TANDEM_KEY_FILE": str(path)}, tmp_path / "home")

    assert keyring.current == key_id_of(ONE)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("mode", [0o604, 0o620, 0o644, 0o666])
def test_a_key_file_that_others_can_read_is_refused(mode: int, tmp_path: Path) -> None:
    path = _file(tmp_path / "secret", ONE.hex())
    path.chmod(mode)

    with pytest.raises(SettingsError, match=rf"mode {mode:04o}.*chmod 600 .*secret"):
        Keyring.from_environment({"TANDEM_KEY_FILE": str(path)}, tmp_path)


def test_a_key_file_that_is_absent_empty_or_binary_is_a_sentence(tmp_path: Path) -> None:
    for name, content, words in (
        ("absent", None, "cannot be read: No such file"),
        ("empty", b"", "is empty"),
        ("binary", b"\xff" * 32, "neither base64 nor hexadecimal"),
    ):
        path = tmp_path / name
        if content is not None:
            _file(path, "").write_bytes(content)
        with pytest.raises(SettingsError, match=words):
            Keyring.from_environment({"TANDEM_KEY_FILE": str(path)}, tmp_path)


def test_key_and_key_file_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not both"):
        Keyring.from_environment({"TANDEM_KEY": ONE.hex(), "TANDEM_KEY_FILE": "x"}, tmp_path)


def test_without_a_key_one_is_made_once_and_kept_private(tmp_path: Path) -> None:
    home = tmp_path / "home"

    made = Keyring.from_environment({}, home)

    assert (home / "key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.iterdir()] == ["key"]
    assert Keyring.from_environment({"TANDEM_KEY": ""}, home).current == made.current
    assert Keyring.from_environment({}, tmp_path / "other").current != made.current


def test_programs_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    start, found = threading.Barrier(8), []

    def run() -> None:
        start.wait()
        found.append(Keyring.from_environment({}, tmp_path).current)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_home_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match=r"cannot be made.*Set TANDEM_KEY"):
        Keyring.from_environment({}, tmp_path / "file" / "home")


def test_keys_of_the_wrong_length_or_none_are_refused() -> None:
    for make in (
        lambda: Keyring({"a": b"short"}, "a"),
        lambda: Keyring({"a": ONE}, "b"),
        lambda: Keyring({"": ONE}, ""),
        lambda: Keyring.of(),
    ):
        with pytest.raises(SettingsError):
            make()


def _file(path: Path, text: str) -> Path:
    path.write_text(text)
    os.chmod(path, 0o600)  # noqa: PTH101 - the plain call, as an admin does it
    return path
