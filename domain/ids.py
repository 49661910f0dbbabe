"""Identifiers: one `NewType` per thing, and how a repeatable id is derived."""

from __future__ import annotations

import hashlib
from typing import NewType

MemberId = NewType("MemberId", str)
InboxId = NewType("InboxId", str)
UploadId = NewType("UploadId", str)
QuestionId = NewType("QuestionId", str)
"""A draft and the question it becomes share one id; the number (Q417) comes when it opens."""
ImageId = NewType("ImageId", str)
ObjectId = NewType("ObjectId", str)
DeliveryId = NewType("DeliveryId", str)
PanelId = NewType("PanelId", str)
DigestId = NewType("DigestId", str)
JobId = NewType("JobId", int)

_SEPARATOR = "\x1f"


def derive_id(*parts: str | int) -> str:
    """Return the same 128-bit id, as 32 hex digits, whenever the parts are the same.

    A handler may run twice; ids derived from its command make the second run
    meet the rows of the first instead of adding new ones.
    """
    text = _SEPARATOR.join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
