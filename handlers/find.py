"""Searching from a conversation: "/find words", "찾기 …"; at most a handful of questions, newest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.audit import AuditEvent, searched
from domain.commands import FindQuestions
from domain.errors import UserError
from domain.member import Member
from domain.messages import InboundMessage
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.requests import FIND_COMMAND
from domain.search import Found
from domain.text import DeidentifiedText
from domain.words import Sought, sought_in
from handlers.draft import case_for, clean, echo
from handlers.found import found_lines
from handlers.inbound import Received, open_received
from handlers.outbox import Notice, tell

MOST_FOUND = 5
MOST_FOUND_SHORT = 3
"""On a channel of short messages, each found question is its label, its age and whether it is answered."""
_PLAIN_CHARACTERS = 60
_PLAIN = re.compile(r"\s*(?:find|찾기|검색)\s+(?P<words>[^\n?]+)", re.IGNORECASE)
_NO_SEARCH = re.compile(r"(?:attached|enclosed|below|the|a|an|my|our)\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\[[^\]]*\]")


def is_search(message: InboundMessage, *, is_awaited: bool) -> bool:
    """Return whether a message asks for a search.

    Args:
        is_awaited: words of this member are waited for, by a draft or an ask-back: only the command itself
            counts then. A question that begins with "find" must not get lost.
    """
    if message.text is None or message.press or message.uploads:
        return False
    text = message.text.value
    if FIND_COMMAND.fullmatch(text):
        return True
    plain = None if is_awaited or message.in_reply_to else _PLAIN.fullmatch(text)
    return plain is not None and len(text) <= _PLAIN_CHARACTERS and _NO_SEARCH.match(plain["words"]) is None


async def find_questions(services: Services, command: FindQuestions) -> None:
    """Tell a member which questions have the words that they sent; only what they may see is looked through.

    Raises:
        UserError("find_what"): there are no words.
    """
    received = await open_received(services, command.inbox_id)
    if received is None:
        return
    case = await case_for(services, received, None)
    said = clean(services, received, case)
    words = _words(said.value)
    sought = sought_in(words)
    if not sought:
        raise UserError("find_what")
    is_short = _is_short(services, received)
    limit = MOST_FOUND_SHORT if is_short else MOST_FOUND
    hits = await services.store.read(lambda transaction: transaction.search.find(received.sender, words, limit=limit))

    def answer(transaction: Transaction) -> None:
        echo(services, transaction, received, text=said, question_id=None)
        notice = _notice(services, received.sender, hits, sought=None if is_short else sought)
        notice = replace(notice, to=received.message.sender)
        tell(services, transaction, received.sender, cause=received.inbox_id, notice=notice)
        for event in _events(received, hits, at=services.clock()):
            transaction.audit.add(event)
        transaction.inbox.finish(received.inbox_id)

    await services.store.write(answer)


def _events(received: Received, hits: Sequence[Found], *, at: datetime) -> Sequence[AuditEvent]:
    found = [hit.question.id for hit in hits]
    key, channel = f"did:{received.inbox_id}", received.message.channel
    return searched(received.sender.id, found, key=key, channel=channel, at=at)


def _words(text: str) -> str:
    """What the door has replaced names somebody, and nothing is found by it."""
    match = FIND_COMMAND.fullmatch(text) or _PLAIN.fullmatch(text)
    return "" if match is None else _PLACEHOLDER.sub(" ", match["words"]).strip()


def _notice(services: Services, member: Member, hits: Sequence[Found], *, sought: Sought | None) -> Notice:
    if not hits:
        return Notice(key="find.nothing")
    lines = DeidentifiedText(value=found_lines(services, member, hits, sought=sought))
    return Notice(key="find.found", values={"count": len(hits), "text": lines})


def _is_short(services: Services, received: Received) -> bool:
    channel = services.channels.get(received.message.channel)
    return channel is not None and channel.capabilities.is_short
