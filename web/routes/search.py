"""The search of the pages. Words are sent in the body: addresses are kept in logs, and somebody may type a name."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import JSONResponse, Response

from domain.audit import searched
from domain.ids import derive_id
from domain.ports.store import Transaction
from domain.search import Found
from domain.web import JsonValue
from domain.words import sought_in
from web.bodies import read_json
from web.routing import Routes, member_route
from web.site import WEB_CHANNEL, Site, Visit
from web.views.search import found_view

MOST_FOUND = 20
_LONGEST = 200


def routes(site: Site) -> Routes:
    return [member_route(site, "/api/search", search, method="POST")]


async def search(visit: Visit) -> Response:
    """Find questions by their words, newest first, among what this member may see."""
    body = await read_json(visit.request, limit_bytes=visit.services.options.json_bytes)
    words = body.text("words", limit=_LONGEST)
    sought = sought_in(words)

    def read(transaction: Transaction) -> Sequence[Found]:
        return transaction.search.find(visit.member, words, limit=MOST_FOUND)

    hits = await visit.services.store.read(read)
    await _note(visit, hits)
    shown: list[JsonValue] = [found_view(hit, sought) for hit in hits]
    return JSONResponse({"questions": shown})


async def _note(visit: Visit, hits: Sequence[Found]) -> None:
    """Note what was shown, and one search a minute: the page searches with every letter that is typed."""
    member_id, now = visit.member.id, visit.site.now()
    minute = now.replace(second=0, microsecond=0).isoformat()
    key = f"search:{derive_id('search', member_id, minute)}"
    found = [hit.question.id for hit in hits]
    await visit.site.views.note_looks(*searched(member_id, found, key=key, channel=WEB_CHANNEL, at=now))
