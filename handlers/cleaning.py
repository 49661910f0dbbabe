"""When files are cleaned: in a few lanes for everybody, so that a thousand slices never hold up a page.

The files of one question share a lane: whichever comes first takes along what waits beside it.
"""

from __future__ import annotations

import zlib

from domain.commands import CleanUpload
from domain.ids import QuestionId, UploadId
from domain.ports.store import Transaction


def note_cleaning(transaction: Transaction, upload_id: UploadId, *, question_id: QuestionId, lanes: int) -> None:
    """Note that a complete file is to be taken through the door."""
    number = zlib.crc32(question_id.encode()) % lanes
    transaction.jobs.add(CleanUpload(upload_id=upload_id), lane=f"clean|{number}")
