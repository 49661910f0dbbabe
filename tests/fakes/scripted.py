"""A society that plays a written conversation: names, numbers and clock as the script has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from domain.ids import QuestionId
from domain.member import Language, Member
from domain.messages import Action
from domain.ports.store import Transaction
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, SECOND, Society

AT_TWO = datetime(2026, 11, 23, 5, 2, tzinfo=UTC)
"""14:02 in Seoul, on a working day."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as its reader sees it."""

    key: str
    text: str
    quoted: str
    closing: str
    labels: tuple[str, ...]

    @property
    def whole(self) -> str:
        return " ".join(part for part in (self.text, self.quoted, self.closing) if part)


class Scripted:
    """`heard` is what somebody was told since the last time it was asked."""

    def __init__(self, society: Society, language: Language) -> None:
        self.society = society
        self.language = language
        self._seen: dict[str, int] = {}

    async def begin(self, *, number: int = 417) -> None:
        self.society.now = AT_TWO
        korean = self.language is Language.KOREAN
        names = ((MEMBER, "M"), (PANELIST, "A"), (SECOND, "B"), (COORDINATOR, "C"))

        def begin(transaction: Transaction) -> None:
            for member, name in names:
                shown = name if korean else f"Dr {name}"
                saved = replace(member, display_name=shown, language=self.language)
                transaction.members.save(replace(saved, alias="Member-73") if member is MEMBER else saved)
            for _ in range(number - 1):
                transaction.questions.next_number()

        await self.society.change(begin)

    def say(self, english: str, korean: str) -> str:
        return korean if self.language is Language.KOREAN else english

    async def at(self, clock: str) -> None:
        """Let it become so late, in Seoul."""
        hour, minute = (int(part) for part in clock.split(":"))
        then = AT_TWO.replace(hour=hour - 9, minute=minute)
        await self.society.advance(then - self.society.now)

    async def after(self, wait: timedelta) -> None:
        await self.society.advance(wait)

    async def ask(self, text: str = "M50s COVID D8, O2 2->5 L. PE?") -> QuestionId:
        """Ask in words and send it as urgent."""
        await self.society.say(MEMBER, text)
        draft = await self.society.draft(MEMBER)
        await self.society.press(MEMBER, Action.SEND_URGENT, draft.id)
        return draft.id

    async def press(self, member: Member, key: str, action: Action) -> None:
        """Press a button under the newest line of a key."""
        await self.society.press(member, action, token=await self.society.token(member, key))

    async def heard(self, member: Member) -> Sequence[Line]:
        lines = [line.payload for line in await self.society.lines(member)]
        new = lines[self._seen.get(member.id, 0) :]
        self._seen[member.id] = len(lines)
        return [_line(payload) for payload in new]

    async def newest(self, member: Member, key: str) -> Line:
        """Return the newest line of a key."""
        lines = [line.payload for line in await self.society.lines(member)]
        return [_line(payload) for payload in lines if payload["key"] == key][-1]


def _line(payload: object) -> Line:
    assert isinstance(payload, dict)
    quoted = payload["quoted"] or {"value": ""}
    labels = tuple(str(choice["label"]) for choice in payload["choices"])
    return Line(
        key=str(payload["key"]),
        text=str(payload["text"]),
        quoted=str(quoted["value"]),
        closing=str(payload["closing"]),
        labels=labels,
    )
