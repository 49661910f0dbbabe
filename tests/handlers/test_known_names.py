"""A name that a file brings is taken out of everything that was said before it, and of what comes after it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from domain.identity import IdentityKind
from domain.ids import QuestionId
from domain.messages import Action
from domain.study import subject_of
from handlers.known_names import case_of
from tests.fakes.society import MEMBER, PANELIST, Society
from tests.fakes.watchful_door import Watched


async def _everything(society: Society) -> str:
    """Return every word that the database holds in clear."""
    store = society.storage.store
    tables = ("question", "entry", "delivery", "web_line", "job")
    statements = [f"SELECT * FROM {table}" for table in tables]  # noqa: S608 - names of ours

    def read(connection: sa.Connection) -> list[object]:
        return [row for statement in statements for row in connection.exec_driver_sql(statement).all()]

    return repr(await store.look(read))


async def test_name_in_a_file_leaves_the_text_that_came_before(watched: Watched) -> None:
    society, door = watched
    await society.say(MEMBER, "gildong, PE?")
    before = "gildong" in await _everything(society)
    door.named = [("gildong",)]

    await society.write_draft(None, b"file")

    assert (before, "gildong" in await _everything(society)) == (True, False)
    assert (await society.draft(MEMBER)).text.value == "[name], PE?"


async def test_preview_with_the_name_sends_nothing(watched: Watched) -> None:
    society, door = watched
    draft = await society.write_draft("gildong, PE?")
    token = await society.token(MEMBER, "draft.preview")
    door.named = [("gildong",)]
    await society.write_draft(None, b"file")

    await society.press(MEMBER, Action.SEND_URGENT, draft.id, token=token)

    assert (await society.told(MEMBER))[-2:] == ["draft.look_again", "draft.preview"]


async def test_what_the_panel_says_later_is_cleaned_of_it(watched: Watched) -> None:
    society, door = watched
    door.named = [("gildong",)]
    question = await society.ask("PE?", b"file")
    for action in (Action.NOTE, Action.ASK_BACK, Action.ANSWER):
        await society.press(PANELIST, action, question.id, {"text": "gildong again"})
    await society.say(MEMBER, "gildong is better", to=question.id)

    assert "gildong" not in await _everything(society)


async def test_late_file_cleans_the_open_thread(watched: Watched) -> None:
    society, door = watched
    question = await society.ask("gildong, PE?")
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "gildong needs a CTPA."})
    door.named = [("gildong",)]

    await society.say(MEMBER, None, uploads=[await society.upload(MEMBER, b"file")], to=question.id)

    assert "gildong" not in await _everything(society)


async def test_askers_own_name_is_known_from_the_start(watched: Watched) -> None:
    society, _ = watched

    await society.say(MEMBER, "Minji asks: PE?")

    assert (await society.draft(MEMBER)).text.value == "[name] asks: PE?"


async def test_sex_is_compared_and_never_taken_out(watched: Watched) -> None:
    society, door = watched
    door.named = [("male",)]

    draft = await society.write_draft("male, PE?", b"file")

    named = await society.read(lambda transaction: transaction.identities.of_question(draft.id))
    assert draft.text.value == "male, PE?"
    assert {mark.kind for marks in named.values() for mark in marks} == {IdentityKind.SEX}


@pytest.mark.parametrize("action", [Action.DISCARD, Action.WITHDRAW])
async def test_fingerprints_go_with_the_question(watched: Watched, action: Action) -> None:
    society, door = watched
    door.named = [("gildong",)]
    draft = await society.write_draft("PE?", b"file")
    secret = await society.storage.linkage.secret_for(subject_of(draft.id))
    if action is Action.WITHDRAW:
        await society.press(MEMBER, Action.SEND_URGENT, draft.id)

    await society.press(MEMBER, action, draft.id)

    assert await society.read(lambda transaction: transaction.identities.of_question(draft.id)) == {}
    assert await society.storage.linkage.secret_for(subject_of(draft.id)) != secret


async def test_words_for_a_question_that_is_over_make_no_secret(watched: Watched) -> None:
    society, _ = watched
    question = await society.ask()
    await society.press(MEMBER, Action.WITHDRAW, question.id)
    asked: list[str] = []
    linkage = society.services.linkage

    class Watching:
        async def secret_for(self, subject: str) -> bytes:
            asked.append(subject)
            return await linkage.secret_for(subject)

    society.services = replace(society.services, linkage=Watching())  # type: ignore[arg-type]  # asked for nothing else
    await society.press(PANELIST, Action.NOTE, question.id, {"text": "gildong"})

    assert asked == []


async def test_question_that_ends_meanwhile_gets_its_secret_destroyed(watched: Watched) -> None:
    society, _ = watched
    question = await society.ask()
    linkage = society.services.linkage
    forgotten: list[str] = []

    class Ending:
        async def secret_for(self, subject: str) -> bytes:
            await society.press(MEMBER, Action.WITHDRAW, question.id)
            return await linkage.secret_for(subject)

        async def forget(self, subject: str) -> None:
            forgotten.append(subject)

    services = replace(society.services, linkage=Ending())

    case = await case_of(services, question.id, today=society.now.date())

    assert (case.known, forgotten) == (None, [subject_of(question.id)])


async def test_words_about_no_question_are_refused_as_before(watched: Watched) -> None:
    society, _ = watched

    await society.press(PANELIST, Action.NOTE, QuestionId("x"), {"text": "gildong"})

    assert await society.told(PANELIST) == ["error.defect"]


async def test_words_with_a_button_are_cleaned_of_what_its_question_knows(watched: Watched) -> None:
    society, door = watched
    door.named = [("gildong",)]
    question = await society.ask("PE?", b"file")
    token = await society.token(PANELIST, "panel.card_urgent")

    await society.press(PANELIST, Action.CLAIM, None, {"text": "gildong"}, token=token)
    await society.press(PANELIST, Action.NOTE, None, {"text": "gildong"}, token="none")

    assert (await society.question(question.id)).claimed_by == PANELIST.id
    assert (await society.told(PANELIST))[-1] == "error.choice_unknown"
