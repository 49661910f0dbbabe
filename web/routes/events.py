"""GET /api/stream: server-sent events from a mark on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from web.bodies import invalid
from web.routing import Routes, member_route
from web.site import Site, Visit
from web.views.feed import Mark, News

_PING_SECONDS = 15
_RETRY_MILLISECONDS = 2000


def routes(site: Site) -> Routes:
    return [member_route(site, "/api/stream", open_stream)]


async def open_stream(visit: Visit) -> Response:
    """Follow this member's lines and questions; a reconnecting browser goes on where it was."""
    visit.site.streams.check_room(visit.member)
    mark = await _mark(visit)
    news = visit.site.streams.follow(member=visit.member, token_hash=visit.token_hash, mark=mark)
    return EventSourceResponse(
        _events(news),
        ping=_PING_SECONDS,
        ping_message_factory=_ping,
        sep="\n",
        headers={"Cache-Control": "no-store"},
    )


async def _events(news: AsyncIterator[News]) -> AsyncIterator[ServerSentEvent]:
    yield ServerSentEvent(event="ping", data="{}", retry=_RETRY_MILLISECONDS, sep="\n")
    async for each in news:
        data = json.dumps(each.data, ensure_ascii=False, separators=(",", ":"))
        yield ServerSentEvent(event=each.event, data=data, id=str(each.mark), sep="\n")


def _ping() -> ServerSentEvent:
    return ServerSentEvent(event="ping", data="{}", sep="\n")


async def _mark(visit: Visit) -> Mark:
    """Return where the page stands: by the browser's own memory first, then by the address."""
    resumed = Mark.parse(visit.request.headers.get("last-event-id", ""))
    if resumed is not None:
        return resumed
    query = visit.request.query_params
    entry = query.get("entry")
    if entry is None:
        entry = str(await visit.services.store.read(lambda transaction: transaction.entries.last_id()))
    mark = Mark.parse(f"{query.get('line', '0')}:{entry}")
    if mark is None:
        raise invalid("line")
    return mark
