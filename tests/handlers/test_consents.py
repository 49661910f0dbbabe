"""What a closed question may be used for: teaching, or a study on a basis that is attested (safety rule 6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.consent import Consent, ConsentScope
from domain.messages import Action
from domain.question import EntryKind, Question
from tests.fakes.society import EDITOR, MEMBER, SLICE, Society

NUMBER = "2020-0123"


async def _closed(society: Society, *files: bytes) -> Question:
    question = await society.ask("PE?", *files)
    return await society.settle(question.id)


async def _given(society: Society, question: Question) -> list[Consent]:
    return list(await society.read(lambda transaction: transaction.consents.of_question(question.id)))


@pytest.mark.parametrize(
    ("said", "basis", "key"),
    [
        (NUMBER, f"irb {NUMBER}", "consent.research_irb"),
        (f"IRB No. {NUMBER}", f"irb {NUMBER}", "consent.research_irb"),
        ("hospital", "hospital", "consent.research"),
    ],
)
async def test_study_is_kept_with_its_basis(society: Society, said: str, basis: str, key: str) -> None:
    question = await _closed(society)

    await society.press(MEMBER, Action.CONSENT_RESEARCH, question.id, {"basis": said})

    (given,) = await _given(society, question)
    assert (given.scope, given.basis, given.given_by) == (ConsentScope.RESEARCH, basis, MEMBER.id)
    assert (await society.told(MEMBER))[-1] == key
    noted = next(e for e in await society.entries(question.id) if e.kind is EntryKind.CONSENT_GIVEN)
    assert noted.details == {"scope": "research", "basis": basis.split(maxsplit=1)[0]}


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({}, "error.basis_missing"),
        ({"basis": "as we agreed"}, "error.basis_unknown"),
        ({"basis": "900101-1234567"}, "error.basis_identifies"),
        ({"basis": "12345678"}, "error.basis_identifies"),
    ],
)
async def test_study_without_a_fit_basis_changes_nothing(society: Society, fields: dict[str, str], key: str) -> None:
    question = await _closed(society)

    await society.press(MEMBER, Action.CONSENT_RESEARCH, question.id, fields)

    assert (await society.told(MEMBER))[-1] == key
    assert (await society.question(question.id)).consent is ConsentScope.CONSULT_ONLY
    assert not await _given(society, question)


@pytest.mark.parametrize(
    ("words", "basis"),
    [
        *[(f"research {NUMBER}", f"irb {NUMBER}"), ("연구 병원", "hospital"), (f"/연구 IRB {NUMBER}", f"irb {NUMBER}")],
        *[(f"Research Q1 {NUMBER}", f"irb {NUMBER}"), ("research: hospital", "hospital")],
    ],
)
async def test_words_say_study_and_basis_at_once(society: Society, words: str, basis: str) -> None:
    question = await _closed(society)

    await society.say(MEMBER, words)

    assert [given.basis for given in await _given(society, question)] == [basis]


async def test_word_alone_is_asked_for_its_basis(society: Society) -> None:
    question = await _closed(society)

    await society.say(MEMBER, "research")
    await society.say(MEMBER, "research, as they said", to=question.id)

    assert (await society.told(MEMBER))[-2:] == ["error.basis_missing", "error.basis_unknown"]


async def test_study_of_two_questions_needs_its_number(society: Society) -> None:
    first, second = await _closed(society), await _closed(society)

    await society.say(MEMBER, f"research {NUMBER}")
    asked = (await society.told(MEMBER))[-1]
    await society.say(MEMBER, f"research {second.label} {NUMBER}")

    assert asked == "error.basis_which"
    assert not await _given(society, first)
    assert len(await _given(society, second)) == 1


@pytest.mark.parametrize("words", ["Research letter on PE, 58M?", "research 2020-0123", "Fever since 3 days"])
async def test_words_that_nobody_waits_for_are_a_question(society: Society, words: str) -> None:
    await society.say(MEMBER, words)

    assert (await society.draft(MEMBER)).text.value


async def test_sentence_that_begins_alike_is_a_question(society: Society) -> None:
    await _closed(society)

    await society.say(MEMBER, "Research letter on PE, is this one?")

    assert (await society.draft(MEMBER)).text.value.startswith("Research letter")


async def test_study_is_shown_to_no_member(society: Society) -> None:
    question = await _closed(society)
    await society.press(MEMBER, Action.CONSENT_RESEARCH, question.id, {"basis": NUMBER})

    for action in (Action.PUBLISH, Action.HOLD_BACK):
        await society.press(EDITOR, action, question.id, {"text": "Read."} if action is Action.PUBLISH else {})

    assert (await society.told(EDITOR))[-2:] == ["error.consent_missing"] * 2
    assert (await society.question(question.id)).released_at is None


async def test_images_of_a_study_stay(society: Society) -> None:
    question = await _closed(society, SLICE)
    await society.press(MEMBER, Action.CONSENT_RESEARCH, question.id, {"basis": NUMBER})
    await society.advance(timedelta(days=8))
    kept = [image.removed_at for image in await society.images(question.id)]

    await society.press(MEMBER, Action.CONSENT_CONSULT_ONLY, question.id)

    assert kept == [None]
    assert all(image.removed_at is not None for image in await society.images(question.id))
