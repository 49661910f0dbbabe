"""A store that sees which uploads a transaction saves without having locked them: PostgreSQL would lose a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.ids import UploadId
from domain.study import Upload


class WatchedStore:
    """The real store; `unlocked` lists what was saved as it had been read, unlocked."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.saved = 0
        self.unlocked: list[UploadId] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def write(self, work: Callable[[Any], Any], **how: bool) -> Any:
        return await self._store.write(lambda transaction: work(_Transaction(transaction, self)), **how)


class _Transaction:
    def __init__(self, transaction: Any, watched: WatchedStore) -> None:
        self._transaction = transaction
        self.uploads = _Uploads(transaction.uploads, watched)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transaction, name)


class _Uploads:
    def __init__(self, uploads: Any, watched: WatchedStore) -> None:
        self._uploads = uploads
        self._watched = watched
        self._locked: set[UploadId] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._uploads, name)

    def lock(self, upload_id: UploadId) -> Upload:
        self._locked.add(upload_id)
        locked: Upload = self._uploads.lock(upload_id)
        return locked

    def save(self, upload: Upload) -> None:
        self._watched.saved += 1
        if upload.id not in self._locked:
            self._watched.unlocked.append(upload.id)
        self._uploads.save(upload)
