"""Frames of de-identified images, rendered one at a time, for whoever may see them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from domain.errors import PermanentError
from domain.ids import ImageId, QuestionId
from domain.ports.archive import SealedObject
from domain.ports.deidentifier import FrameRequest
from domain.ports.store import Transaction
from domain.question import Question
from domain.study import Area, Image, group_into_series
from web.bodies import invalid
from web.problems import ProblemError, not_found
from web.routes.pages import seen_question
from web.routing import Access, Routes, member_route
from web.site import Site, Visit
from web.views.images import may_see_image

Slice = tuple[SealedObject, FrameRequest]

PROJECTED_SLICES = 16
"""Of a stack, evenly chosen."""
PROJECTED_MASKED = 32
"""Of its masked slices, beside them; where there are more, evenly chosen too."""

_LARGEST_VALUE = 1e6
_MOST_VALUES_ACROSS = 64
_AREA_PARTS = 4
_AREA_DIGITS = 6
_EDGES = range(16, 4097)
_FRAME_DIGITS = 6


def routes(site: Site) -> Routes:
    return [
        member_route(site, "/api/images/{image}/frames/{frame}", show_frame, access=Access(is_use=True)),
        member_route(site, "/api/images/{image}/frames/{frame}/values", show_values, access=Access(is_use=True)),
        member_route(
            site, "/api/questions/{question}/series/{series}/projection", show_projection, access=Access(is_use=True)
        ),
    ]


async def show_frame(visit: Visit) -> Response:
    """Return one frame; the first view of a series by a member each day is noted."""
    sealed, wanted = await _seen_slice(visit)
    # Kept, but never shown unasked: on a shared computer the next reader may not see what this one may.
    headers = {"ETag": _etag([(sealed, wanted)]), "Cache-Control": "private, no-cache"}
    if visit.request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    frame = await visit.services.renderer.frame(sealed, wanted)
    return Response(frame.body, media_type=frame.media_type, headers=headers)


async def show_values(visit: Visit) -> Response:
    """Return what a few pixels are in Hounsfield units, null where the image is no such CT; noted as a look at it."""
    area = _area(visit.request.query_params.get("area"))
    if area is None or max(area.width, area.height) > _MOST_VALUES_ACROSS:
        raise invalid("area")
    values = await visit.services.renderer.values(*await _seen_slice(visit))
    return JSONResponse({"values": values})


async def show_projection(visit: Visit) -> Response:
    """Return the brightest of every pixel over a stack: burned-in text that stands in any slice stands out."""
    question_id = QuestionId(visit.request.path_params["question"])
    uid = str(visit.request.path_params["series"])
    query = visit.request.query_params
    common = FrameRequest(window=_window(query.get("c"), query.get("w")), longest_edge=_edge(query.get("edge")))

    def read(transaction: Transaction) -> tuple[Question, list[Slice]]:
        question = seen_question(transaction, visit, question_id)
        images = transaction.images.of_question(question.id)
        seen = tuple(i for i in images if i.facts.series_uid == uid and may_see_image(visit.member, question, i))
        return question, _slices(transaction, seen, common=common)

    question, slices = await visit.services.store.read(read)
    if not slices:
        raise not_found()
    await _note(visit, question, uid)
    headers = {"ETag": _etag(slices), "Cache-Control": "private, no-cache"}
    if visit.request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    picture = await visit.services.renderer.projection(slices)
    return Response(picture.body, media_type=picture.media_type, headers=headers)


async def _seen_slice(visit: Visit) -> Slice:
    """Return what the address names, with its masks, if the member may see it; the look is noted first."""
    image_id = ImageId(visit.request.path_params["image"])
    wanted = frame_request(visit.request)
    question, image, sealed = await visit.services.store.read(
        lambda transaction: _seen_image(transaction, visit, image_id)
    )
    if wanted.frame >= image.facts.frames:
        raise ProblemError(404, "frame_unknown")
    if wanted.area is not None and not wanted.area.is_within(image.facts):
        raise invalid("area")
    await _note(visit, question, image.facts.series_uid)
    return sealed, replace(wanted, hatched=image.facts.masks_of(wanted.frame))


def sampled(masked: Sequence[bool]) -> tuple[int, ...]:
    """Return which slices of a stack its projection is made of: evenly chosen ones, and those that are masked.

    Where one mask goes through the whole stack, some of its slices say as much as all of them.
    """
    places = range(len(masked))
    hidden = [place for place in places if masked[place]]
    return tuple(sorted({*_evenly(list(places), PROJECTED_SLICES), *_evenly(hidden, PROJECTED_MASKED)}))


def _evenly(places: Sequence[int], count: int) -> Sequence[int]:
    if len(places) <= count:
        return places
    return [places[round(number * (len(places) - 1) / (count - 1))] for number in range(count)]


def _slices(transaction: Transaction, images: tuple[Image, ...], *, common: FrameRequest) -> list[Slice]:
    frames = [(i, frame) for one in group_into_series(images) for i in one.images for frame in range(i.facts.frames)]
    chosen = [frames[place] for place in sampled([bool(i.facts.masks_of(frame)) for i, frame in frames])]
    try:
        return [
            (
                transaction.objects.get(image.object_id),
                replace(common, frame=frame, hatched=image.facts.masks_of(frame)),
            )
            for image, frame in chosen
        ]
    except PermanentError as error:
        raise not_found() from error


async def _note(visit: Visit, question: Question, series: str) -> None:
    """Note the view before the picture leaves; nothing leaves of what was marked meanwhile."""
    if not await visit.site.views.note(visit.member, question, visit.site.now(), series=series):
        raise not_found()


def frame_request(request: Request) -> FrameRequest:
    """Read what is wanted from the address.

    Raises:
        ProblemError: 404 "frame_unknown", 422 "field_invalid".
    """
    number, query = str(request.path_params["frame"]), request.query_params
    if not (number.isascii() and number.isdecimal() and len(number) <= _FRAME_DIGITS):
        raise ProblemError(404, "frame_unknown")
    return FrameRequest(
        frame=int(number),
        window=_window(query.get("c"), query.get("w")),
        lossless=_flag(query.get("png", "0"), "png"),
        draft=_flag(query.get("draft", "0"), "draft"),
        longest_edge=_edge(query.get("edge")),
        area=_area(query.get("area")),
    )


def _flag(text: str, name: str) -> bool:
    if text not in {"0", "1"}:
        raise invalid(name)
    return text == "1"


def _area(text: str | None) -> Area | None:
    """Read "x,y,width,height" in pixels of the image."""
    if text is None:
        return None
    parts = text.split(",")
    if len(parts) != _AREA_PARTS or not all(p.isascii() and p.isdecimal() and len(p) <= _AREA_DIGITS for p in parts):
        raise invalid("area")
    x, y, width, height = (int(part) for part in parts)
    if min(width, height) < 1:
        raise invalid("area")
    return Area(x=x, y=y, width=width, height=height)


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


def _etag(slices: Sequence[Slice]) -> str:
    """An object never changes, so its id and what is asked of it name the picture."""
    name = "/".join(f"{sealed.object_id} {wanted}" for sealed, wanted in slices)
    return f'"{hashlib.sha256(name.encode()).hexdigest()[:32]}"'
