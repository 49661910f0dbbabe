"""New cases: questions an editor has released since the member's last digest."""

from __future__ import annotations

from domain.access import may_see
from domain.digest import Digest
from domain.member import Member
from domain.ports.services import Wording
from domain.ports.store import Transaction
from domain.question import Question
from domain.release import newest_release

MOST_SHOWN = 6


def released_cases(transaction: Transaction, digest: Digest, member: Member) -> tuple[Question, ...]:
    """Return the cases that are new to a member and that they may see, oldest first."""
    released = transaction.questions.released_between(digest.since, digest.until)
    return tuple(question for question in released if may_see(member, question))


def case_lines(
    transaction: Transaction, wording: Wording, cases: tuple[Question, ...], *, member: Member
) -> tuple[str, ...]:
    """Return one line per case, with a last line that counts those left out."""
    lines = [
        wording.text("digest.case", member, {"label": case.label, "title": _title(transaction, case)})
        for case in cases[:MOST_SHOWN]
    ]
    if len(cases) > MOST_SHOWN:
        lines.append(wording.text("digest.more", member, {"count": len(cases) - MOST_SHOWN}))
    return tuple(lines)


def _title(transaction: Transaction, case: Question) -> str:
    """The first line of the text as the editor released it: never the asker's own words."""
    published = newest_release(transaction.entries.of_question(case.id))
    lines = published.text.value.splitlines() if published is not None and published.text is not None else []
    return lines[0] if lines else ""
