"""A command that is run again, or too late, meets what the first run did and does nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.dispatcher import dispatch, tell_refused
from domain.commands import (
    CleanUpload,
    Command,
    ComposeDigest,
    ExpireDraft,
    GatherDraft,
    PresentDraft,
    RelayInformation,
    RouteMessage,
    StartDigest,
    TakeAction,
)
from domain.digest import digest_id
from domain.errors import UserError
from domain.ids import InboxId
from domain.messages import Action
from domain.ports.jobs import JobState
from domain.question import QuestionState
from storage.command_text import unpack_command
from tests.fakes.paper_channel import PaperChannel
from tests.fakes.society import COLLEAGUE, EDITOR, MEMBER, PANELIST, SLICE, Society, found_society


async def _run(society: Society, *commands: Command) -> None:
    for command in commands:
        await dispatch(society.services, command)
    await society.work()


async def test_finished_message_is_not_processed_again(society: Society) -> None:
    question = await society.ask()
    (inbox_id,) = await _inbox_ids(society, "GatherDraft")
    told = await society.told(MEMBER)

    await _run(
        society,
        RouteMessage(inbox_id=inbox_id),
        GatherDraft(inbox_id=inbox_id, question_id=question.id),
        RelayInformation(inbox_id=inbox_id, question_id=question.id),
        TakeAction(inbox_id=inbox_id),
    )
    heard = await tell_refused(society.services, TakeAction(inbox_id=inbox_id), UserError("not_now"))

    assert heard
    assert await society.told(MEMBER) == told
    assert await society.question(question.id) == question


async def _inbox_ids(society: Society, name: str) -> list[InboxId]:
    """Return what every job of a kind was about."""
    engine = society.storage.store
    rows = await engine.look(
        lambda connection: connection.exec_driver_sql(
            f"SELECT command, arguments FROM job WHERE command = '{name}'"  # noqa: S608 - a name of ours
        ).all()
    )
    commands = [unpack_command(row[0], json.loads(row[1])) for row in rows]
    return [command.inbox_id for command in commands if isinstance(command, GatherDraft)]


async def test_cleaned_file_is_not_cleaned_again(society: Society) -> None:
    upload_id = await society.upload(MEMBER, SLICE)
    await society.say(MEMBER, "PE?", uploads=[upload_id])
    draft = await society.draft(MEMBER)

    await _run(society, CleanUpload(upload_id=upload_id))

    assert len(await society.images(draft.id)) == 1


async def test_digest_is_composed_once(society: Society) -> None:
    question = await society.ask()
    await society.settle(question.id)
    await society.press(MEMBER, Action.CONSENT_TEACHING, question.id)
    await society.press(EDITOR, Action.PUBLISH, question.id, {"text": "Embolism"})
    await _run(society, StartDigest(name="daily", at=society.now, everyone=True))
    period = COLLEAGUE.local(society.now).date()

    await _run(society, ComposeDigest(digest_id=digest_id("daily", period, COLLEAGUE.id), until=society.now))

    assert (await society.told(COLLEAGUE)).count("digest.daily") == 1


async def test_member_who_wants_no_digest_gets_none(society: Society) -> None:
    await society.change_member(COLLEAGUE, digest_at=None)

    await _run(society, StartDigest(name="daily", at=society.now, everyone=True))

    assert await society.read(lambda transaction: transaction.digests.told_until(COLLEAGUE.id)) is None


async def test_member_without_an_address_is_logged(society: Society) -> None:
    await society.change_member(PANELIST, addresses=())

    question = await society.ask()
    await society.press(MEMBER, Action.WITHDRAW, question.id)

    assert question.state is QuestionState.OPEN
    assert await society.told(PANELIST) == []


async def test_claim_pressed_again_is_nothing_new(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.press(PANELIST, Action.CLAIM, question.id)

    assert (await society.told(MEMBER)).count("question.claimed") == 1


async def test_asking_back_twice_asks_twice(society: Society) -> None:
    question = await society.ask()
    for text in ("Prior CT?", "And the D-dimer?"):
        await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": text})

    assert (await society.told(MEMBER)).count("question.asked_back") == 2
    assert (await society.question(question.id)).state is QuestionState.NEEDS_INFO


async def test_second_opinion_adds_to_the_first(society: Society) -> None:
    question = await society.ask()
    for text in ("CTPA.", "And a D-dimer."):
        await society.press(PANELIST, Action.ANSWER, question.id, {"text": text})

    entries = await society.entries(question.id)

    assert [entry.kind.value for entry in entries].count("answer") == 2


async def test_message_for_a_draft_that_was_sent_goes_to_its_thread(society: Society) -> None:
    question = await society.ask()
    late = await _late_message(society)

    await _run(society, GatherDraft(inbox_id=late, question_id=question.id))

    entries = await society.entries(question.id)
    assert "information" in [entry.kind.value for entry in entries]


async def test_message_for_a_draft_that_was_dropped_begins_another(society: Society) -> None:
    draft = await society.write_draft("PE?")
    await society.press(MEMBER, Action.DISCARD, draft.id)
    late = await _late_message(society)

    await _run(society, GatherDraft(inbox_id=late, question_id=draft.id))

    assert (await society.draft(MEMBER)).text.value == "-"


async def _late_message(society: Society) -> InboxId:
    """Let a message of the member's arrive that nobody has routed yet."""
    await society.intake.accept(society.message(MEMBER, "late"))
    far = society.now + timedelta(days=1)
    (notice,) = await society.read(lambda transaction: transaction.inbox.unfinished(received_before=far))
    return notice.inbox_id


async def test_plain_words_are_no_press(society: Society) -> None:
    late = await _late_message(society)

    with pytest.raises(UserError, match="choice_unknown"):
        await dispatch(society.services, TakeAction(inbox_id=late))


async def test_message_whose_draft_was_dropped_before_it_was_read_ends(society: Society) -> None:
    late = await _late_message(society)
    await dispatch(society.services, RouteMessage(inbox_id=late))
    draft = await society.draft(MEMBER)
    society.now += timedelta(hours=25)
    await dispatch(society.services, ExpireDraft(question_id=draft.id, cause="late"))

    await _run(society)

    far = society.now + timedelta(days=1)
    assert await society.read(lambda transaction: transaction.inbox.unfinished(received_before=far)) == ()
    assert (await society.question(draft.id)).text.value == ""


async def test_channel_that_shows_own_words_gets_no_echo(tmp_path: Path) -> None:
    paper = PaperChannel()
    society = await found_society(tmp_path, channels={"web": paper})

    await society.say(MEMBER, "PE?")

    assert paper.keys() == ["draft.preview"]
    society.close()


async def test_inbox_key_that_is_away_is_waited_for(society: Society) -> None:
    await _late_message(society)
    (key,) = (society.folder / "keys").glob("inbox-*.key")
    key.rename(key.with_suffix(".away"))
    await society.work()
    waits = await society.queue.rows(JobState.READY)
    key.with_suffix(".away").rename(key)

    await society.advance(timedelta(minutes=20))

    assert [row.command for row in waits] == ["RouteMessage"]
    assert (await society.draft(MEMBER)).text.value == "-"


async def test_damaged_inbox_key_is_an_operators_matter(society: Society) -> None:
    await _late_message(society)
    (key,) = (society.folder / "keys").glob("inbox-*.key")
    key.write_text("no key", encoding="ascii")
    society.restart()

    await society.work()

    assert [row.error for row in await society.queue.rows(JobState.PARKED)] == ["key_damaged"]


async def test_question_that_is_over_has_no_preview(society: Society) -> None:
    question = await society.ask()
    await society.press(MEMBER, Action.WITHDRAW, question.id)
    told = await society.told(MEMBER)

    await _run(society, PresentDraft(question_id=question.id, cause="late"))

    assert await society.told(MEMBER) == told
