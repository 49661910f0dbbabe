"""Buttons carry a token or a question, and the action; what no button of ours carries means nothing."""

from __future__ import annotations

from typing import Any

import pytest

from channels.telegram.inbound import heard
from channels.telegram.presses import data_of, press_in
from domain.delivery import OfferedChoice, OutgoingMessage
from domain.ids import DeliveryId, QuestionId
from domain.messages import Action, Press
from tests.channels.telegram.test_inbound import AT, GROUP, PERSON, PRIVATE, update

TOKEN = "x" * 32


def carried(action: Action, **parts: Any) -> str | None:
    choice = OfferedChoice(action=action, label="x", digit="1")
    return data_of(OutgoingMessage(delivery_id=DeliveryId("d"), key="k", text="t", choices=(choice,), **parts), choice)


@pytest.mark.parametrize("action", Action)
def test_every_action_fits_with_a_real_token_and_comes_back(action):
    data = carried(action, token=TOKEN, question_id="q1")

    assert press_in(data) == Press(action=action, token=TOKEN)
    assert len(data.encode()) <= 64


def test_without_a_token_the_question_is_named():
    data = carried(Action.CLAIM, question_id="3fa0")

    assert press_in(data) == Press(action=Action.CLAIM, question_id=QuestionId("3fa0"))


def test_button_that_would_carry_nothing_is_none():
    assert carried(Action.CLAIM) is None
    assert carried(Action.CONSENT_CONSULT_ONLY, token="x" * 60) is None


@pytest.mark.parametrize("data", ["", "t..claim", "t.x.fly", "z.x.claim", "t.x.claim ", "claim"])
def test_foreign_data_is_no_press(data):
    assert press_in(data) is None


def pressed(chat, data, **more):
    under = {"message_id": 40, "date": 0, "chat": chat, **more}
    return heard(
        update(callback_query={"id": "4001", "from": PERSON, "message": under, "data": data}), at=AT, username=""
    )


def test_press_in_a_private_chat():
    found = pressed(PRIVATE, f"t.{TOKEN}.send_urgent")

    assert found.message.press == Press(action=Action.SEND_URGENT, token=TOKEN)
    assert (found.message.external_id, found.query_id) == ("press.4001", "4001")
    assert (found.message.origin.room, found.message.origin.reference) == ("", "40")


def test_press_in_a_topic_is_of_the_person_at_that_place():
    found = pressed(GROUP, f"t.{TOKEN}.claim", message_thread_id=4, is_topic_message=True).message

    assert found.sender.external_id == "5000000001"
    assert (found.origin.room, found.origin.thread) == ("-1002000000001", "4")


def test_foreign_button_is_answered_and_nothing_else():
    found = pressed(PRIVATE, "fly")

    assert (found.message, found.query_id) == (None, "4001")
