"""Which part of the program works; the words are fixed, nothing of the inside is told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.errors import HilumError

if TYPE_CHECKING:
    from bot.compose import Parts
    from bot.worker import Worker


WORKER_SILENT_AFTER = timedelta(seconds=30)


async def check(parts: Parts, worker: Worker) -> Mapping[str, bool | str]:
    """Return each part's state: True, or a word that says what is wrong."""
    return {
        "worker": _worker(parts, worker),
        "database": await _database(parts),
        "archive": parts.settings.archive_folder.is_dir() or "folder_missing",
        "keys": await asyncio.to_thread(_keys, parts),
        **{each.channel.name: each.trouble or True for each in parts.listeners},
    }


def _worker(parts: Parts, worker: Worker) -> bool | str:
    if worker.seen_at is None:
        return "starting"
    return parts.services.clock() - worker.seen_at <= WORKER_SILENT_AFTER or "silent"


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
