"""What ends a whole run. Single files never do: they are refused, and the run goes on."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import HilumError

_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


class BatchError(HilumError):
    """The run cannot go on: `output_full`, `output_unwritable`, `output_not_empty`, `report_in_output`, `secret_…`.

    Told on the command line, never to members: the codes have no wording.
    """


@contextmanager
def told_as_output() -> Iterator[None]:
    """Translate what the disk says while something is written."""
    try:
        yield
    except OSError as error:
        raise BatchError("output_full" if error.errno in _FULL else "output_unwritable") from error
