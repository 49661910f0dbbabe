"""Groups of questions that ask alike, on both databases; and the search for them, within one panel."""

from __future__ import annotations

from domain.ids import PanelId, QuestionId
from domain.member import Role
from domain.question import Question, QuestionState
from domain.text import DeidentifiedText
from tests.contracts.samples import NOW, closed_question, member

PANELIST = member("panelist", roles=frozenset({Role.PANELIST}), active=True)
Q = [QuestionId(f"q{number}") for number in range(5)]


def waiting(number: int, **changes: object) -> Question:
    text = DeidentifiedText(value="흉수 천자 후 reexpansion edema")
    return closed_question(f"q{number}", number, **{"text": text, "state": QuestionState.OPEN, **changes})


async def keep(store, *questions):
    await store.write(lambda transaction: [transaction.questions.add(each) for each in questions])


async def joined(store, *pairs):
    await store.write(lambda transaction: [transaction.groups.join(Q[one], Q[other]) for one, other in pairs])


async def test_whoever_joins_one_of_a_group_joins_all_of_it(store):
    await keep(store, *(waiting(number) for number in (1, 2, 3, 4)))

    await joined(store, (2, 1), (3, 2), (3, 2))

    assert await store.read(lambda transaction: transaction.groups.of(Q)) == {Q[n]: Q[1] for n in (1, 2, 3)}


async def test_mate_is_the_oldest_that_still_waits(store):
    states = {1: QuestionState.ANSWERED, 2: QuestionState.CLAIMED, 3: QuestionState.OPEN, 4: QuestionState.OPEN}
    await keep(store, *(waiting(number, state=state) for number, state in states.items()))
    await joined(store, (2, 1), (3, 1))

    mates = await store.read(lambda transaction: [transaction.groups.open_mate(Q[n]) for n in (1, 2, 3, 4)])

    assert mates == [Q[2], Q[3], Q[2], None]


async def test_wrong_patient_is_nobodys_mate(store):
    await keep(store, waiting(1, wrong_patient_at=NOW), waiting(2))
    await joined(store, (2, 1))

    assert await store.read(lambda transaction: transaction.groups.open_mate(Q[2])) is None


async def test_similar_ones_are_looked_for_within_one_panel(store):
    await keep(store, waiting(1, panel_id=PanelId("chest")), waiting(2, panel_id=PanelId("neuro")))

    found = [
        await store.read(lambda t, panel=panel: t.search.similar_open(PANELIST, "reexpansion edema", panel_id=panel))
        for panel in (PanelId("neuro"), None)
    ]

    assert [[hit.question.number for hit in hits] for hits in found] == [[2], [2, 1]]
