"""Every command has a handler, every member who waits is told, and a command that is run again does nothing twice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime
from typing import Any, get_args, get_type_hints

import pytest

from bot.dispatcher import abandon, dispatch, tell_refused
from domain.commands import (
    AnswerRequest,
    CleanUpload,
    Command,
    FindQuestions,
    GatherDraft,
    RelayInformation,
    RouteMessage,
    TakeAction,
)
from domain.commands_services import AcknowledgeFiles, RoutePart
from domain.delivery import DeliveryState
from domain.errors import ChannelOffError, PermanentError, UserError
from domain.ids import UploadId
from domain.ports.store import Transaction
from domain.study import UploadState
from tests.fakes.society import MEMBER, Society

COMMANDS: tuple[type[Any], ...] = get_args(Command)
FROM_MEMBERS = (AnswerRequest, FindQuestions, GatherDraft, RelayInformation, TakeAction)


def make(kind: type[Any], **given: object) -> Any:
    """Return a command about nothing that is there."""
    examples = {str: "nothing", int: 1, datetime: datetime(2026, 11, 23, tzinfo=UTC)}
    hints = get_type_hints(kind)
    needed = [field.name for field in fields(kind) if field.default is MISSING]
    values = {name: examples[getattr(hints[name], "__supertype__", hints[name])] for name in needed}
    return kind(**values | given)


@pytest.mark.parametrize("kind", COMMANDS)
async def test_every_command_reaches_a_handler(society: Society, kind: type[Any]) -> None:
    with suppress(PermanentError, ChannelOffError):
        await dispatch(society.services, make(kind))


async def test_command_that_nobody_knows_is_a_defect(society: Society) -> None:
    with pytest.raises(AssertionError):
        await dispatch(society.services, object())  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", COMMANDS)
async def test_refusals_are_told_to_members_only(society: Society, kind: type[Any]) -> None:
    told = await tell_refused(society.services, make(kind), UserError("not_now"))

    assert told == (kind in FROM_MEMBERS)


@pytest.mark.parametrize("kind", [kind for kind in COMMANDS if kind is not CleanUpload])
async def test_abandoning_what_nobody_waits_for_is_nothing(society: Society, kind: type[Any]) -> None:
    await abandon(society.services, make(kind))

    assert await society.told(MEMBER) == []


@pytest.mark.parametrize("kind", [*FROM_MEMBERS, RouteMessage, RoutePart, AcknowledgeFiles])
async def test_sender_of_an_abandoned_message_is_told(society: Society, kind: type[Any]) -> None:
    await society.intake.accept(society.message(MEMBER, "lost"))
    (notice,) = await society.read(lambda t: t.inbox.unfinished(received_before=datetime.max.replace(tzinfo=UTC)))

    await abandon(society.services, make(kind, inbox_id=notice.inbox_id))
    await abandon(society.services, make(kind, inbox_id=notice.inbox_id))

    deliveries = await society.read(lambda transaction: transaction.deliveries.in_state(DeliveryState.READY))
    assert [delivery.key for delivery in deliveries] == ["error.defect"]


async def test_abandoned_file_is_refused_and_the_draft_goes_on(society: Society) -> None:
    upload_id = await society.upload(MEMBER, b"never looked at")
    await society.intake.accept(society.message(MEMBER, "a"))
    await society.work()
    draft = await society.draft(MEMBER)

    def attach(transaction: Transaction) -> None:
        transaction.uploads.save(replace(transaction.uploads.get(upload_id), question_id=draft.id))

    await society.change(attach)
    await abandon(society.services, CleanUpload(upload_id=upload_id))
    await abandon(society.services, CleanUpload(upload_id=UploadId(upload_id)))
    await society.work()

    upload = await society.read(lambda transaction: transaction.uploads.get(upload_id))
    assert (upload.state, upload.refusals) == (UploadState.REFUSED, ("refusal.could_not_be_checked",))
    assert (await society.told(MEMBER)).count("draft.preview") == 2
