"""The audit's page: who saw or did what about a question or a member, newest first, and whether the chain is whole."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import JSONResponse, Response

from domain.access import Capability, holders
from domain.audit import AuditLink, AuditSearch, looked
from domain.errors import PermanentError
from domain.ids import MemberId, QuestionId
from domain.ports.store import Transaction
from domain.web import JsonValue
from web.bodies import invalid
from web.routes.pages import shell
from web.routing import Access, Routes, member_route
from web.site import Site, Visit
from web.views.audit import audit_view, verdict_view

AUDITORS = holders(Capability.AUDIT)
_ON_A_PAGE = 50
_LONGEST_NUMBER = 9


def routes(site: Site) -> Routes:
    return [
        member_route(site, "/audit", shell("audit"), access=Access(roles=AUDITORS, is_use=True)),
        member_route(site, "/api/audit", show_audit, access=Access(roles=AUDITORS)),
        member_route(site, "/api/audit/verify", verify, method="POST", access=Access(roles=AUDITORS)),
    ]


async def show_audit(visit: Visit) -> Response:
    """Show a page of events; that somebody reads them is one of them."""

    def read(transaction: Transaction) -> tuple[AuditSearch, dict[str, JsonValue]]:
        wanted = _wanted(transaction, visit)
        links = transaction.audit.newest(wanted, limit=_ON_A_PAGE + 1)
        return wanted, {**audit_view(transaction, links[:_ON_A_PAGE]), "before": _next(links)}

    wanted, shown = await visit.services.store.read(read)
    who, now = visit.member.id, visit.site.now()
    look = looked("view_audit", by=who, at=now, subject=wanted.member_id or "", question_id=wanted.question_id)
    await visit.site.views.note_looks(look)
    return JSONResponse(shown)


async def verify(visit: Visit) -> Response:
    """Follow the whole chain from its first event."""
    return JSONResponse(verdict_view(await visit.services.verify_audit()))


def _next(links: Sequence[AuditLink]) -> int | None:
    """Return before which event the next page begins; None where there is none."""
    return links[_ON_A_PAGE - 1].number if len(links) > _ON_A_PAGE else None


def _wanted(transaction: Transaction, visit: Visit) -> AuditSearch:
    return AuditSearch(
        question_id=_question(transaction, visit.request.query_params.get("question", "")),
        member_id=_member(transaction, visit.request.query_params.get("member", "")),
        before=_number(visit.request.query_params.get("before", ""), "before"),
    )


def _question(transaction: Transaction, given: str) -> QuestionId | None:
    number = _number(given.strip().lstrip("Qq"), "question")
    if number is None:
        return None
    question = transaction.questions.by_number(number)
    if question is None:
        raise invalid("question")
    return question.id


def _member(transaction: Transaction, given: str) -> MemberId | None:
    if not given:
        return None
    try:
        return transaction.members.get(MemberId(given)).id
    except PermanentError as error:
        raise invalid("member") from error


def _number(given: str, name: str) -> int | None:
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= _LONGEST_NUMBER):
        raise invalid(name)
    return int(given)
