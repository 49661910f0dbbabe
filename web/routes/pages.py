"""The pages of members: a shell each, which its script fills."""

from __future__ import annotations

from starlette.responses import Response

from domain.access import Capability, holders, may_see
from domain.errors import PermanentError
from domain.ids import QuestionId
from domain.ports.store import Transaction
from domain.question import Question
from web.problems import not_found
from web.routing import Access, Routes, member_route
from web.site import MemberHandler, Site, Visit
from web.views.me import me_view

PANEL = holders(Capability.ANSWER)
EDITORS = holders(Capability.RELEASE)


def routes(site: Site) -> Routes:
    return [
        member_route(site, "/", shell("chat"), access=Access(is_use=True)),
        member_route(site, "/chat", shell("chat"), access=Access(is_use=True)),
        member_route(site, "/desk", shell("desk"), access=Access(roles=PANEL, is_use=True)),
        member_route(site, "/rota", shell("rota"), access=Access(roles=PANEL, is_use=True)),
        member_route(site, "/editor", shell("editor"), access=Access(roles=EDITORS, is_use=True)),
        member_route(site, "/digests", shell("digests"), access=Access(is_use=True)),
        member_route(site, "/members", shell("members"), access=Access(is_use=True)),
        member_route(site, "/questions/{question}", show_question_page, access=Access(is_use=True)),
    ]


async def show_question_page(visit: Visit) -> Response:
    question_id = QuestionId(visit.request.path_params["question"])
    await visit.services.store.read(lambda transaction: seen_question(transaction, visit, question_id))
    return await shell("question")(visit)


def seen_question(transaction: Transaction, visit: Visit, question_id: QuestionId) -> Question:
    """Return a question that this member may see; any other is not there."""
    try:
        question = transaction.questions.get(question_id)
    except PermanentError as error:
        raise not_found() from error
    if not may_see(visit.member, question):
        raise not_found()
    return question


def shell(page: str) -> MemberHandler:
    async def show(visit: Visit) -> Response:
        surge = await visit.services.store.read(lambda transaction: transaction.surge.get())
        until = surge.ends_at if surge.is_on(visit.site.now()) else None
        me = me_view(visit.member, is_demo=visit.services.options.is_demo, surge_until=until)
        return visit.site.pages.shell(page, visit.member, base=visit.site.base, me=me)

    return show
