"""Surge mode: two people switch it on, everybody is told, and it ends by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from domain.member import Language, Role
from domain.messages import Action
from domain.question import QuestionState
from domain.surge import Surge
from tests.fakes.phones import MINUTE, change, pages
from tests.fakes.society import COLLEAGUE, COORDINATOR, MEMBER, PANELIST, SECOND, Society, found_society
from tests.fakes.texting import Texting

BOARD = replace(COLLEAGUE, roles=frozenset({Role.BOARD}))


async def switch_on(society: Society) -> None:
    await change(society, BOARD)
    await society.press(COORDINATOR, Action.SURGE)
    token = await society.token(BOARD, "surge.confirm")
    await society.press(BOARD, Action.SURGE, token=token)


async def test_second_person_confirms_and_everybody_is_told(society: Society) -> None:
    await switch_on(society)

    assert (await society.read(lambda transaction: transaction.surge.get())).is_on(society.now)
    assert await society.told(COORDINATOR) == ["surge.proposed", "surge.on"]
    assert await society.told(PANELIST) == await society.told(SECOND) == ["surge.on"]
    assert await society.told(MEMBER) == []


async def test_surge_is_over_after_three_days(society: Society) -> None:
    await switch_on(society)

    await society.advance(timedelta(hours=73))

    assert not (await society.read(lambda transaction: transaction.surge.get())).is_on(society.now)
    assert (await society.told(PANELIST))[-1] == "surge.over"


async def test_surge_is_ended_early_and_told_once(society: Society) -> None:
    await switch_on(society)

    await society.press(BOARD, Action.END_SURGE)
    await society.advance(timedelta(hours=73))

    assert (await society.told(PANELIST)) == ["surge.on", "surge.over"]


async def test_surge_switched_on_anew_outlives_the_first_ones_end(society: Society) -> None:
    await switch_on(society)
    await society.press(BOARD, Action.END_SURGE)
    await society.advance(timedelta(hours=1))
    await society.press(BOARD, Action.SURGE)
    await society.press(COORDINATOR, Action.SURGE)

    await society.advance(timedelta(hours=71, minutes=30))

    assert (await society.read(lambda transaction: transaction.surge.get())).is_on(society.now)


async def test_nobody_else_can_confirm(society: Society) -> None:
    await society.press(COORDINATOR, Action.SURGE)
    await society.press(COORDINATOR, Action.SURGE)
    await society.press(PANELIST, Action.SURGE)

    assert await society.told(COORDINATOR) == ["surge.nobody_confirms", "error.surge_needs_another"]
    assert await society.told(PANELIST) == ["error.surge_only"]


async def test_proposal_is_taken_back_in_words(society: Society) -> None:
    await society.say(COORDINATOR, "/surge")

    await society.say(COORDINATOR, "／Surge  off")

    assert [key for key in await society.told(COORDINATOR) if key != "echo"] == [
        "surge.nobody_confirms",
        "surge.taken_back",
    ]


async def test_surge_opts_in_who_has_not_said_no_and_gives_more_time(society):
    await switch_on(society)
    refused = replace(SECOND, awake_pool=False)
    await change(society, refused, replace(PANELIST, awake_pool=None))

    question = await society.ask()
    await society.advance(11 * MINUTE)

    assert question.claim_due_at - question.opened_at == 15 * MINUTE
    assert [name for minute, name, _ in await pages(society, question) if minute == 10] == ["panelist"]


AGAIN = "Reexpansion edema again after drainage, what now?"


async def begun(society: Society) -> None:
    """Have a surge on, an answered question to be offered, and so many urgent ones that the next is asked about."""
    surge = Surge(begins_at=society.now, ends_at=society.now + timedelta(hours=72))
    await society.change(lambda transaction: transaction.surge.save(surge))
    for text in ("Reexpansion edema after drainage of the effusion?", "Fracture of the ninth rib?"):
        question = await society.ask(text)
        await society.press(PANELIST, Action.ANSWER, question.id, {"text": "Yes, it resolves in two days."})


async def test_question_is_sent_with_three_taps_on_the_page_at_the_most(society: Society) -> None:
    await begun(society)

    await society.say(MEMBER, AGAIN)
    draft = await society.draft(MEMBER)
    await society.press(MEMBER, Action.SEND_URGENT, token=await society.token(MEMBER, "draft.preview"))
    await society.press(MEMBER, Action.SEND_URGENT, token=await society.token(MEMBER, "draft.preview"))

    assert {"draft.related", "draft.really_urgent"} <= set(await society.told(MEMBER))
    assert (await society.question(draft.id)).state is QuestionState.OPEN


async def test_question_is_sent_with_three_text_messages_at_the_most(tmp_path: Path) -> None:
    society = await found_society(tmp_path)
    await begun(society)
    phones = Texting(society, Language.ENGLISH)
    await phones.begin()

    await phones.text(MEMBER, AGAIN)
    draft = await society.draft(MEMBER)
    for _ in range(2):
        await phones.text(MEMBER, "1")

    assert (await society.question(draft.id)).state is QuestionState.OPEN
    society.close()
