"""/q/<code>: the link of a text message, which leads its member to a question once they are signed in."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from domain.short_codes import LINK_CODE_LENGTH
from domain.web import hash_token
from web.problems import not_found
from web.rate_limits import client_key
from web.routing import Access, Routes, member_route
from web.site import Site, Visit


def routes(site: Site) -> Routes:
    return [member_route(site, "/q/{code}", follow, access=Access(is_use=True))]


async def follow(visit: Visit) -> Response:
    """Show the question that a code leads to: its own member alone, however somebody else came by it.

    Raises:
        ProblemError: 404 "not_found" for what is unknown, over or somebody else's; 429 "too_many_tries".
    """
    now, code, client = visit.site.now(), str(visit.request.path_params["code"]), client_key(visit.request)
    limit = visit.site.limits.wrong_code_by_address
    limit.check(client, now)
    hashed = hash_token(code[: LINK_CODE_LENGTH + 1])
    link = await visit.services.store.read(lambda transaction: transaction.codes.link(hashed, now))
    if link is None or link.member_id != visit.member.id:
        limit.take(client, now)
        raise not_found()
    return RedirectResponse(f"{visit.site.base}/questions/{link.question_id}", status_code=303)
