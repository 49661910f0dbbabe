"""Files on their way in: announced, then streamed straight into the sealed vault, never parsed or spooled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NoReturn

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from domain.errors import PermanentError, UserError
from domain.ids import MemberId, UploadId
from domain.ports.store import Transaction
from domain.study import Upload
from domain.web import JsonValue
from web.answers import reader_of
from web.bodies import drain, invalid, read_json
from web.problems import ProblemError, not_found, problem_of
from web.routing import Routes, member_route
from web.site import Site, Visit

_OFFSET_DIGITS = 15


def routes(site: Site) -> Routes:
    return [
        member_route(site, "/api/uploads", announce, method="POST"),
        member_route(site, "/api/uploads/{upload}", receive, method="PUT"),
    ]


async def announce(visit: Visit) -> Response:
    return await announce_files(visit.site, visit.request, visit.member.id)


async def receive(visit: Visit) -> Response:
    return await receive_file(visit.site, visit.request, visit.member.id)


async def announce_files(site: Site, request: Request, member_id: MemberId, *, prefix: str = "") -> Response:
    """Say for each file where its upload stands; a file that is refused does not hold up the others.

    Args:
        prefix: goes before the page's own ids, where several pages send for one member.
    """
    body = await read_json(request, limit_bytes=site.services.options.json_bytes)
    files = body.objects("files", limit=site.services.intake.limits.files_per_message)
    uploads: list[JsonValue] = []
    refused: list[JsonValue] = []
    refusals: list[UserError] = []
    for file in files:
        client_id = file.text("client_id")
        try:
            upload = await site.services.intake.begin_upload(
                member_id, external_id=f"{prefix}{client_id}", size_bytes=file.number("size")
            )
            uploads.append({"client_id": client_id, **upload_view(upload)})
        except UserError as error:
            refusals.append(error)
            refused.append({"client_id": client_id, **_refusal_view(site, request, error)})
    if refusals and not uploads:
        raise refusals[0]
    return JSONResponse({"uploads": uploads, "refused": refused})


async def receive_file(site: Site, request: Request, member_id: MemberId) -> Response:
    """Stream the next stretch of a file into the vault; what came before a break is kept."""
    upload_id = UploadId(request.path_params["upload"])
    offset = _offset(request)
    upload = await _own_upload(site, upload_id, member_id)
    if offset + _content_length(request) > upload.declared_bytes:
        await drain(request)
        raise ProblemError(413, "file_grew")
    room = upload.declared_bytes - offset
    body = BoundedBody(request, room=room, idle=site.services.options.upload_idle)
    try:
        received = await site.services.intake.receive(upload_id, body.chunks(), offset=offset)
    except UserError as error:
        await drain(request)
        await _refuse(site, error, upload_id=upload_id, member_id=member_id)
    if body.is_exceeded:
        await drain(request)
        raise ProblemError(413, "file_grew")
    return JSONResponse(upload_view(received))


def upload_view(upload: Upload) -> dict[str, JsonValue]:
    return {"id": upload.id, "received": upload.received_bytes, "state": upload.state.value}


class BoundedBody:
    """A request's body as a stream that ends where the client goes away, falls silent, or sends too much."""

    def __init__(self, request: Request, *, room: int, idle: timedelta) -> None:
        self._body = request.stream()
        self._room = room
        self._idle = idle
        self.is_exceeded = False

    async def chunks(self) -> AsyncIterator[bytes]:
        while (chunk := await self._next()) is not None:
            self._room -= len(chunk)
            if self._room < 0:
                self.is_exceeded = True
                return
            if chunk:
                yield chunk

    async def _next(self) -> bytes | None:
        """Return the next chunk; None at the end, however it came: what was sealed is kept, and gone on from."""
        try:
            async with asyncio.timeout(self._idle.total_seconds()):
                return await anext(self._body, None)
        except (ClientDisconnect, TimeoutError):
            return None


async def _own_upload(site: Site, upload_id: UploadId, member_id: MemberId) -> Upload:
    def read(transaction: Transaction) -> Upload:
        try:
            upload = transaction.uploads.get(upload_id)
        except PermanentError as error:
            raise not_found() from error
        if upload.member_id != member_id:
            raise not_found()
        return upload

    return await site.services.store.read(read)


async def _refuse(site: Site, error: UserError, *, upload_id: UploadId, member_id: MemberId) -> NoReturn:
    """Tell where the upload stands, so that the page can go on from there."""
    problem = problem_of(error)
    upload = await _own_upload(site, upload_id, member_id)
    problem.details["received"] = upload.received_bytes
    raise problem from error


def _refusal_view(site: Site, request: Request, error: UserError) -> dict[str, JsonValue]:
    message = site.services.wording.text(f"error.{error.code}", reader_of(request), dict(error.values))
    return {"error": error.code, "message": message}


def _offset(request: Request) -> int:
    text = request.query_params.get("offset", "0")
    if not (text.isascii() and text.isdecimal() and len(text) <= _OFFSET_DIGITS):
        raise invalid("offset")
    return int(text)


def _content_length(request: Request) -> int:
    text = request.headers.get("content-length", "0")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _OFFSET_DIGITS else 0
