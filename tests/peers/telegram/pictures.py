"""Pictures made in code, for people to send."""

from __future__ import annotations

import io

from PIL import Image


def jpeg(width: int = 64, height: int = 48) -> bytes:
    written = io.BytesIO()
    Image.new("L", (width, height), 90).save(written, "JPEG")
    return written.getvalue()
