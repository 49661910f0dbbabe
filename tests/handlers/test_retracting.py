"""What lies on the phones of others when something is flagged: retracted where it can be, else asked to be deleted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from channels.web.channel import WebChannel
from domain.messages import Action, Address
from domain.ports.channel import Copies
from domain.question import EntryKind, Question
from tests.fakes.erasable_channel import ErasableChannel, erasable_channel
from tests.fakes.society import MEMBER, PANELIST, SECOND, Society, found_society

PAPER = Address(channel="paper", external_id="m")
DELETE = "incident.delete"


async def _society(folder: Path, channel: ErasableChannel) -> Society:
    society = await found_society(folder)
    web = WebChannel(store=society.services.store, clock=society.clock)
    society.services = replace(society.services, channels={"web": web, "paper": channel})
    return society


async def _answered(society: Society, *files: bytes) -> Question:
    """Return a question whose asker reads the answer on paper."""
    question = await society.ask("New effusion?", *files)
    await society.change_member(MEMBER, addresses=(PAPER, *MEMBER.addresses))
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now, please."})
    return question


async def _flag_answer(society: Society, question: Question) -> None:
    [answer] = [entry for entry in await society.entries(question.id) if entry.kind is EntryKind.ANSWER]
    await society.press(SECOND, Action.FLAG, question.id, {"entry": str(answer.id)})


@pytest.mark.parametrize(("copies", "erased", "asked"), [(Copies.RETRACTABLE, 1, 0), (Copies.FINAL, 0, 1)])
async def test_sent_answer_is_taken_back_or_asked_to_be_deleted(
    tmp_path: Path, copies: Copies, erased: int, asked: int
) -> None:
    channel = erasable_channel("paper", copies)
    society = await _society(tmp_path, channel)
    question = await _answered(society)

    await _flag_answer(society, question)

    assert (len(channel.erased), channel.keys().count(DELETE)) == (erased, asked)
    society.close()


async def test_reader_is_asked_where_the_service_refuses(tmp_path: Path) -> None:
    channel = erasable_channel("paper", Copies.RETRACTABLE)
    channel.refusal = "too_old"
    society = await _society(tmp_path, channel)
    question = await _answered(society)

    await _flag_answer(society, question)

    assert channel.keys().count(DELETE) == 1
    assert "message_stayed" in str(society.log.events)
    society.close()


async def test_only_what_holds_the_hidden_words_is_taken_back(tmp_path: Path) -> None:
    channel = erasable_channel("paper", Copies.RETRACTABLE)
    society = await _society(tmp_path, channel)
    question = await _answered(society)

    await society.press(SECOND, Action.FLAG, question.id, {"what": "text"})
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "Sorry: CTPA tomorrow."})

    said = channel.keys()
    assert (channel.erased, said.count("question.answer_without_confidence")) == ([], 1)
    society.close()
