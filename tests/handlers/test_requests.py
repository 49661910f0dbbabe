"""What members ask behind a stroke: each is answered in one message, and what cannot be done in one sentence."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from domain.commands import AnswerRequest
from domain.hours import QuietHours
from domain.ids import InboxId, derive_id
from domain.member import Language, Member
from domain.messages import Action, Address
from domain.question import QuestionState
from domain.web import SignInLink, UploadLink
from handlers.requests import answer_request
from tests.fakes.society import COLLEAGUE, COORDINATOR, MEMBER, PANELIST, SECOND, Society


async def answer_to(society: Society, member: Member, text: str) -> str:
    """Say it, and return the one line that answers it."""
    before = len(await society.lines(member))
    await society.say(member, text)
    [line] = (await society.lines(member))[before:]
    return f"{line.payload['key']}: {line.payload['text']}"


async def member_now(society: Society, member: Member) -> Member:
    return await society.read(lambda transaction: transaction.members.get(member.id))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("/help", "request.help"),
        ("/도움말", "request.help"),
        ("/ask", "request.ask"),
        ("/privacy", "request.privacy"),
        ("/oncall", "rota.on_call"),
        ("/당직", "rota.on_call"),
        ("/status", "request.nothing_open"),
        ("/drafts", "request.no_draft"),
        ("/quiet", "request.quiet"),
        ("/dance", "error.request_unknown"),
        ("/quiet tonight", "error.quiet_how"),
        ("/lang fr", "error.language_how"),
        ("/withdraw", "error.withdraw_which"),
        ("/withdraw Q9", "error.withdraw_which"),
        ("/status Q9", "error.question_unknown"),
        ("/status soon", "error.question_unknown"),
        ("/surge", "error.surge_only"),
        ("/대응", "error.surge_only"),
        ("/대응 끄기", "error.surge_only"),
    ],
)
async def test_request_is_answered_in_one_message(society: Society, text: str, key: str) -> None:
    assert (await answer_to(society, MEMBER, text)).startswith(f"{key}: ")


async def test_status_says_who_has_it(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    assert "Dr Kang Taeho: taken" in await answer_to(society, MEMBER, f"/status {question.label}")
    assert f"{question.label}: Dr Kang" in await answer_to(society, MEMBER, "/상태")


async def test_status_of_what_one_may_not_see_is_unknown(society: Society) -> None:
    question = await society.ask()

    answer = await answer_to(society, COLLEAGUE, f"/status {question.label}")

    assert answer.startswith("error.question_unknown")


async def test_quiet_hours_are_set_and_taken_away(society: Society) -> None:
    assert "22:30–07:00" in await answer_to(society, PANELIST, "/quiet 22:30-07")
    assert (await member_now(society, PANELIST)).quiet == QuietHours(begins=time(22, 30), ends=time(7))

    assert (await answer_to(society, PANELIST, "/방해금지 끄기")).startswith("request.no_quiet")


async def test_language_is_changed_in_the_new_one(society: Society) -> None:
    assert "한국어" in await answer_to(society, MEMBER, "/lang ko")
    assert (await member_now(society, MEMBER)).language is Language.KOREAN


async def test_draft_is_shown_again(society: Society) -> None:
    await society.write_draft("PE?")

    assert (await answer_to(society, MEMBER, "/drafts")).startswith("draft.preview")


async def test_question_is_withdrawn_by_its_number(society: Society) -> None:
    question = await society.ask()

    await society.say(MEMBER, f"/withdraw {question.label}")

    assert (await society.question(question.id)).state is QuestionState.WITHDRAWN


async def test_nobody_elses_question_is_withdrawn(society: Society) -> None:
    question = await society.ask()

    await society.say(PANELIST, f"/withdraw {question.label}")

    assert (await society.told(PANELIST))[-1] == "error.withdraw_which"
    assert (await society.question(question.id)).state is QuestionState.OPEN


async def test_shift_is_offered_by_its_number_to_a_colleague(society: Society) -> None:
    assert (await answer_to(society, PANELIST, "/swap")).startswith("rota.my_shifts")

    await society.say(PANELIST, f"/교대 2 {SECOND.display_name}")

    assert (await society.told(SECOND))[-1] == "rota.swap_offer"


async def test_shift_without_a_name_is_offered_to_all(society: Society) -> None:
    assert (await answer_to(society, PANELIST, "/swap 99")).startswith("error.shift_unknown")


async def test_lost_phone_is_cut_off_with_its_links(society: Society) -> None:
    later = society.now + timedelta(minutes=30)
    phone = Address(channel="sms", external_id="+kang")
    await society.change_member(PANELIST, addresses=(phone, *PANELIST.addresses))
    sign_in = SignInLink(token_hash="s", member_id=PANELIST.id, expires_at=later)
    upload = UploadLink(code_hash="u", member_id=PANELIST.id, expires_at=later)
    await society.change(lambda transaction: transaction.web.add_sign_in_link(sign_in))
    await society.change(lambda transaction: transaction.web.add_upload_link(upload))

    await society.say(PANELIST, "/lost")

    assert (await member_now(society, PANELIST)).addresses == PANELIST.addresses
    assert (await society.told(COORDINATOR))[-1] == "phone.lost"
    assert await society.change(lambda t: t.web.use_sign_in_link("s", society.now)) is None
    assert await society.change(lambda t: t.web.use_upload_link("u", society.now)) is False


async def test_lost_phone_of_an_asker_concerns_no_coordinator(society: Society) -> None:
    assert (await answer_to(society, MEMBER, "/분실")).startswith("request.cut_off")
    assert await society.told(COORDINATOR) == []


async def test_file_with_a_stroke_is_no_request(society: Society) -> None:
    file = await society.upload(MEMBER, b"x")

    await society.say(MEMBER, "/help", uploads=[file])

    assert "request.help" not in await society.told(MEMBER)


async def test_request_that_was_answered_is_not_answered_again(society: Society) -> None:
    await society.say(MEMBER, "/help", message_id="once")
    inbox_id = InboxId(derive_id("inbox", "web", "once"))

    await answer_request(society.services, AnswerRequest(inbox_id=inbox_id))
    await society.work()

    assert await society.told(MEMBER) == ["request.help"]
