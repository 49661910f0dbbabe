"""POST /hooks/<channel>: where services call; each channel sees for itself who it is that calls."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from domain.ports.webhook import HookRequest
from web.bodies import drain, read_bytes
from web.problems import not_found
from web.routing import Routes, public_route
from web.security import HOOKS
from web.site import Site


def routes(site: Site) -> Routes:
    return [public_route(site, f"{HOOKS}{{channel}}", take_call, method="POST")]


async def take_call(site: Site, request: Request) -> Response:
    """Hand the bytes over; what the channel answers with 2xx is durable by then."""
    hook = site.services.webhooks.get(str(request.path_params["channel"]))
    if hook is None:
        await drain(request)
        raise not_found()
    body = await read_bytes(request, limit_bytes=site.services.options.text_json_bytes)
    answer = await hook(HookRequest(body=body, headers=dict(request.headers), query=request.url.query))
    return Response(answer.body, status_code=answer.status, headers=dict(answer.headers))
