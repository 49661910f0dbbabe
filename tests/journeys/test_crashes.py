"""The whole path with the process killed after any of its commits: nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from deidentify.samples import thorax_ct_zip
from domain.delivery import Delivery, DeliveryState
from domain.messages import Action
from domain.ports.jobs import JobState
from domain.ports.store import Transaction
from domain.question import EntryKind, QuestionState
from tests.fakes.faults import CrashError
from tests.fakes.society import COLLEAGUE, EDITOR, MEMBER, PANELIST, Society, again, found_society

STUDY = thorax_ct_zip(2, edge=16)
Step = Callable[[Society], Awaitable[None]]


async def _ask(society: Society) -> None:
    upload = await society.upload(MEMBER, STUDY, external_id="study")
    await society.say(MEMBER, "PE?", uploads=[upload], message_id="ask")


async def _confirm(society: Society) -> None:
    draft = await society.draft(MEMBER)
    images = await society.images(draft.id)
    series = {"series": images[0].facts.series_uid, "images": " ".join(image.id for image in images)}
    await society.press(MEMBER, Action.CONFIRM_SERIES, draft.id, series, message_id="confirm")


async def _send(society: Society) -> None:
    token = await society.token(MEMBER, "draft.preview")
    await society.press(MEMBER, Action.SEND_URGENT, token=token, message_id="send")


async def _ask_back(society: Society) -> None:
    await _on_question(society, Action.ASK_BACK, {"text": "Prior CT?"})


async def _reply(society: Society) -> None:
    await society.say(MEMBER, "none", message_id="reply")


async def _answer(society: Society) -> None:
    await _on_question(society, Action.ANSWER, {"text": "CTPA now.", "confidence": "4"})


async def _feedback(society: Society) -> None:
    token = await society.token(MEMBER, "question.answer")
    await society.press(MEMBER, Action.HELPED, token=token, message_id="feedback")


async def _consent(society: Society) -> None:
    token = await society.token(MEMBER, "consent.offer")
    await society.press(MEMBER, Action.CONSENT_TEACHING, token=token, message_id="consent")


async def _publish(society: Society) -> None:
    await _on_question(society, Action.PUBLISH, {"text": "Embolism?\nThe panel advised CTPA."}, by=EDITOR)


async def _digest(society: Society) -> None:
    await society.press(EDITOR, Action.SEND_DIGEST, message_id="digest")


async def _on_question(society: Society, action: Action, fields: dict[str, str], *, by: object = PANELIST) -> None:
    (question,) = await society.read(lambda transaction: transaction.questions.of_asker(MEMBER.id))
    await society.press(by, action, question.id, fields, message_id=action.value)  # type: ignore[arg-type]


JOURNEY: tuple[Step, ...] = (
    _ask, _confirm, _send, _ask_back, _reply, _answer, _feedback, _consent, _publish, _digest,
)  # fmt: skip


async def _take(society: Society, step: Step, *, life: int | None = None) -> None:
    """Take one step; after a crash the program starts anew and the member sends again, as their app does.

    With a `life` every process dies after so many commits, also those that recover.
    """
    while True:
        try:
            society.faults.crash_after = society.faults.crash_after or life
            await step(society)
            return
        except CrashError:
            await _recover(society, life=life)


async def _recover(society: Society, *, life: int | None = None) -> None:
    while True:
        society.restart()
        society.faults.crash_after = life
        try:
            await society.queue.return_expired(society.now)
            await society.work()
            return
        except CrashError:
            continue


async def _assert_complete(society: Society, *, unread: frozenset[str] = frozenset()) -> None:
    """Everything happened once; what lay `unread` for minutes may have been sent again."""
    told = await society.told(MEMBER)
    (question,) = await society.read(lambda transaction: transaction.questions.of_asker(MEMBER.id))
    entries = await society.entries(question.id)
    kinds = [entry.kind for entry in entries]
    assert question.state is QuestionState.CLOSED
    assert question.number == 1
    once = (EntryKind.OPENED, EntryKind.ASKED_BACK, EntryKind.INFORMATION, EntryKind.ANSWER, EntryKind.PUBLISHED)
    assert {kind: kinds.count(kind) for kind in once} == dict.fromkeys(once, 1)
    said = ("question.receipt_urgent", "question.asked_back", "question.answer", "question.closed_asks", "digest.daily")
    assert {key: min(told.count(key), 1) if key in unread else told.count(key) for key in said} == dict.fromkeys(
        said, 1
    )
    assert (await society.told(COLLEAGUE)).count("digest.daily") == 1


async def _assert_nothing_left(society: Society) -> None:
    (question,) = await society.read(lambda transaction: transaction.questions.of_asker(MEMBER.id))
    images = await society.images(question.id)
    far = society.now + timedelta(days=1)
    assert [image.is_visible for image in images] == [True, True]
    assert await society.queue.rows(JobState.PARKED) == ()
    assert await society.queue.rows(JobState.LEASED) == ()
    assert not await society.read(lambda transaction: transaction.inbox.unfinished(received_before=far))
    for state in (DeliveryState.READY, DeliveryState.SENDING, DeliveryState.DEAD):
        assert not await society.read(partial(_deliveries, state=state))


def _deliveries(transaction: Transaction, *, state: DeliveryState) -> Sequence[Delivery]:
    return transaction.deliveries.in_state(state)


async def _walk(society: Society, steps: Sequence[Step]) -> None:
    """Go on to the end of the path, and see that all is there."""
    for step in steps:
        await _take(society, step)
    await _assert_complete(society)
    await _assert_nothing_left(society)
    society.close()


async def test_the_path_without_a_crash(tmp_path: Path, database_url: str) -> None:
    society = await found_society(tmp_path, database_url)

    await _walk(society, JOURNEY)

    assert society.faults.commits > 50


@pytest.mark.timeout(600)
@pytest.mark.parametrize("place", range(len(JOURNEY)), ids=[step.__name__.strip("_") for step in JOURNEY])
async def test_a_crash_after_any_commit_loses_nothing(tmp_path: Path, place: int) -> None:
    folder = tmp_path / "before"
    folder.mkdir()
    before = await _stopped_before(folder, place)
    commits = await _commits_of(again(before, tmp_path / "counted"), JOURNEY[place])
    assert commits > 1
    for crash_after in range(1, commits + 1):
        society = again(before, tmp_path / str(crash_after))
        society.faults.crash_after = crash_after

        await _walk(society, JOURNEY[place:])


async def _stopped_before(folder: Path, place: int) -> Society:
    society = await found_society(folder)
    for step in JOURNEY[:place]:
        await _take(society, step)
    society.close()
    return society


async def _commits_of(society: Society, step: Step) -> int:
    await _take(society, step)
    society.close()
    return society.faults.commits


@pytest.mark.parametrize("life", [8, 13])
async def test_processes_that_die_young_still_get_there(tmp_path: Path, database_url: str, life: int) -> None:
    society = await found_society(tmp_path, database_url)

    for step in JOURNEY:
        await _take(society, step, life=life)
    await _recover(society)

    await _assert_complete(society, unread=frozenset({"question.asked_back", "question.answer"}))
    await _assert_nothing_left(society)
    society.close()
