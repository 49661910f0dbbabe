"""What is urgent is sent again until it is read, at the times that the settings name (safety rule 11)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.messages import Action
from tests.fakes.society import MEMBER, PANELIST, Society

A_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("action", "key"), [(Action.ASK_BACK, "question.asked_back"), (Action.ANSWER, "question.answer_correction")]
)
async def test_what_is_urgent_comes_again_at_three_and_eight_minutes(
    society: Society, action: Action, key: str
) -> None:
    question = await society.ask()
    if action is Action.ANSWER:
        await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})
    await society.press(PANELIST, action, question.id, {"text": "Prior CT?"})

    counted = []
    for wait in (timedelta(seconds=179), timedelta(seconds=1), timedelta(seconds=299), timedelta(seconds=1), A_DAY):
        await society.advance(wait)
        counted.append((await society.told(MEMBER)).count(key))

    assert counted == [1, 2, 2, 3, 3]
