"""Which part of the program works; the words are fixed, nothing of the inside is told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from domain.errors import HilumError

if TYPE_CHECKING:
    from bot.compose import Parts


async def check(parts: Parts) -> Mapping[str, bool | str]:
    """Return each part's state: True, or a word that says what is wrong."""
    return {
        "database": await _database(parts),
        "archive": parts.settings.archive_folder.is_dir() or "folder_missing",
        "keys": await asyncio.to_thread(_keys, parts),
    }


async def _database(parts: Parts) -> bool | str:
    try:
        await parts.services.store.read(lambda transaction: transaction.entries.last_id())
    except HilumError as error:
        return error.code
    return True


def _keys(parts: Parts) -> bool | str:
    try:
        parts.storage.keyring.newest("archive")
        parts.storage.keyring.newest("linkage")
    except HilumError as error:
        return error.code
    return True
