"""Answered questions about the same are offered with the preview; "solved" closes without paging anybody."""

from __future__ import annotations

from domain.messages import Action
from domain.question import EntryKind, Question, QuestionState
from tests.fakes.society import COLLEAGUE, MEMBER, PANELIST, Society

TEXT = "Reexpansion edema after drainage of the effusion?"


async def _answered(society: Society) -> Question:
    question = await society.ask(TEXT)
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "Yes, it resolves in two days."})
    return question


async def test_answered_question_is_offered_before_the_preview(society: Society) -> None:
    former = await _answered(society)

    await society.say(MEMBER, "Reexpansion edema again after drainage, what now?")

    told = await society.told(MEMBER)
    assert told[-2:] == ["draft.related", "draft.preview"]
    line = (await society.lines(MEMBER))[-2]
    assert former.label in str(line.payload["quoted"])


async def test_same_offer_is_made_once(society: Society) -> None:
    await _answered(society)
    await society.say(MEMBER, "Reexpansion edema again after drainage, what now?")

    await society.say(MEMBER, "It is on the left.")

    assert (await society.told(MEMBER)).count("draft.related") == 1


async def test_others_are_offered_nothing_of_a_consultation(society: Society) -> None:
    await _answered(society)

    await society.say(COLLEAGUE, "Reexpansion edema again after drainage, what now?")

    assert "draft.related" not in await society.told(COLLEAGUE)


async def test_solved_drops_the_draft_and_pages_nobody(society: Society) -> None:
    former = await _answered(society)
    await society.say(MEMBER, "Reexpansion edema again after drainage, what now?")
    draft = await society.draft(MEMBER)
    paged = await society.told(PANELIST)

    await society.press(MEMBER, Action.SOLVED, token=await society.token(MEMBER, "draft.related"))

    gone = await society.question(draft.id)
    entries = await society.read(lambda transaction: transaction.entries.of_question(draft.id))
    assert (gone.state, gone.text.value) == (QuestionState.DISCARDED, "")
    assert [entry.details for entry in entries if entry.kind is EntryKind.SOLVED] == [{"by": former.label}]
    assert await society.told(PANELIST) == paged


async def test_solved_after_sending_takes_the_question_back(society: Society) -> None:
    await _answered(society)
    question = await society.ask("Reexpansion edema again after drainage, what now?")

    await society.press(MEMBER, Action.SOLVED, token=await society.token(MEMBER, "draft.related"))

    assert (await society.question(question.id)).state is QuestionState.WITHDRAWN


async def test_digit_means_the_preview_and_never_solved(society: Society) -> None:
    await _answered(society)
    await society.say(MEMBER, "Reexpansion edema again after drainage, what now?")
    draft = await society.draft(MEMBER)

    await society.say(MEMBER, "1")

    assert (await society.question(draft.id)).state is not QuestionState.DISCARDED
