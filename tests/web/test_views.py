"""What a page is told of a question: its title, its files, and what may be done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consent import ConsentScope
from domain.ids import QuestionId
from domain.messages import Action
from domain.question import Question, QuestionState
from domain.study import UploadState
from domain.text import DeidentifiedText
from tests.fakes.web_world import ASKER, COLLEAGUE, EDITOR, PANELIST, START, WebWorld
from web.views.actions import Standing, possible_actions
from web.views.questions import TITLE_CHARACTERS, title_of

QUESTION = Question(
    id=QuestionId("q"), asker_id=ASKER.id, text=DeidentifiedText(value="PE?"), created_at=START, number=417
)
SENDING = {Action.SEND_URGENT, Action.SEND_TODAY, Action.SEND_ROUTINE}


def offered(reader, **changes) -> set[Action]:
    return set(possible_actions(reader, replace(QUESTION, **changes), Standing(), now=START))


@given(st.text())
def test_title_is_one_short_line(text: str):
    title = title_of(text)

    assert len(title) <= TITLE_CHARACTERS
    assert "\n" not in title


def test_draft_is_sent_only_after_its_preview():
    assert not offered(ASKER, state=QuestionState.DRAFT) & SENDING
    assert offered(ASKER, state=QuestionState.DRAFT, previewed_at=START) >= SENDING


def test_open_question_may_be_claimed_by_the_panel_alone():
    assert Action.CLAIM in offered(PANELIST, state=QuestionState.OPEN)
    assert Action.CLAIM not in offered(ASKER, state=QuestionState.OPEN)
    assert not offered(COLLEAGUE, state=QuestionState.OPEN)


def test_claimed_question_is_answered_by_its_claimer():
    mine = offered(PANELIST, state=QuestionState.CLAIMED, claimed_by=PANELIST.id)
    taken = offered(PANELIST, state=QuestionState.CLAIMED, claimed_by=COLLEAGUE.id)

    assert {Action.ANSWER, Action.ASK_BACK, Action.RELEASE} <= mine
    assert taken == {Action.NOTE, Action.OPINION, Action.FOLLOW, Action.WRONG_PATIENT}


def test_own_question_is_never_claimed():
    own = replace(QUESTION, asker_id=PANELIST.id, state=QuestionState.OPEN)

    assert Action.CLAIM not in possible_actions(PANELIST, own, Standing(), now=START)


def test_question_is_reopened_within_a_week():
    closed = {"state": QuestionState.CLOSED, "closed_at": START - timedelta(days=6)}

    assert Action.REOPEN in offered(ASKER, **closed)
    assert Action.REOPEN not in offered(ASKER, **{**closed, "closed_at": START - timedelta(days=8)})


@pytest.mark.parametrize(
    ("consent", "action"),
    [
        (ConsentScope.CONSULT_ONLY, Action.CONSENT_TEACHING),
        (ConsentScope.CONSULT_ONLY, Action.CONSENT_RESEARCH),
        (ConsentScope.TEACHING, Action.CONSENT_CONSULT_ONLY),
        (ConsentScope.RESEARCH, Action.CONSENT_TEACHING),
    ],
)
def test_consent_is_offered_after_the_close(consent: ConsentScope, action: Action):
    assert action in offered(ASKER, state=QuestionState.CLOSED, consent=consent, closed_at=START)
    assert action not in offered(ASKER, state=QuestionState.ANSWERED, consent=consent)


def test_editor_releases_what_its_asker_allowed():
    closed = {"state": QuestionState.CLOSED, "closed_at": START}

    assert offered(EDITOR, **closed, consent=ConsentScope.TEACHING) == {
        Action.PUBLISH,
        Action.HOLD_BACK,
        Action.WRONG_PATIENT,
    }
    assert not offered(EDITOR, **closed, consent=ConsentScope.CONSULT_ONLY)
    assert offered(EDITOR, **closed, consent=ConsentScope.RESEARCH) == {Action.WRONG_PATIENT}


async def test_asker_is_told_how_far_the_files_are(world: WebWorld):
    question = await world.question(QuestionState.DRAFT)
    await world.upload(question, UploadState.COMPLETE)
    await world.upload(question, UploadState.CLEANED)
    await world.upload(question, UploadState.REFUSED, refusal="zip_damaged")

    answer = (await (await world.signed_in(ASKER)).get(f"/api/questions/{question.id}")).json()["uploads"]

    assert (answer["total"], answer["pending"], len(answer["refused"])) == (3, 1, 1)


async def test_series_are_told_frame_by_frame(world: WebWorld):
    question = await world.question()
    image = await world.image(question)

    answer = (await (await world.signed_in(PANELIST)).get(f"/api/questions/{question.id}")).json()

    (series,) = answer["series"]
    assert (series["modality"], series["unit"], series["slices"]) == ("CT", "HU", 2)
    assert [(frame["image"], frame["frame"]) for frame in series["frames"]] == [(image.id, 0), (image.id, 1)]
    assert series["frames"][0]["window"] == [40.0, 400.0]
