"""The wrong patient: hidden and stamped at once, and everybody who saw it paged until they acknowledge."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dispatcher import dispatch
from domain.commands import Deliver, PageViewers
from domain.delivery import Delivery, Terms
from domain.ids import DeliveryId, ImageId
from domain.member import Member, Role
from domain.messages import Action
from domain.ports.store import Transaction
from domain.question import EntryKind, Question, QuestionState
from tests.fakes.society import COLLEAGUE, COORDINATOR, EDITOR, MEMBER, PANELIST, SECOND, Society

PAGE = "wrong_patient.page"


async def _answered(society: Society, *viewers: Member) -> Question:
    """Return an answered question that some members have looked at."""
    question = await society.ask()

    def view(transaction: Transaction) -> None:
        for member in viewers:
            transaction.viewings.note(question.id, member.id, society.now)

    await society.change(view)
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})
    return await society.question(question.id)


async def _count(society: Society, member: Member, key: str = PAGE) -> int:
    return (await society.told(member)).count(key)


async def test_everybody_who_saw_it_is_paged_until_they_acknowledge(society: Society) -> None:
    question = await _answered(society, PANELIST, SECOND)
    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)
    first = [await _count(society, member) for member in (PANELIST, SECOND, MEMBER, COLLEAGUE)]

    await society.press(SECOND, Action.ACKNOWLEDGE, question.id)
    await society.advance(timedelta(minutes=9))
    at_nine = [await _count(society, member) for member in (PANELIST, SECOND)]
    await society.advance(timedelta(minutes=30))

    assert (first, at_nine) == ([1, 1, 0, 0], [3, 1])
    assert [await _count(society, member) for member in (PANELIST, SECOND)] == [5, 1]


async def test_paging_ends_with_the_last_acknowledgement(society: Society) -> None:
    question = await _answered(society, PANELIST)
    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)
    token = await society.token(PANELIST, PAGE)

    for pressed in (token, None):
        await society.press(PANELIST, Action.ACKNOWLEDGE, question.id, token=pressed)
    await society.advance(timedelta(hours=2))

    entries = await society.entries(question.id)
    kinds = [entry.kind for entry in entries]
    assert (await _count(society, PANELIST), kinds.count(EntryKind.ACKNOWLEDGED)) == (1, 1)
    assert (kinds.count(EntryKind.WRONG_PATIENT), kinds.count(EntryKind.VIEWERS_PAGED)) == (1, 1)


async def test_one_acknowledgement_leaves_the_others_their_button(society: Society) -> None:
    question = await _answered(society, PANELIST, SECOND)
    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)

    await society.press(PANELIST, Action.ACKNOWLEDGE, question.id)
    await society.press(SECOND, Action.ACKNOWLEDGE, question.id, token=await society.token(SECOND, PAGE))

    assert (await society.told(SECOND))[-1] == "wrong_patient.acknowledged"


async def test_coordinator_hears_at_once_and_who_is_silent(society: Society) -> None:
    question = await _answered(society, PANELIST)
    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)
    at_once = await society.told(COORDINATOR)

    await society.advance(timedelta(minutes=9))

    lines = [line for line in await society.lines(COORDINATOR) if line.payload["key"] == "wrong_patient.coordinator"]
    assert at_once == ["wrong_patient.coordinator"]
    assert (len(lines), "Kang Taeho" in str(lines[-1].payload["text"])) == (2, True)


async def test_coordinator_who_saw_it_is_paged_like_everybody(society: Society) -> None:
    question = await _answered(society, COORDINATOR)
    await society.change_member(EDITOR, roles=frozenset({Role.EDITOR}))

    await society.press(EDITOR, Action.WRONG_PATIENT, question.id)
    await society.press(PANELIST, Action.WRONG_PATIENT, question.id)

    assert await society.told(EDITOR) == ["error.question_unknown"]
    assert (await society.told(COORDINATOR), await _count(society, MEMBER)) == ([PAGE], 1)


async def test_nobody_else_saw_it(society: Society) -> None:
    question = await society.ask()

    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)
    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)

    assert await society.told(COORDINATOR) == ["wrong_patient.coordinator_nobody"]
    assert await _count(society, MEMBER, "wrong_patient.marked") == 1


async def test_answers_are_stamped_wherever_they_were_shown(society: Society) -> None:
    question = await _answered(society)

    await society.press(COORDINATOR, Action.WRONG_PATIENT, question.id)

    (line,) = [line for line in await society.lines(MEMBER) if str(line.payload["key"]).startswith("question.answer")]
    assert str(line.payload["text"]).startswith("⛔ WRONG PATIENT – DO NOT USE\nQ1 · ")
    assert (await society.question(question.id)).wrong_patient_at == society.now


async def test_message_that_is_sent_later_carries_the_stamp_and_no_image(society: Society) -> None:
    question = await _answered(society)
    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)
    late = Delivery(
        id=DeliveryId("late"),
        address=MEMBER.addresses[0],
        member_id=MEMBER.id,
        subject=question.id,
        key="question.answer_without_confidence",
        values={"label": question.label, "name": "Dr A", "quality": Terms(keys=()), "at": society.now},
        question_id=question.id,
        images=(ImageId("image"),),
        created_at=society.now,
    )
    await society.change(lambda transaction: transaction.deliveries.add(late))

    await dispatch(society.services, Deliver(delivery_id=late.id))

    line = (await society.lines(MEMBER))[-1]
    said = str(line.payload["text"])
    assert (line.payload["images"], said.startswith("⛔ WRONG PATIENT – DO NOT USE\nQ1 · ")) == ([], True)


@pytest.mark.parametrize("action", [Action.CLAIM, Action.ANSWER])
async def test_panel_answers_no_wrong_patient(society: Society, action: Action) -> None:
    question = await society.ask()
    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)

    await society.press(PANELIST, action, question.id, {"text": "CTPA."})
    await society.advance(timedelta(hours=1))

    assert (await society.told(PANELIST))[-1] == "error.wrong_patient"
    assert await _count(society, SECOND, "panel.card_urgent") == 0


async def test_marked_draft_can_only_be_discarded(society: Society) -> None:
    draft = await society.write_draft("PE?")
    await society.press(MEMBER, Action.WRONG_PATIENT, draft.id)
    await society.press(MEMBER, Action.SEND_URGENT, draft.id)
    refused = (await society.told(MEMBER))[-1]
    await society.say(MEMBER, "D8")
    await society.advance(timedelta(minutes=4))

    assert (await society.told(MEMBER))[-1] == "wrong_patient.draft"
    await society.press(MEMBER, Action.DISCARD, draft.id)
    await society.press(MEMBER, Action.WRONG_PATIENT, draft.id)

    assert refused == "error.wrong_patient_draft"
    assert (await society.told(MEMBER))[-1] == "error.draft_gone"


async def test_whoever_has_no_part_in_it_marks_nothing(society: Society) -> None:
    question = await _answered(society)

    await society.press(COLLEAGUE, Action.WRONG_PATIENT, question.id)

    assert (await society.question(question.id)).wrong_patient_at is None
    assert (await society.told(COLLEAGUE))[-1] == "error.question_unknown"


async def test_panelist_marks_it_before_anybody_has_taken_it(society: Society) -> None:
    question = await society.ask()

    await society.press(SECOND, Action.WRONG_PATIENT, question.id)

    marked = await society.question(question.id)
    assert (marked.state, marked.claimed_by) == (QuestionState.OPEN, None)
    assert marked.wrong_patient_at == society.now
    assert (await society.told(SECOND))[-1] == "wrong_patient.marked"


async def test_reader_of_a_released_case_marks_nothing(society: Society) -> None:
    question = await _answered(society)
    for action in (Action.HELPED, Action.CONSENT_TEACHING):
        await society.press(MEMBER, action, question.id)
    await society.press(EDITOR, Action.PUBLISH, question.id, {"text": "Embolism"})

    await society.press(COLLEAGUE, Action.WRONG_PATIENT, question.id)

    assert (await society.question(question.id)).wrong_patient_at is None
    assert (await society.told(COLLEAGUE))[-1] == "error.not_yours"


async def test_marked_case_is_never_published(society: Society) -> None:
    question = await _answered(society)
    for action in (Action.HELPED, Action.CONSENT_TEACHING, Action.WRONG_PATIENT):
        await society.press(MEMBER, action, question.id)

    await society.press(EDITOR, Action.PUBLISH, question.id, {"text": "Nodule\nSolid."})

    assert (await society.told(EDITOR))[-1] == "error.wrong_patient"
    assert (await society.question(question.id)).released_at is None


async def test_released_case_is_taken_back_from_members(society: Society) -> None:
    question = await _answered(society)
    for action in (Action.HELPED, Action.CONSENT_TEACHING):
        await society.press(MEMBER, action, question.id)
    await society.press(EDITOR, Action.PUBLISH, question.id, {"text": "Embolism"})
    await society.press(EDITOR, Action.SEND_DIGEST)

    await society.press(EDITOR, Action.WRONG_PATIENT, question.id)

    (digest,) = [line for line in await society.lines(COLLEAGUE) if line.payload["key"] == "digest.daily"]
    assert (await society.question(question.id)).released_at is None
    assert question.label not in str(digest.payload["quoted"])


async def test_withdrawn_question_is_marked_too(society: Society) -> None:
    question = await society.ask()

    def view(transaction: Transaction) -> None:
        transaction.viewings.note(question.id, PANELIST.id, society.now)
        transaction.viewings.note(question.id, SECOND.id, society.now)
        transaction.members.save(replace(SECOND, active=False))

    await society.change(view)
    await society.press(MEMBER, Action.WITHDRAW, question.id)
    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)

    assert (await society.question(question.id)).state is QuestionState.WITHDRAWN
    assert [await _count(society, member) for member in (PANELIST, SECOND)] == [1, 0]


async def test_marked_images_are_neither_confirmed_nor_masked(society: Society) -> None:
    question = await society.ask()
    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)

    await society.press(MEMBER, Action.CONFIRM_SERIES, question.id, {"series": "2.25.1", "images": "a"})

    assert (await society.told(MEMBER))[-1] == "error.wrong_patient"


async def test_page_that_runs_twice_tells_once(society: Society) -> None:
    question = await _answered(society, PANELIST)
    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)

    await dispatch(society.services, PageViewers(question_id=question.id, round=0))
    await society.work()

    assert await _count(society, PANELIST) == 1


@pytest.mark.parametrize("words", [None, "/wrong patient Q1", "/다른 환자 Q1", "/환자 착오 1번"])
async def test_moderator_marks_what_they_do_not_see(society: Society, words: str | None) -> None:
    question = await _answered(society, PANELIST)
    await society.change_member(COLLEAGUE, roles=frozenset({Role.MODERATOR}))

    if words is None:
        await society.press(COLLEAGUE, Action.WRONG_PATIENT, question.id)
    else:
        await society.say(COLLEAGUE, words)

    assert (await society.question(question.id)).wrong_patient_at == society.now
    assert (await society.told(COLLEAGUE))[-1] == "wrong_patient.marked"
    assert await _count(society, PANELIST) == 1


@pytest.mark.parametrize("word", ["wrong patient", "다른 환자", "Wrong patient."])
async def test_word_in_the_thread_marks_it(society: Society, word: str) -> None:
    question = await _answered(society, PANELIST)

    await society.say(SECOND, word, to=question.id)

    assert (await society.question(question.id)).wrong_patient_at is not None


async def test_moderator_knows_of_no_draft(society: Society) -> None:
    draft = await society.write_draft()
    await society.change_member(COLLEAGUE, roles=frozenset({Role.MODERATOR}))

    await society.press(COLLEAGUE, Action.WRONG_PATIENT, draft.id)

    assert (await society.told(COLLEAGUE))[-1] == "error.question_unknown"
    assert (await society.question(draft.id)).wrong_patient_at is None
