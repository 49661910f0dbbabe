"""SQLAlchemy's errors as Hilum's: what may pass later, and what never will."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from domain.errors import HilumError, PermanentError, TransientError

_TRANSIENT = (
    exc.OperationalError,
    exc.InterfaceError,
    exc.InternalError,
    exc.DisconnectionError,
    exc.TimeoutError,
    exc.PendingRollbackError,
    exc.ResourceClosedError,
    exc.InvalidatePoolError,
)
_RERUN_STATES = frozenset({"40001", "40P01"})  # serialization failure, deadlock


@contextmanager
def translated() -> Iterator[None]:
    """Turn every error of the library that passes into one of ours, the cause kept."""
    try:
        yield
    except exc.SQLAlchemyError as error:
        raise translate(error) from error
    except sqlite3.Error as error:
        # From the savepoints around grouped work, which go past SQLAlchemy.
        raise TransientError("database_unavailable") from error


def translate(error: exc.SQLAlchemyError) -> HilumError:
    """Return ours for theirs: a lost connection or a lock is transient, a refused statement is permanent."""
    if isinstance(error, _TRANSIENT) or (isinstance(error, exc.DBAPIError) and error.connection_invalidated):
        return TransientError("database_unavailable")
    return PermanentError("database_refused")


def asks_to_rerun(error: BaseException) -> bool:
    """Return whether PostgreSQL gave a transaction up that may succeed when it is run again from the start."""
    return isinstance(error, exc.DBAPIError) and getattr(error.orig, "sqlstate", None) in _RERUN_STATES
