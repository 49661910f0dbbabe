"""Questions one by one and in lists: the desk, the editor's table, the digests; and upload links for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from starlette.responses import JSONResponse, Response

from domain.access import may_see, sees_full_card
from domain.following import KINDS, followed_in
from domain.ids import QuestionId
from domain.ports.store import Transaction
from domain.proposals import purposes_of
from domain.question import EntryKind, Question, Urgency
from domain.web import JsonValue, WebLine
from web.bodies import read_json
from web.links import new_upload_code, upload_link
from web.routes.pages import EDITORS, PANEL, seen_question
from web.routing import Access, Routes, member_route
from web.site import Site, Visit
from web.views.entries import Names, moment
from web.views.questions import question_view, summary_view
from web.views.withheld import Withheld

_CLOSED_SHOWN = timedelta(hours=24)
_LINES_SEARCHED = 1000
_DIGEST_KEYS = "digest."
_LABEL = re.compile(r"\bQ\d{1,9}\b", re.ASCII)
_URGENCY_ORDER = {Urgency.URGENT: 0, Urgency.TODAY: 1, Urgency.ROUTINE: 2, None: 3}


def routes(site: Site) -> Routes:
    return [
        member_route(site, "/api/questions/{question}", show_question),
        member_route(site, "/api/desk", show_desk, access=Access(roles=PANEL)),
        member_route(site, "/api/editor", show_editor, access=Access(roles=EDITORS)),
        member_route(site, "/api/digests", show_digests),
        member_route(site, "/api/upload-links", make_upload_link, method="POST"),
    ]


async def show_question(visit: Visit) -> Response:
    question_id = QuestionId(visit.request.path_params["question"])

    now = visit.site.now()

    def read(transaction: Transaction) -> tuple[Question, dict[str, JsonValue]]:
        question = seen_question(transaction, visit, question_id)
        wording = visit.services.wording
        return question, question_view(transaction, question, reader=visit.member, wording=wording, now=now)

    question, shown = await visit.services.store.read(read)
    if sees_full_card(visit.member, question):
        is_unmarked = await visit.site.views.note(visit.member, question, now)
        if not is_unmarked:
            _, shown = await visit.services.store.read(read)
    return JSONResponse(shown)


async def show_desk(visit: Visit) -> Response:
    """Show what the panel owes an answer, urgent and soonest due first, and what was closed of late."""
    now = visit.site.now()

    def read(transaction: Transaction) -> dict[str, JsonValue]:
        questions = transaction.questions.for_panel(closed_since=now - _CLOSED_SHOWN)
        return {
            "questions": _summaries(transaction, visit, sorted(questions, key=_desk_order)),
            "on_call": _on_call(transaction, visit),
        }

    return JSONResponse(await visit.services.store.read(read))


async def show_editor(visit: Visit) -> Response:
    """Show the cases that wait for a release, and what the next digest would say."""

    def read(transaction: Transaction) -> list[JsonValue]:
        names = Names(transaction, visit.member)
        return [
            {
                **summary_view(transaction, question, names, reader=visit.member),
                "text": question.text.value,
                "answer": _latest_answer(transaction, question),
                "basis": _basis(transaction, question),
                "purposes": list(purposes_of(transaction.entries.of_question(question.id))),
            }
            for question in _seen(visit, transaction.questions.awaiting_release())
        ]

    awaiting = await visit.services.store.read(read)
    preview = visit.services.digest_preview
    digest = None if preview is None else await preview(visit.member)
    return JSONResponse({"awaiting": awaiting, "digest": digest})


async def show_digests(visit: Visit) -> Response:
    """Show the digests that this member was sent, newest first."""

    def read(transaction: Transaction) -> list[JsonValue]:
        lines = transaction.web.lines(visit.member.id, limit=_LINES_SEARCHED)
        return [
            _digest_view(transaction, visit, line)
            for line in reversed(lines)
            if str(line.payload.get("key", "")).startswith(_DIGEST_KEYS)
        ]

    return JSONResponse({"digests": await visit.services.store.read(read)})


async def make_upload_link(visit: Visit) -> Response:
    """Make a one-time link by which another device can send files for this member's draft or question."""
    body = await read_json(visit.request, limit_bytes=visit.services.options.json_bytes)
    named = body.optional_text("question_id")
    question_id = None if named is None else QuestionId(named)
    code = new_upload_code()
    link = upload_link(
        code,
        visit.member.id,
        question_id=question_id,
        now=visit.site.now(),
        options=visit.services.options,
    )

    def add(transaction: Transaction) -> None:
        if question_id is not None:
            seen_question(transaction, visit, question_id)
        transaction.web.add_upload_link(link)

    await visit.services.store.write(add)
    url = f"{visit.site.origin(visit.request)}/u/{code}"
    return JSONResponse({"url": url, "expires_at": moment(link.expires_at)}, status_code=201)


def _digest_view(transaction: Transaction, visit: Visit, line: WebLine) -> dict[str, JsonValue]:
    """Return a digest with the ids of the questions it names, where its reader may (still) see them."""
    kept = Withheld(transaction).from_line(line, {"images": [], "text": "", "quoted": None, "key": "", **line.payload})
    quoted = kept["quoted"]
    body = quoted.get("value", "") if isinstance(quoted, dict) else ""
    text = "\n".join(str(part) for part in (kept["text"], body) if part)
    links: dict[str, JsonValue] = {}
    for label in dict.fromkeys(_LABEL.findall(text)):
        question = transaction.questions.by_number(int(label[1:]))
        if question is not None and may_see(visit.member, question):
            links[label] = question.id
    return {"id": line.id, "at": moment(line.at), "text": text, "links": links}


def _seen(visit: Visit, questions: Sequence[Question]) -> list[Question]:
    return [q for q in questions if may_see(visit.member, q) and sees_full_card(visit.member, q)]


def _summaries(transaction: Transaction, visit: Visit, questions: Sequence[Question]) -> list[JsonValue]:
    names, seen = Names(transaction, visit.member), _seen(visit, questions)
    own = transaction.entries.of_member(visit.member.id, [question.id for question in seen], kinds=KINDS)
    followed = followed_in(own)
    groups = transaction.groups.of([question.id for question in seen if question.asker_id != visit.member.id])
    return [
        {
            **summary_view(transaction, q, names, reader=visit.member),
            "following": _is_followed(visit, q, followed),
            "group": groups.get(q.id),
        }
        for q in seen
    ]


def _is_followed(visit: Visit, question: Question, followed: frozenset[QuestionId]) -> bool:
    """What one has in hand oneself one need not follow."""
    return question.id in followed and question.claimed_by != visit.member.id


def _desk_order(question: Question) -> tuple[bool, int, str]:
    """What is awaited comes first, by urgency, then by when it is due."""
    due = question.claim_due_at if question.claimed_by is None else question.answer_due_at
    return (not question.is_awaiting_panel, _URGENCY_ORDER[question.urgency], moment(due) or "")


def _on_call(transaction: Transaction, visit: Visit) -> dict[str, JsonValue]:
    panels = sorted(transaction.panels.all(), key=lambda panel: visit.member.id not in panel.members)
    if not panels:
        return {"primary": None, "secondary": None}
    names = Names(transaction, visit.member)
    primary, secondary = (
        None if member_id is None else names.member(member_id).display_name
        for member_id in panels[0].on_call(visit.site.now())
    )
    return {"primary": primary, "secondary": secondary}


def _latest_answer(transaction: Transaction, question: Question) -> str | None:
    entries = transaction.entries.of_question(question.id)
    answers = [entry.text.value for entry in entries if entry.kind is EntryKind.ANSWER and entry.text is not None]
    return answers[-1] if answers else None


def _basis(transaction: Transaction, question: Question) -> str:
    """Return what its asker attests for the use that they allow (safety rule 6)."""
    given = transaction.consents.of_question(question.id)
    return given[-1].basis if given else ""
