"""Keys: files in a folder outside the data, never in a backup, found again by their id.

`archive-NNNN` wrap the keys of archived objects, the newest for new ones.
`linkage-NNNN` guards the linkage. `inbox-YYYY-MM-DD`, made on demand, wraps
what came in on that day and is destroyed at the time to live: with it expire
the write-ahead logs and copies of everything it wrapped.
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import PermanentError
from storage.files import sync_folder, write_durably

KEY_BYTES = 32
_NONCE_BYTES = 12
_KEY_ID = re.compile(r"(?:archive|linkage)-\d{4}|inbox-\d{4}-\d{2}-\d{2}")
_INBOX = "inbox-"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedKey:
    """A key encrypted with another; `key_id` names the other."""

    wrapped: bytes
    key_id: str


class Keyring:
    """The keys of one folder; opened by its path, in any process."""

    def __init__(self, folder: Path) -> None:
        self._folder = Path(folder)
        self._cache: dict[str, bytes] = {}

    def __reduce__(self) -> tuple[type[Keyring], tuple[Path]]:
        """Pickle as the path alone: keys do not travel between processes."""
        return Keyring, (self._folder,)

    @property
    def folder(self) -> Path:
        return self._folder

    def newest(self, kind: str) -> str:
        """Return the id of the newest "archive" or "linkage" key.

        Raises:
            PermanentError: "archive_key_missing", "linkage_key_missing"; the operator runs `hilum keys create`.
        """
        found = sorted(path.stem for path in self._folder.glob(f"{kind}-*.key"))
        if not found:
            raise PermanentError(f"{kind}_key_missing")
        return found[-1]

    def inbox_key(self, day: date) -> str:
        """Return the id of a day's inbox key, made if this is its first use."""
        key_id = f"{_INBOX}{day.isoformat()}"
        if not self._path(key_id).exists():
            _create(self._folder, key_id)
        return key_id

    def wrap(self, key: bytes, *, key_id: str, context: str) -> WrappedKey:
        """Encrypt a key (or a secret as short); it opens with the same context only."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        wrapped = nonce + AESGCM(self.key(key_id)).encrypt(nonce, key, context.encode())
        return WrappedKey(wrapped=wrapped, key_id=key_id)

    def unwrap(self, wrapped: bytes, *, key_id: str, context: str) -> bytes:
        """Return a wrapped key.

        Raises:
            PermanentError: "key_damaged", or that of `key`.
        """
        nonce, sealed = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        try:
            return AESGCM(self.key(key_id)).decrypt(nonce, sealed, context.encode())
        except (InvalidTag, ValueError) as error:
            raise PermanentError("key_damaged") from error

    def key(self, key_id: str) -> bytes:
        """Return a key itself.

        Raises:
            PermanentError: "archive_key_missing", "linkage_key_missing", "inbox_key_missing" (expired), "key_damaged".
        """
        path = self._path(key_id)
        if key_id.startswith(_INBOX) and not path.exists():
            self._cache.pop(key_id, None)
        if key_id not in self._cache:
            self._cache[key_id] = _read(path, key_id)
        return self._cache[key_id]

    def destroy_inbox_keys(self, before: date) -> int:
        """Destroy the inbox keys of every day before `before`; returns how many."""
        expired = [path for path in self._folder.glob(f"{_INBOX}*.key") if path.stem < f"{_INBOX}{before.isoformat()}"]
        for path in expired:
            _destroy(path)
            self._cache.pop(path.stem, None)
        if expired:
            sync_folder(self._folder)
        return len(expired)

    def _path(self, key_id: str) -> Path:
        if not _KEY_ID.fullmatch(key_id):
            raise PermanentError("key_unknown")
        return self._folder / f"{key_id}.key"


def create_keys(folder: Path) -> tuple[str, ...]:
    """Make the folder and the first archive and linkage keys; returns the ids made now, none where all were there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    missing = [kind for kind in ("archive", "linkage") if not any(folder.glob(f"{kind}-*.key"))]
    return tuple(key_id for key_id in (f"{kind}-0001" for kind in missing) if _create(folder, key_id))


def _create(folder: Path, key_id: str) -> bool:
    """Write a new key whole, then link it to its name: of several processes one wins, none reads half a key."""
    if not folder.is_dir():
        raise PermanentError("keys_folder_missing")
    path = folder / f"{key_id}.key"
    unfinished = folder / f".{key_id}.{secrets.token_hex(8)}"
    write_durably(unfinished, f"{secrets.token_hex(KEY_BYTES)}\n".encode(), mode=0o600)
    try:
        os.link(unfinished, path)
    except FileExistsError:
        return False
    finally:
        unfinished.unlink()
        sync_folder(folder)
    return True


def _read(path: Path, key_id: str) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except FileNotFoundError as error:
        raise PermanentError(f"{key_id.partition('-')[0]}_key_missing") from error
    except ValueError as error:
        raise PermanentError("key_damaged") from error
    if len(key) != KEY_BYTES:
        raise PermanentError("key_damaged")
    return key


def _destroy(path: Path) -> None:
    """Overwrite before removing, so that the blocks do not keep the key where the disk writes in place."""
    try:
        write_durably(path, b"0" * path.stat().st_size, mode=0o600)
        path.unlink()
    except FileNotFoundError:
        return
