"""The secret of a run, kept in a file by an operator who wants a follow-up to join what was written before.

Who has the file and an original's numbers can find its copy again: it is kept
like a key, and the link ends when it is destroyed.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from deidentify.batch.errors import BatchError

_BYTES = 32


def read_secret(path: Path) -> bytes:
    """Return the secret of a file, which is made where there is none, for its owner alone.

    Raises:
        BatchError("secret_unreadable"): it cannot be read or made, or holds no secret.
    """
    try:
        return _made(path) if not path.exists() else _known(path.read_text("ascii"))
    except (OSError, ValueError) as error:
        raise BatchError("secret_unreadable") from error


def _known(text: str) -> bytes:
    secret = bytes.fromhex(text)
    if len(secret) != _BYTES:
        raise ValueError("a secret has 32 bytes")
    return secret


def _made(path: Path) -> bytes:
    secret = secrets.token_bytes(_BYTES)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret.hex() + "\n")
    return secret
