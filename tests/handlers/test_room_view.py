"""What a question looks like in a panel's room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.question import QuestionState
from handlers.room_view import actions_in
from tests.fakes.society import Society


@pytest.mark.parametrize("state", [QuestionState.DRAFT, QuestionState.WITHDRAWN, QuestionState.EXPIRED])
async def test_question_that_nobody_waits_for_offers_nothing(society: Society, state: QuestionState) -> None:
    question = await society.ask()

    assert actions_in(question) != ()
    assert actions_in(replace(question, state=state)) == ()
