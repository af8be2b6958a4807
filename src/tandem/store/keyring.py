"""
The keys that protect what Tandem keeps, and the marks by which long texts are remembered.

The key never lies in the database: a stolen backup tells no token and no body. Several keys may be
known at once, so that a new one can come into use while older values are still read with the old.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tandem.errors import SettingsError, StoreError

__all__ = ["KEY_FILE_VARIABLE", "KEY_VARIABLE", "Keyring", "Marker", "key_id_of"]

KEY_VARIABLE = "TANDEM_KEY"
KEY_FILE_VARIABLE = "TANDEM_KEY_FILE"

Marker = Callable[[str | bytes], str]
"""Turns a text into its keyed hash."""

_KEY_BYTES = 32
_NONCE_BYTES = 12  # NIST SP 800-38D recommends 96 bits for GCM
_TAG_BYTES = 16
_FORMAT = b"\x01"
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_REMEDY = "Make one with: openssl rand -base64 32"


def key_id_of(key: bytes) -> str:
    """A short public name of *key*, the same on every machine, from which the key cannot be found."""
    return _derive(key, "key id", 4).hex()


@dataclass(frozen=True, slots=True)
class Keyring:
    """
    Encrypts with the current key, decrypts with any key it holds.

    ``marks`` is the secret behind :meth:`marker`. It stays the same when the current key changes
    (the store remembers it), since every remembered text would otherwise look edited.
    """

    keys: Mapping[str, bytes] = field(repr=False)
    current: str
    marks: bytes = field(default=b"", repr=False)
    _ciphers: dict[str, AESGCM] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for key in self.keys.values():
            if len(key) != _KEY_BYTES:
                raise SettingsError(f"An encryption key must have 32 bytes. {_REMEDY}")
        if self.current not in self.keys:
            raise SettingsError(f"The keyring lacks its current key {self.current}.")
        for key_id, key in self.keys.items():
            if not 0 < len(key_id.encode()) < 256:
                raise SettingsError("A key id must have 1 to 255 characters.")
            self._ciphers[key_id] = AESGCM(key)
        if not self.marks:
            object.__setattr__(self, "marks", _derive(self.keys[self.current], "text marks", 32))

    @classmethod
    def of(cls, *keys: bytes) -> Keyring:
        """A keyring of raw keys, the current one first."""
        if not keys:
            raise SettingsError(f"No encryption key is given. {_REMEDY}")
        return cls({key_id_of(key): key for key in keys}, key_id_of(keys[0]))

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], home: Path) -> Keyring:
        """
        The keys of ``TANDEM_KEY`` or ``TANDEM_KEY_FILE``, else of ``home/key``, made when it is absent.

        Either may hold several keys, separated by commas or white space, the current one first.
        """
        text, path = environ.get(KEY_VARIABLE, "").strip(), environ.get(KEY_FILE_VARIABLE, "")
        if text and path:
            raise SettingsError(f"Set {KEY_VARIABLE} or {KEY_FILE_VARIABLE}, not both.")
        if text:
            return cls.of(*_keys_in(text, KEY_VARIABLE))
        if path:
            return cls.of(*_keys_of_file(Path(path), f"{KEY_FILE_VARIABLE} {path}"))
        own = home / "key"
        if not own.exists():
            _make_key_file(own)
        return cls.of(*_keys_of_file(own, f"The key file {own}"))

    def with_marks(self, marks: bytes) -> Keyring:
        """The same keys with a remembered secret of the marks."""
        return replace(self, marks=marks, _ciphers={})

    def encrypt(self, plain: bytes, *, context: str) -> bytes:
        """*plain* under the current key; it opens only with the same *context*."""
        key_id = self.current.encode()
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self.current].encrypt(nonce, plain, context.encode())
        return b"".join((_FORMAT, bytes((len(key_id),)), key_id, nonce, sealed))

    def decrypt(self, sealed: bytes, *, context: str) -> bytes:
        """What was encrypted under *context*; StoreError says which key is missing, or that it was changed."""
        key_id, nonce, rest = _parts(sealed)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise StoreError(
                f"A stored secret was encrypted with the key {key_id}, which is not at hand (at hand: "
                f"{', '.join(self.keys)}). Put that key back into {KEY_VARIABLE} or {KEY_FILE_VARIABLE}; "
                "behind a newer key, after a comma, if both are in use."
            )
        try:
            return cipher.decrypt(nonce, rest, context.encode())
        except InvalidTag:
            raise StoreError(
                "A stored secret cannot be decrypted: it was changed, or belongs to another record. "
                "Restore a backup, or connect the account again."
            ) from None

    def key_of(self, sealed: bytes) -> str:
        """The id of the key that *sealed* was encrypted with."""
        return _parts(sealed)[0]

    def marker(self, context: str) -> Marker:
        """
        Marks texts within *context* (a tenant's connection): equal texts get equal marks.

        A mark tells nothing about its text to somebody who has the database but not the key.
        """
        secret = _derive(self.marks, f"marks of {context}", 32)

        def mark(text: str | bytes) -> str:
            given = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
            digest = hashlib.blake2b(given, digest_size=16, key=secret).digest()
            return base64.urlsafe_b64encode(digest)[:22].decode()

        return mark


def _parts(sealed: bytes) -> tuple[str, bytes, bytes]:
    end = 2 + (sealed[1] if len(sealed) > 1 else 0)
    if sealed[:1] != _FORMAT or len(sealed) < end + _NONCE_BYTES + _TAG_BYTES:
        raise StoreError("A stored secret is damaged. Restore a backup.")
    key_id = sealed[2:end].decode("utf-8", "replace")
    return key_id, sealed[end : end + _NONCE_BYTES], sealed[end + _NONCE_BYTES :]


def _derive(secret: bytes, purpose: str, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt=None, info=f"tandem {purpose}".encode()).derive(
        secret
    )


def _keys_in(text: str, source: str) -> Sequence[bytes]:
    keys = [_key_from(word, source) for word in re.split(r"[\s,]+", text.strip()) if word]
    if not keys:
        raise SettingsError(f"{source} is empty. {_REMEDY}")
    return keys


def _key_from(word: str, source: str) -> bytes:
    if _HEX.fullmatch(word):
        return bytes.fromhex(word)
    standard = word.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        key = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError(f"{source} is neither base64 nor hexadecimal. {_REMEDY}") from None
    if len(key) != _KEY_BYTES:
        raise SettingsError(f"{source} has {len(key)} bytes, but a key has 32. {_REMEDY}")
    return key


def _keys_of_file(path: Path, source: str) -> Sequence[bytes]:
    try:
        status = path.stat()
        text = path.read_text("ascii")
    except UnicodeDecodeError:
        raise SettingsError(f"{source} is neither base64 nor hexadecimal. {_REMEDY}") from None
    except OSError as error:
        raise SettingsError(f"{source} cannot be read: {error.strerror}.") from error
    _refuse_open_file(status, path, source)
    return _keys_in(text, source)


def _refuse_open_file(status: os.stat_result, path: Path, source: str) -> None:
    """PostgreSQL's rule for key files: 0600, or 0640 where root owns it and a group is let in [libpq-ssl]."""
    is_ours = status.st_uid == os.geteuid() and status.st_uid != 0
    forbidden = 0o077 if is_ours else 0o027
    if stat.S_IMODE(status.st_mode) & forbidden:
        raise SettingsError(
            f"{source} can be read or changed by other users (mode {stat.S_IMODE(status.st_mode):04o}). "
            f"Run: chmod 600 {path}"
        )


def _make_key_file(path: Path) -> None:
    """Write a new key so that of two programs starting at once both end up with the same one."""
    draft = path.with_name(f".key-{os.getpid()}-{os.urandom(4).hex()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.b64encode(os.urandom(_KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return  # the other program's key counts
        finally:
            draft.unlink()
    except OSError as error:
        raise SettingsError(
            f"No encryption key is set and {path} cannot be made: {error.strerror}. "
            f"Set {KEY_VARIABLE}, or make the folder writable."
        ) from error
