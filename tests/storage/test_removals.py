"""What a moderator has removed stays removed, whichever backup is brought back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.consent import ConsentScope
from domain.incident import PAGE, Decision, Hidden, Incident, What
from domain.question import EntryKind, QuestionState
from domain.text import DeidentifiedText
from domain.web import Direction, WebLine
from domain.withholding import TEXT, said_item
from storage.backup import backup, restore
from storage.compose import open_storage
from storage.erasures import ErasureLog
from tests.contracts.samples import MEMBER, MINUTE, NOW, QUESTION, delivery, entry, image, member, question

NAMED, KEPT = DeidentifiedText(value="ward Alpha, bed nine"), DeidentifiedText(value="no effusion")
ANSWER = entry("m1:answer", kind=EntryKind.ANSWER, text=NAMED, actor_id=MEMBER)
LATER = entry("m2:answer", kind=EntryKind.ANSWER, text=KEPT, actor_id=MEMBER)
FLAG = Incident(
    id="incident-1",
    question_id=QUESTION,
    what=What.EVERYTHING,
    hidden=(
        *(Hidden(question_id=QUESTION, item=item) for item in (said_item(ANSWER), TEXT)),
        Hidden(question_id=QUESTION, item=f"series:{image().facts.series_uid}"),
    ),
    opened_at=NOW,
    opened_by=MEMBER,
    due_at=NOW + MINUTE,
)
REMOVED = replace(FLAG, decision=Decision.REMOVED, decided_by=MEMBER, decided_at=NOW + MINUTE)


@pytest.fixture(params=["sqlite", "postgres"])
def options(request, make_options):
    if request.param == "sqlite":
        return make_options()
    server = request.getfixturevalue("postgres_server")
    return make_options(database_url=server.empty_database(), linkage_url=server.empty_database())


async def change(options, work):
    storage = open_storage(options)
    found = await storage.store.write(work)
    storage.close()
    return found


def fill(transaction):
    """A released question, with copies of what was said in it."""
    released = question(
        number=417,
        state=QuestionState.CLOSED,
        opened_at=NOW,
        text=NAMED,
        consent=ConsentScope.TEACHING,
        released_at=NOW,
    )
    shown = {"key": "question.answer", "text": NAMED.value, "quoted": None, "images": []}
    line = WebLine(cause="c", member_id=MEMBER, direction=Direction.OUT, payload=shown, at=NOW, question_id=QUESTION)
    transaction.members.save(member())
    transaction.questions.add(released)
    for each in (ANSWER, LATER):
        transaction.entries.add(each)
    transaction.images.add(image())
    transaction.deliveries.add(delivery(question_id=QUESTION, values={"text": NAMED}))
    transaction.web.add_line(line)


def everything(transaction):
    return (
        transaction.questions.get(QUESTION),
        [each.text.value for each in transaction.entries.of_question(QUESTION) if each.text is not None],
        [line.payload["text"] for line in transaction.web.lines(MEMBER)],
        transaction.incidents.of_question(QUESTION),
        [each.removed_at for each in transaction.images.of_question(QUESTION)],
    )


async def test_words_removed_since_the_backup_do_not_come_back(options, tmp_path):
    await change(options, fill)
    backup(options, tmp_path / "backup")
    await change(options, lambda transaction: transaction.incidents.add(FLAG))
    await change(options, lambda transaction: transaction.incidents.save(REMOVED))

    restored = restore(tmp_path / "backup", options, replace=True)

    found, said, shown, [incident], removed = await change(options, everything)
    assert (restored.removed, found.text.value, found.released_at, found.held_back) == (1, "", None, True)
    assert (said, shown, removed) == (["", KEPT.value], [""], [REMOVED.decided_at])
    assert (incident.decision, incident.opened_by, incident.is_open) == (Decision.REMOVED, None, False)
    assert TEXT in found.taken_down


async def test_flag_of_the_backup_is_decided_again(make_options, tmp_path):
    options = make_options()
    await change(options, fill)
    await change(options, lambda transaction: transaction.incidents.add(FLAG))
    backup(options, tmp_path / "backup")
    await change(options, lambda transaction: transaction.incidents.save(REMOVED))

    restored = restore(tmp_path / "backup", options, replace=True)

    _, said, _, [incident], _ = await change(options, everything)
    assert (restored.removed, said) == (1, ["", KEPT.value])
    assert (incident.decision, incident.opened_by, incident.is_open) == (Decision.REMOVED, MEMBER, True)


async def test_reason_of_the_backup_goes_wherever_it_was_told(make_options, tmp_path):
    options, reason = make_options(), DeidentifiedText(value="gildong stands in the picture")
    page = delivery("page", key=PAGE, question_id=QUESTION, values={"text": reason})
    await change(options, fill)
    await change(options, lambda transaction: transaction.incidents.add(replace(FLAG, reason=reason)))
    await change(options, lambda transaction: transaction.deliveries.add(page))
    backup(options, tmp_path / "backup")
    await change(options, lambda transaction: transaction.incidents.save(REMOVED))

    restore(tmp_path / "backup", options, replace=True)

    _, _, _, [incident], _ = await change(options, everything)
    told = await change(options, lambda transaction: transaction.deliveries.get(page.id).values["text"])
    assert (incident.reason.value, told.value) == ("", "")


async def test_newer_and_older_backups_have_nothing_to_remove(make_options, tmp_path):
    options = make_options()
    await change(options, lambda transaction: transaction.members.save(member()))
    backup(options, tmp_path / "older")
    await change(options, fill)
    await change(options, lambda transaction: transaction.incidents.add(REMOVED))
    await change(options, lambda transaction: transaction.incidents.save(REMOVED))
    backup(options, tmp_path / "newer")

    restored = [restore(tmp_path / name, options, replace=True).removed for name in ("older", "newer")]

    assert restored == [0, 0]


async def test_log_names_no_words_and_no_member(make_options, tmp_path):
    options = make_options()
    await change(options, fill)
    await change(options, lambda transaction: transaction.incidents.add(FLAG))
    await change(options, lambda transaction: transaction.incidents.save(REMOVED))

    text = options.erasures_path.read_text(encoding="utf-8")

    [removal] = ErasureLog(options.erasures_path).read().removals
    assert (removal.id, removal.hidden) == (REMOVED.id, REMOVED.hidden)
    assert "Alpha" not in text
    assert f'"{MEMBER}"' not in text
