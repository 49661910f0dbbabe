"""What pages and streams tell of the panel's work: nothing sealed, no asker's name, the card's clues, the chart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio

from domain.member import Member, Role
from domain.messages import Action
from domain.question import Question
from domain.surge import Surge
from tests.fakes.society import COLLEAGUE, COORDINATOR, EDITOR, MEMBER, PANELIST, SECOND, Society, found_society
from tests.fakes.society_web import SocietyWeb
from web.views.feed import Asked, Feed, Mark


@pytest_asyncio.fixture
async def web(tmp_path: Path) -> AsyncIterator[SocietyWeb]:
    society = await found_society(tmp_path)
    pages = SocietyWeb(society)
    yield pages
    pages.close()
    society.close()


async def _page(web: SocietyWeb, member: Member, question: Question) -> dict[str, Any]:
    browser = await web.browser(member)
    answer = await browser.get(f"/api/questions/{question.id}")
    found: dict[str, Any] = answer.json()
    return found


async def _unread(web: SocietyWeb, member: Member, question: Question) -> tuple[bool, bool]:
    """Return whether the question's page and the desk's list say that something is not read yet."""
    browser = await web.browser(member)
    desk = await browser.get("/api/desk")
    listed = desk.json()["questions"] if desk.status_code == 200 else []
    return bool((await _page(web, member, question))["unread"]), any(each["unread"] for each in listed)


async def _streamed(society: Society, member: Member) -> int:
    """Return how many changes of questions the stream tells a member of."""
    asked = Asked(member=member, mark=Mark(line=0, entry=0))
    told = await society.read(lambda transaction: Feed(transaction).tell(asked))
    return sum(news.event == "question" for news in told.news)


async def test_sealed_opinion_is_in_no_page_and_no_stream(web: SocietyWeb) -> None:
    question = await web.society.ask(action=Action.SEND_ROUTINE)
    before = await _streamed(web.society, PANELIST)
    await web.society.press(SECOND, Action.OPINION, question.id, {"text": "Sarcoid, surely."})

    pages = [str(await _page(web, member, question)) for member in (PANELIST, COORDINATOR, MEMBER, SECOND)]

    assert ["Sarcoid" in page for page in pages] == [False, False, False, True]
    assert await _streamed(web.society, PANELIST) == before
    desk = await (await web.browser(PANELIST)).get("/api/desk")
    assert "Sarcoid" not in desk.text


async def test_seal_breaks_with_the_answer(web: SocietyWeb) -> None:
    question = await web.society.ask(action=Action.SEND_ROUTINE)
    await web.society.press(SECOND, Action.OPINION, question.id, {"text": "Sarcoid, surely."})
    await web.society.press(PANELIST, Action.ANSWER, question.id, {"text": "Lymphoma."})

    pages = [str(await _page(web, member, question)) for member in (PANELIST, MEMBER)]

    assert ["Sarcoid" in page for page in pages] == [True, False]


async def test_card_has_the_clues_of_the_text(web: SocietyWeb) -> None:
    question = await web.society.ask("M50s D8, O2 2->5 L. PE?")

    page = await _page(web, PANELIST, question)

    given = {name: pieces for name, pieces in page["clues"].items() if pieces}
    assert given == {"sex_and_age": ["M50s"], "day": ["D8"], "oxygen": ["O2 2->5 L"]}


async def test_asker_copies_the_answers_for_the_chart(web: SocietyWeb) -> None:
    question = await web.society.ask()
    await web.society.press(PANELIST, Action.ANSWER, question.id, {"text": "Left effusion.", "confidence": "4"})
    await web.society.press(PANELIST, Action.ANSWER, question.id, {"text": "Right effusion."})

    chart = (await _page(web, MEMBER, question))["chart"]

    lines = chart.splitlines()
    assert lines[0].startswith(question.label)
    assert [line for line in lines if "effusion" in line] == ["Left effusion.", "Right effusion."]
    assert lines[-1] == "Not a formal report. The treating doctor decides."
    assert (await _page(web, SECOND, question))["chart"] == ""


async def test_former_asker_stays_an_alias(web: SocietyWeb) -> None:
    question = await web.society.ask()
    await web.society.press(MEMBER, Action.HAND_OVER, question.id, {"colleague": COLLEAGUE.display_name})
    await web.society.press(COLLEAGUE, Action.ACCEPT_HANDOVER, question.id)

    page = str(await _page(web, PANELIST, question))

    assert MEMBER.display_name not in page
    assert COLLEAGUE.display_name not in page


async def test_words_of_a_former_asker_who_takes_it_stay_an_alias(web: SocietyWeb) -> None:
    question = await web.society.ask()
    await web.society.press(MEMBER, Action.ADD_INFORMATION, question.id, {"text": "D-dimer 900"})
    await web.society.press(MEMBER, Action.HAND_OVER, question.id, {"colleague": COLLEAGUE.display_name})
    await web.society.press(COLLEAGUE, Action.ACCEPT_HANDOVER, question.id)
    await web.society.change_member(MEMBER, roles=frozenset({Role.PANELIST}))
    await web.society.press(MEMBER, Action.CLAIM, question.id)

    entries = (await _page(web, PANELIST, question))["entries"]

    named = {entry["kind"]: entry["actor"] for entry in entries}
    assert (named["information"], named["claimed"]) == (MEMBER.alias, MEMBER.display_name)
    assert MEMBER.display_name not in str([entry for entry in entries if entry["kind"] != "claimed"])


async def test_each_is_offered_what_they_may_do(web: SocietyWeb) -> None:
    question = await web.society.ask()
    opened = (await _page(web, PANELIST, question))["actions"]
    await web.society.press(PANELIST, Action.CLAIM, question.id)
    own, others = [(await _page(web, member, question))["actions"] for member in (PANELIST, COORDINATOR)]

    assert {"claim", "pass", "downgrade", "merge", "seal", "second_opinion"} <= set(opened)
    assert {"release", "hand_over", "pass"} <= set(own)
    assert "take_over" in others
    assert "answer" not in others


async def test_taker_is_offered_the_handover(web: SocietyWeb) -> None:
    question = await web.society.ask()
    await web.society.press(PANELIST, Action.CLAIM, question.id)
    giver = await _page(web, PANELIST, question)
    await web.society.press(PANELIST, Action.HAND_OVER, question.id, {"colleague": SECOND.id})

    taker = await _page(web, SECOND, question)

    assert giver["colleagues"] == [{"id": SECOND.id, "name": SECOND.display_name}]
    assert taker["actions"][:2] == ["accept_handover", "decline_handover"]


async def test_missing_name_does_not_tell_the_panel_who_asks(web: SocietyWeb) -> None:
    question = await web.society.ask(member=SECOND)
    await web.society.press(PANELIST, Action.CLAIM, question.id)

    giver = await _page(web, PANELIST, question)

    assert [colleague["id"] for colleague in giver["colleagues"]] == [SECOND.id]


async def test_panel_sees_what_the_asker_has_not_read(web: SocietyWeb) -> None:
    question = await web.society.ask()
    await web.society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "D-dimer?"})
    shown = [await _unread(web, member, question) for member in (PANELIST, SECOND, MEMBER)]

    await web.society.press(MEMBER, Action.READ, question.id)

    assert shown == [(True, True), (True, True), (False, False)]
    assert await _unread(web, PANELIST, question) == (False, False)


async def test_timeline_names_actor_channel_and_time(web: SocietyWeb) -> None:
    question = await web.society.ask()
    await web.society.press(PANELIST, Action.CLAIM, question.id)

    entries = (await _page(web, SECOND, question))["entries"]
    rows = [(each["kind"], each["actor"], each["channel"]) for each in entries if each["kind"] in ("opened", "claimed")]
    assert rows == [("opened", "Member-73", "web"), ("claimed", "Dr Kang Taeho", "web")]
    assert all(each["at"] for each in entries)


async def test_closed_question_offers_its_outcome_to_the_asker(web: SocietyWeb) -> None:
    question = await web.society.settle((await web.society.ask()).id)

    offered = [set((await _page(web, member, question))["actions"]) for member in (MEMBER, PANELIST)]

    assert [{"outcome_agrees", "outcome_differs"} <= actions for actions in offered] == [True, False]


async def test_panelist_may_mark_the_wrong_patient_before_claiming(web: SocietyWeb) -> None:
    question = await web.society.ask()

    assert "wrong_patient" in (await _page(web, SECOND, question))["actions"]


async def test_asker_with_one_of_two_answers_may_close(web: SocietyWeb) -> None:
    question = await web.society.ask()
    await web.society.press(MEMBER, Action.SECOND_OPINION, question.id)
    await web.society.press(PANELIST, Action.ANSWER, question.id, {"text": "First."})

    page = await _page(web, MEMBER, question)

    assert page["second"]
    assert {"helped", "changed_plan"} <= set(page["actions"])


async def _listed(web: SocietyWeb, member: Member) -> dict[str, Any]:
    desk = await (await web.browser(member)).get("/api/desk")
    found: dict[str, Any] = desk.json()["questions"][0]
    return found


async def test_desk_lists_what_one_follows(web: SocietyWeb) -> None:
    question = await web.society.ask()
    await web.society.press(PANELIST, Action.CLAIM, question.id)
    offered = (await _page(web, SECOND, question))["actions"]
    await web.society.press(SECOND, Action.FOLLOW, question.id)

    pages = [(await _page(web, member, question))["actions"] for member in (SECOND, PANELIST, MEMBER)]
    lists = [(await _listed(web, member))["following"] for member in (SECOND, PANELIST, COORDINATOR)]

    assert "follow" in offered
    assert [("follow" in actions, "unfollow" in actions) for actions in pages] == [(False, True)] + [(False, False)] * 2
    assert lists == [True, False, False]


async def test_what_one_has_in_hand_is_not_followed(web: SocietyWeb) -> None:
    question = await web.society.ask()
    await web.society.press(PANELIST, Action.CLAIM, question.id)
    await web.society.press(SECOND, Action.FOLLOW, question.id)
    await web.society.press(PANELIST, Action.RELEASE, question.id)
    free = (await _listed(web, SECOND))["following"]

    await web.society.press(SECOND, Action.CLAIM, question.id)

    assert (free, (await _listed(web, SECOND))["following"]) == (True, False)


async def test_desk_says_that_a_second_opinion_is_wanted(web: SocietyWeb) -> None:
    question = await web.society.ask()
    first = (await _listed(web, SECOND))["second"]
    await web.society.press(MEMBER, Action.SECOND_OPINION, question.id)
    asked = (await _listed(web, SECOND))["second"]

    await web.society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})

    listed = await _listed(web, SECOND)
    assert (first, asked, listed["second"], listed["state"]) == (False, False, True, "open")


async def test_number_of_a_study_is_for_asker_and_editor(web: SocietyWeb) -> None:
    question = await web.society.ask()
    await web.society.settle(question.id)
    before = (await _page(web, PANELIST, question))["use"]
    await web.society.press(MEMBER, Action.CONSENT_RESEARCH, question.id, {"basis": "2020-0123"})

    pages = {member.id: await _page(web, member, question) for member in (PANELIST, MEMBER, EDITOR)}

    numbers = [pages[member.id]["use"]["number"] for member in (PANELIST, MEMBER, EDITOR)]
    assert (before, numbers) == (None, ["", "2020-0123", "2020-0123"])
    assert pages[PANELIST.id]["use"] == {"scope": "research", "basis": "irb", "number": ""}
    assert "2020-0123" not in str(pages[PANELIST.id])


async def test_editor_reads_on_which_basis_a_case_may_be_used(web: SocietyWeb) -> None:
    question = await web.society.ask()
    await web.society.settle(question.id)
    await web.society.press(MEMBER, Action.CONSENT_TEACHING, question.id)

    await web.society.press(PANELIST, Action.QUIZ_CANDIDATE, question.id)

    waiting = (await (await web.browser(EDITOR)).get("/api/editor")).json()["awaiting"]

    assert [(each["basis"], each["purposes"]) for each in waiting] == [("hospital", ["quiz"])]


async def test_desk_puts_together_what_asks_alike_and_the_asker_hears_nothing(web: SocietyWeb) -> None:
    surge = Surge(begins_at=web.society.now, ends_at=web.society.now + timedelta(hours=72))
    await web.society.change(lambda transaction: transaction.surge.save(surge))
    lead = await web.society.ask("Reversed halo in the left lower lobe, OP?")
    second = await web.society.ask("Reversed halo, left lower lobe. OP pattern?", member=COLLEAGUE)

    desk = (await (await web.browser(PANELIST)).get("/api/desk")).json()["questions"]
    likes = [(await _page(web, reader, each)).get("like") for reader in (PANELIST, MEMBER) for each in (lead,)]
    await web.society.press(PANELIST, Action.ANSWER, second.id, {"text": "OP pattern."})

    assert {each["id"]: each["group"] for each in desk} == dict.fromkeys((lead.id, second.id), lead.id)
    assert likes == [{"id": second.id, "label": second.label}, None]
    assert (await _page(web, PANELIST, lead))["like"] is None
