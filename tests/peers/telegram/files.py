"""Files as the service keeps them: photos in several sizes, everything else as it came; getFile and the download."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import PurePath
from typing import TYPE_CHECKING

from aiogram.methods import GetFile
from aiogram.types import BufferedInputFile, Document, File, InputFile, PhotoSize, Voice
from PIL import Image, UnidentifiedImageError

from tests.peers.telegram.calls import Handlers
from tests.peers.telegram.clock import Clock
from tests.peers.telegram.refusals import RefusedError, bad_request

if TYPE_CHECKING:
    from tests.peers.telegram.service import Service

DOWNLOAD_LIMIT_BYTES = 20 * 1024 * 1024
UPLOAD_LIMIT_BYTES = 50 * 1024 * 1024
PHOTO_LIMIT_BYTES = 10 * 1024 * 1024
_LINK_LIFE = timedelta(hours=1)
_SIDES = (90, 320, 800, 1280)


@dataclass(slots=True)
class StoredFile:
    """A file on the service; its link lives for an hour after it was asked for."""

    file_id: str
    kind: str
    path: str
    data: bytes
    content: object = None
    link_ends: datetime | None = None

    @property
    def unique_id(self) -> str:
        return f"U{self.file_id}"

    @property
    def size_bytes(self) -> int:
        return len(self.data)


@dataclass(slots=True)
class FileStore:
    clock: Clock
    _files: dict[str, StoredFile] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def photo(self, data: bytes) -> list[PhotoSize]:
        """Keep a photo in several sizes, smallest first, as JPEG without its metadata.

        Source: Message, photo: "Message is a photo, available sizes of the photo"; sendPhoto, photo: "The photo
        must be at most 10 MB in size. The photo's width and height must not exceed 10000 in total. Width and
        height ratio must be at most 20".
        """
        if len(data) > PHOTO_LIMIT_BYTES:
            raise bad_request("file is too big")
        image = _decoded(data)
        longest = max(image.size)
        sides = [side for side in _SIDES if side < longest] + [min(longest, _SIDES[-1])]
        sizes = [self._size(image, side) for side in dict.fromkeys(sides)]
        for each in sizes:
            self._files[each.file_id].content = sizes
        return sizes

    def document(self, data: bytes, *, name: str | None, mime_type: str | None) -> Document:
        """Keep a file as it came.

        Source: sendDocument: "Bots can currently send files of any type of up to 50 MB in size".
        """
        if not data:
            raise bad_request("file must be non-empty")
        kept = self._keep("documents", data, PurePath(name or "").suffix or ".bin")
        kept.content = Document(
            file_id=kept.file_id,
            file_unique_id=kept.unique_id,
            file_name=name,
            mime_type=mime_type or "application/octet-stream",
            file_size=kept.size_bytes,
        )
        return kept.content

    def voice(self, data: bytes, *, seconds: int) -> Voice:
        kept = self._keep("voice", data, ".oga")
        return Voice(
            file_id=kept.file_id,
            file_unique_id=kept.unique_id,
            duration=seconds,
            mime_type="audio/ogg",
            file_size=kept.size_bytes,
        )

    def again(self, file_id: str, kind: str) -> object:
        """Return a photo or document that lies here already.

        Source: Sending files: "If the file is already stored somewhere on the Telegram servers, you don't need to
        reupload it" and "It is not possible to change the file type when resending by file_id".
        """
        kept = self._files.get(file_id)
        if kept is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if kept.kind != kind:
            raise bad_request(f"can't use file of type {kept.kind.title()} as {kind.title()}")
        return kept.content

    def link(self, file_id: str) -> File:
        """Prepare a file for its download.

        Source: getFile: "For the moment, bots can download files of up to 20MB in size" and "It is guaranteed
        that the link will be valid for at least 1 hour".
        """
        kept = self._files.get(file_id)
        if kept is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if kept.size_bytes > DOWNLOAD_LIMIT_BYTES:
            raise bad_request("file is too big")
        kept.link_ends = self.clock.now() + _LINK_LIFE
        return File(file_id=kept.file_id, file_unique_id=kept.unique_id, file_size=kept.size_bytes, file_path=kept.path)

    def download(self, path: str) -> bytes:
        for kept in self._files.values():
            if kept.path == path and kept.link_ends is not None and self.clock.now() < kept.link_ends:
                return kept.data
        raise RefusedError(404, "Not Found")

    def _size(self, image: Image.Image, side: int) -> PhotoSize:
        scaled = image.copy()
        scaled.thumbnail((side, side))
        written = io.BytesIO()
        scaled.save(written, "JPEG")
        kept = self._keep("photos", written.getvalue(), ".jpg")
        width, height = scaled.size
        return PhotoSize(
            file_id=kept.file_id,
            file_unique_id=kept.unique_id,
            width=width,
            height=height,
            file_size=kept.size_bytes,
        )

    def _keep(self, folder: str, data: bytes, suffix: str) -> StoredFile:
        number = next(self._numbers)
        kind = folder.removesuffix("s")
        kept = StoredFile(
            file_id=f"{kind.title()}-{number:016x}", kind=kind, path=f"{folder}/file_{number}{suffix}", data=data
        )
        self._files[kept.file_id] = kept
        return kept


def uploaded(file: InputFile) -> BufferedInputFile:
    """Return the bytes of a part that came with a call.

    Source: Sending files: "10 MB max size for photos, 50 MB for other files".
    """
    assert isinstance(file, BufferedInputFile)
    if len(file.data) > UPLOAD_LIMIT_BYTES:
        raise RefusedError(413, "Request Entity Too Large")
    return file


def _decoded(data: bytes) -> Image.Image:
    if not data:
        raise bad_request("file must be non-empty")
    try:
        image = Image.open(io.BytesIO(data)).convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise bad_request("IMAGE_PROCESS_FAILED") from error
    width, height = image.size
    if width + height > 10_000 or max(image.size) > 20 * min(image.size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return image


def get_file(service: Service, call: GetFile) -> File:
    return service.files.link(call.file_id)


HANDLERS: Handlers = {GetFile: get_file}
