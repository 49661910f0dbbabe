"""The conversation: who I am, the lines so far, and what I send – messages and actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from starlette.responses import JSONResponse, Response

from domain.access import Capability, can
from domain.errors import PermanentError, UserError
from domain.ids import QuestionId, UploadId
from domain.member import Language, Member
from domain.messages import Action, InboundMessage, Press
from domain.ports.store import Transaction
from domain.question import TAKES_IMAGES, Question
from domain.text import IdentifiableText
from domain.web import JsonValue
from domain.wrong_patient import may_mark
from web.bodies import Fields, invalid, read_json
from web.problems import ProblemError, not_found
from web.refusals import note_refused
from web.routes.pages import seen_question
from web.routing import Routes, member_route
from web.site import WEB_CHANNEL, Site, Visit, web_address
from web.views.lines import line_view
from web.views.me import me_view
from web.views.withheld import Withheld
from web.visits import lock_member

FIELDS: Mapping[Action, frozenset[str]] = {
    Action.EDIT_TEXT: frozenset({"text", "seen"}),
    Action.CONFIRM_SERIES: frozenset({"series", "images"}),
    Action.REMOVE_SERIES: frozenset({"series"}),
    Action.CONFIRM_CHECK: frozenset({"check"}),
    Action.MASK_MORE: frozenset({"image", "frame", "x", "y", "width", "height", "series", "preset"}),
    Action.CROP: frozenset({"image"}),
    Action.KEY_SLICE: frozenset({"image", "frame", "marked"}),
    Action.ASK_BACK: frozenset({"text"}),
    Action.NOTE: frozenset({"text"}),
    Action.ANSWER: frozenset(
        {"text", "confidence", "diagnoses", "ct_severity", "co_rads", "score", "citations", "short"}
    ),
    Action.PASS: frozenset({"reason"}),
    Action.DOWNGRADE: frozenset({"text"}),
    Action.OPINION: frozenset({"text"}),
    Action.OUTCOME_AGREES: frozenset({"text"}),
    Action.OUTCOME_DIFFERS: frozenset({"text"}),
    Action.RELEASE_OPINION: frozenset({"text", "entry"}),
    Action.MERGE: frozenset({"lead"}),
    Action.HAND_OVER: frozenset({"colleague"}),
    Action.CONSENT_RESEARCH: frozenset({"basis"}),
    Action.PUBLISH: frozenset({"text"}),
    Action.FLAG: frozenset({"what", "entry", "line", "image", "text"}),
    Action.TAKE_INCIDENT: frozenset({"incident"}),
    Action.PUT_BACK: frozenset({"incident", "text"}),
    Action.TAKE_OUT: frozenset({"incident"}),
    Action.IDENTIFIES: frozenset({"incident"}),
    Action.CLOSE_INCIDENT: frozenset({"incident", "text"}),
    Action.INVITE: frozenset({"name", "roles"}),
    Action.APPROVE_MEMBER: frozenset({"application"}),
    Action.REFUSE_MEMBER: frozenset({"application"}),
    Action.OFFBOARD: frozenset({"member"}),
    Action.CUT_OFF: frozenset({"member"}),
    Action.SAVE_BLOCK: frozenset({"block", "text"}),
    Action.DELETE_BLOCK: frozenset({"block", "panel"}),
    Action.SHARE_BLOCK: frozenset({"block", "panel"}),
    Action.OFFER_SWAP: frozenset({"panel", "tier", "begins", "ends", "colleague", "number"}),
    Action.WITHDRAW_SWAP: frozenset({"panel", "tier", "begins", "ends", "number"}),
}
"""What each action's form may hold; the others' is empty."""

_LISTS = frozenset({"images"})
"""Lists of ids, which no reader waits for: the size of the request bounds them."""


def routes(site: Site) -> Routes:
    return [
        member_route(site, "/api/me", show_me),
        member_route(site, "/api/presence", note_presence, method="POST"),
        member_route(site, "/api/language", choose_language, method="POST"),
        member_route(site, "/api/lines", show_lines),
        member_route(site, "/api/messages", take_message, method="POST"),
        member_route(site, "/api/actions", take_action, method="POST"),
    ]


async def show_me(visit: Visit) -> Response:
    return JSONResponse(me_view(visit.member, is_demo=visit.services.options.is_demo))


async def note_presence(visit: Visit) -> Response:
    """A page says that its reader is there, though nothing is asked for: it keeps the session from locking."""
    return Response(status_code=204)


async def choose_language(visit: Visit) -> Response:
    body = await read_json(visit.request, limit_bytes=visit.services.options.json_bytes)
    chosen = body.text("language")
    if chosen not in {language.value for language in Language}:
        raise invalid("language")

    def save(transaction: Transaction) -> None:
        member = lock_member(transaction, visit)
        transaction.members.save(replace(member, language=Language(chosen)))

    await visit.services.store.write(save)
    return Response(status_code=204)


async def show_lines(visit: Visit) -> Response:
    after = _after(visit.request.query_params.get("after", "0"))

    def read(transaction: Transaction) -> dict[str, JsonValue]:
        lines, withheld = transaction.web.lines(visit.member.id, after=after), Withheld(transaction)
        draft = transaction.questions.draft_of(visit.member.id)
        return {
            "lines": [line_view(transaction, line, withheld) for line in lines],
            "last_line": lines[-1].id if lines else after,
            "last_entry": transaction.entries.last_id(),
            "draft_id": None if draft is None else draft.id,
            "to_look_through": [each.id for each in _to_look_through(transaction, visit.member, draft=draft)],
        }

    return JSONResponse(await visit.services.store.read(read))


def _to_look_through(transaction: Transaction, asker: Member, *, draft: Question | None) -> list[Question]:
    """Return an asker's draft, and what was sent before its images were looked through: wherever it was asked."""
    sent = transaction.questions.of_asker(asker.id)
    held = [each for each in sent if each.state in TAKES_IMAGES and _holds_images(transaction, each)]
    return held if draft is None else [*held, draft]


def _holds_images(transaction: Transaction, question: Question) -> bool:
    images = transaction.images.of_question(question.id)
    return any(image.confirmed_at is None and image.removed_at is None for image in images)


async def take_message(visit: Visit) -> Response:
    """Take in what a member wrote or attached; when this answers, it is durable."""
    body = await read_json(visit.request, limit_bytes=visit.services.options.text_json_bytes)
    text = body.optional_text("text", limit=None)
    upload_ids = body.texts("uploads", limit=visit.services.intake.limits.files_per_message)
    replied = body.optional_text("in_reply_to")
    if not (text and text.strip()) and not upload_ids:
        raise ProblemError(422, "message_empty")
    _check_lengths(visit, text)
    uploads = tuple(UploadId(upload_id) for upload_id in upload_ids)
    in_reply_to = None if replied is None else QuestionId(replied)

    def check(transaction: Transaction) -> None:
        if in_reply_to is not None:
            seen_question(transaction, visit, in_reply_to)
        check_uploads(transaction, visit, uploads)

    await visit.services.store.read(check)
    message = InboundMessage(
        channel=WEB_CHANNEL,
        external_id=_external_id(visit, body),
        sender=web_address(visit.member),
        received_at=visit.site.now(),
        text=IdentifiableText(text) if text and text.strip() else None,
        uploads=uploads,
        in_reply_to=in_reply_to,
    )
    return _accepted(is_new=await visit.services.intake.accept(message))


async def take_action(visit: Visit) -> Response:
    """Take in a press or a form; what it does comes back through the stream."""
    body = await read_json(visit.request, limit_bytes=visit.services.options.text_json_bytes)
    action = _action(body)
    named = body.optional_text("question_id")
    question_id = None if named is None else QuestionId(named)
    fields = body.mapping("fields")
    if not fields.keys() <= FIELDS.get(action, frozenset()):
        raise invalid("fields")
    _check_lengths(visit, *(value for name, value in fields.items() if name not in _LISTS))
    if question_id is not None:
        await _refuse_unseen(visit, action, question_id, token=body.optional_text("token"))
    message = InboundMessage(
        channel=WEB_CHANNEL,
        external_id=_external_id(visit, body),
        sender=web_address(visit.member),
        received_at=visit.site.now(),
        press=Press(action=action, question_id=question_id, token=body.optional_text("token")),
        fields={name: IdentifiableText(value) for name, value in fields.items()},
    )
    return _accepted(is_new=await visit.services.intake.accept(message))


async def _refuse_unseen(visit: Visit, action: Action, question_id: QuestionId, *, token: str | None) -> None:
    """Let only questions pass that the member may see, or was asked about; a try on another one is in the audit."""

    def look(transaction: Transaction) -> None:
        if not _is_asked(transaction, visit, action, question_id=question_id, token=token):
            seen_question(transaction, visit, question_id)

    try:
        await visit.services.store.read(look)
    except ProblemError as problem:
        await note_refused(visit, action.value, code=problem.code)
        raise


def _is_asked(
    transaction: Transaction, visit: Visit, action: Action, *, question_id: QuestionId, token: str | None
) -> bool:
    """Return whether a message of ours has this very button for them, or a moderator knows of a wrong patient."""
    choice = None if token is None else transaction.choices.get(token)
    if choice is not None and choice.member_id == visit.member.id:
        return choice.question_id == question_id and action in choice.actions
    if action is not Action.WRONG_PATIENT or not can(visit.member, Capability.MODERATE):
        return False
    try:
        return may_mark(visit.member, transaction.questions.get(question_id))
    except PermanentError:
        return False


def check_uploads(transaction: Transaction, visit: Visit, uploads: tuple[UploadId, ...]) -> None:
    """Let only a member's own files pass; any other is not there."""
    for upload_id in uploads:
        own_upload(transaction, visit, upload_id)


def own_upload(transaction: Transaction, visit: Visit, upload_id: UploadId) -> None:
    try:
        upload = transaction.uploads.get(upload_id)
    except PermanentError as error:
        raise not_found() from error
    if upload.member_id != visit.member.id:
        raise not_found()


def _after(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise invalid("after")
    return int(text)


def _action(body: Fields) -> Action:
    try:
        return Action(body.text("action"))
    except ValueError as error:
        raise invalid("action") from error


def _check_lengths(visit: Visit, *texts: str | None) -> None:
    limit = visit.services.intake.limits.text_characters
    if any(text is not None and len(text) > limit for text in texts):
        raise UserError("text_too_long", limit=limit)


def _external_id(visit: Visit, body: Fields) -> str:
    """The page's id counts for its member alone: nobody can use up another's."""
    return f"{visit.member.id}:{body.text('client_id')}"


def _accepted(*, is_new: bool) -> Response:
    return JSONResponse({"accepted": is_new}, status_code=202)
