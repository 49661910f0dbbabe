"""Frames of de-identified images, rendered one at a time, for whoever may see them."""

from __future__ import annotations

import hashlib
import math

from starlette.requests import Request
from starlette.responses import Response

from domain.errors import PermanentError
from domain.ids import ImageId
from domain.ports.archive import SealedObject
from domain.ports.deidentifier import FrameRequest
from domain.ports.store import Transaction
from domain.question import Question
from domain.study import Image
from web.bodies import invalid
from web.problems import ProblemError, not_found
from web.routing import Access, Routes, member_route
from web.site import Site, Visit
from web.views.images import may_see_image

_LARGEST_VALUE = 1e6
_EDGES = range(16, 4097)
_FRAME_DIGITS = 6


def routes(site: Site) -> Routes:
    return [member_route(site, "/api/images/{image}/frames/{frame}", show_frame, access=Access(is_use=True))]


async def show_frame(visit: Visit) -> Response:
    """Return one frame; the first view of a question's images by a member each day is noted."""
    image_id = ImageId(visit.request.path_params["image"])
    wanted = frame_request(visit.request)
    question, image, sealed = await visit.services.store.read(
        lambda transaction: _seen_image(transaction, visit, image_id)
    )
    if wanted.frame >= image.facts.frames:
        raise ProblemError(404, "frame_unknown")
    await visit.site.views.note(visit.member, question, visit.site.now())
    # Kept, but never shown unasked: on a shared computer the next reader may not see what this one may.
    headers = {"ETag": _etag(image_id, wanted), "Cache-Control": "private, no-cache"}
    if visit.request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    frame = await visit.services.renderer.frame(sealed, wanted)
    return Response(frame.body, media_type=frame.media_type, headers=headers)


def frame_request(request: Request) -> FrameRequest:
    """Read what is wanted from the address.

    Raises:
        ProblemError: 404 "frame_unknown", 422 "field_invalid".
    """
    number, query = str(request.path_params["frame"]), request.query_params
    if not (number.isascii() and number.isdecimal() and len(number) <= _FRAME_DIGITS):
        raise ProblemError(404, "frame_unknown")
    lossless = query.get("png", "0")
    if lossless not in {"0", "1"}:
        raise invalid("png")
    return FrameRequest(
        frame=int(number),
        window=_window(query.get("c"), query.get("w")),
        lossless=lossless == "1",
        longest_edge=_edge(query.get("edge")),
    )


def _window(center: str | None, width: str | None) -> tuple[float, float] | None:
    if center is None and width is None:
        return None
    window = (_number("c", center), _number("w", width))
    if window[1] <= 0:
        raise invalid("w")
    return window


def _number(name: str, text: str | None) -> float:
    try:
        value = float(text or "")
    except ValueError as error:
        raise invalid(name) from error
    if not math.isfinite(value) or abs(value) > _LARGEST_VALUE:
        raise invalid(name)
    return value


def _edge(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _FRAME_DIGITS and int(text) in _EDGES):
        raise invalid("edge")
    return int(text)


def _seen_image(transaction: Transaction, visit: Visit, image_id: ImageId) -> tuple[Question, Image, SealedObject]:
    try:
        image = transaction.images.get(image_id)
        question = transaction.questions.get(image.question_id)
        if not may_see_image(visit.member, question, image):
            raise not_found()
        return question, image, transaction.objects.get(image.object_id)
    except PermanentError as error:
        raise not_found() from error


def _etag(image_id: ImageId, wanted: FrameRequest) -> str:
    """An image never changes, so its id and what is asked for name the picture."""
    name = f"{image_id}/{wanted.frame}/{wanted.window}/{wanted.lossless}/{wanted.longest_edge}"
    return f'"{hashlib.sha256(name.encode()).hexdigest()[:32]}"'
