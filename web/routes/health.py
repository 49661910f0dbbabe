"""GET /healthz: whether every part runs."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from web.routing import Routes, public_route
from web.site import Site

_FAULT_CHARACTERS = 80


def routes(site: Site) -> Routes:
    return [public_route(site, "/healthz", show_health)]


async def show_health(site: Site, request: Request) -> Response:
    """Answer 200 where all is well, otherwise 503 with the names of the parts that are not."""
    parts = await site.services.health()
    faults = {name: state for name, state in parts.items() if state is not True and state != "ok"}
    words = {name: _fault(faults[name]) if name in faults else "ok" for name in parts}
    body = {"status": "failing" if faults else "ok", "failing": sorted(faults), "parts": words}
    return JSONResponse(body, status_code=503 if faults else 200)


def _fault(state: object) -> str:
    return state[:_FAULT_CHARACTERS] if isinstance(state, str) else "failing"
