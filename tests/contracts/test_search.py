"""The search on both databases: it finds what it should, for whoever may see it, and follows every change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.consent import ConsentScope
from domain.ids import MemberId, QuestionId
from domain.member import Role
from domain.opinions import SEAL
from domain.question import EntryKind, Question, QuestionState
from domain.text import DeidentifiedText
from domain.words import fold, words_of
from tests.contracts.samples import MINUTE, NOW, closed_question, entry, member

ASKER = member("asker", roles=frozenset(), active=True)
OTHER = member("other", roles=frozenset(), active=True)
PANELIST = member("panelist", roles=frozenset({Role.PANELIST}), active=True)
EDITOR = member("editor", roles=frozenset({Role.EDITOR}), active=True)


def said(text: str) -> DeidentifiedText:
    return DeidentifiedText(value=text)


def question(number: int, text: str, **changes: object) -> Question:
    values = {"asker_id": ASKER.id, "text": said(text), "consent": ConsentScope.CONSULT_ONLY}
    return closed_question(f"q{number}", number, **{**values, **changes})


def spoken(key: str, kind: EntryKind, text: str, *, number: int = 1):
    return entry(key, kind=kind, text=said(text), question_id=QuestionId(f"q{number}"))


async def keep(store, *things):
    def add(transaction):
        for thing in things:
            repository = transaction.questions if isinstance(thing, Question) else transaction.entries
            repository.add(thing)

    await store.write(add)


async def found(store, words, reader=PANELIST, **options):
    hits = await store.read(lambda transaction: transaction.search.find(reader, words, **options))
    return [hit.question.number for hit in hits]


@pytest.mark.parametrize(
    "typed", ["흉수", "폐하엽", "ct", "CTPA", "nodule", "폐", "좌측 ct", "corads", "2.5", "흉수 nodul"]
)
async def test_question_is_found_by_what_is_typed_of_it(store, typed):
    await keep(store, question(1, "좌측 폐 하엽 흉수, CTPA? Nodules 2.5 cm, CO-RADS 4"), question(2, "pneumothorax"))

    assert await found(store, typed) == [1]


async def test_pairs_that_stand_apart_are_not_the_word(store):
    await keep(store, question(1, "폐결절, 결핵은 아님"), question(2, "폐결핵"))

    assert await found(store, "폐결핵") == [2]


@pytest.mark.parametrize("typed", ["", " ", "?", "'", '"', "흉수' OR", "AND", "NEAR(", "흉수 & !x", "\\", "100%", "_"])
async def test_nothing_that_is_typed_breaks_the_search(store, typed):
    await keep(store, question(1, "흉수"))

    assert await found(store, typed) == []


async def test_answers_and_notes_are_found_by_who_may_read_them(store):
    await keep(
        store, question(1, "흉수"), spoken("a", EntryKind.ANSWER, "결핵 의심"), spoken("n", EntryKind.NOTE, "농흉")
    )

    assert [await found(store, "결핵 흉수", reader) for reader in (PANELIST, ASKER, OTHER)] == [[1], [1], []]
    assert [await found(store, "농흉", reader) for reader in (PANELIST, ASKER, OTHER)] == [[1], [], []]


async def test_sealed_opinion_is_found_once_the_seal_is_broken(store):
    asked = question(1, "흉수", is_sealed=True)
    await keep(store, asked)
    await keep(store, replace(spoken("a", EntryKind.ANSWER, "결핵"), details={SEAL: 1}))
    before = await found(store, "결핵")

    await store.write(lambda transaction: transaction.questions.save(replace(asked, unsealed_at=NOW + MINUTE)))

    assert (before, await found(store, "결핵")) == ([], [1])


async def test_member_finds_only_what_the_editor_published(store):
    await keep(store, question(1, "58세 흉수", consent=ConsentScope.TEACHING, released_at=NOW))
    await keep(store, spoken("old", EntryKind.PUBLISHED, "기흉"), spoken("new", EntryKind.PUBLISHED, "성인의 흉수"))

    assert [await found(store, words, OTHER) for words in ("흉수", "58세", "기흉")] == [[1], [], []]
    assert [await found(store, words, ASKER) for words in ("흉수", "58세", "성인")] == [[1], [1], [1]]
    assert [await found(store, words, EDITOR) for words in ("흉수", "58세", "성인")] == [[1], [1], [1]]


async def test_texts_of_a_find_are_those_that_may_be_read(store):
    await keep(store, question(1, "흉수", consent=ConsentScope.TEACHING, released_at=NOW))
    await keep(store, spoken("p", EntryKind.PUBLISHED, "성인의 흉수"), spoken("n", EntryKind.NOTE, "흉수 농흉"))

    hits = [await store.read(lambda t, who=who: t.search.find(who, "흉수")) for who in (PANELIST, ASKER, OTHER)]

    texts = [[text.value for text in hit[0].texts] for hit in hits]
    assert texts == [["흉수", "성인의 흉수", "흉수 농흉"], ["흉수", "성인의 흉수"], ["성인의 흉수"]]


@pytest.mark.parametrize(
    "change",
    [
        {"state": QuestionState.WITHDRAWN},
        {"wrong_patient_at": NOW},
        {"text": said("기흉")},
    ],
)
async def test_what_was_taken_back_is_found_by_nobody(store, change):
    asked = question(1, "흉수", consent=ConsentScope.TEACHING, released_at=NOW)
    await keep(store, asked, spoken("p", EntryKind.PUBLISHED, "농흉"))

    await store.write(lambda transaction: transaction.questions.save(replace(asked, **change)))

    assert [await found(store, "흉수", reader) for reader in (PANELIST, ASKER, EDITOR, OTHER)] == [[], [], [], []]
    assert await store.read(lambda transaction: transaction.search.is_in_step())


@pytest.mark.parametrize(
    "change", [{"released_at": None}, {"consent": ConsentScope.CONSULT_ONLY}, {"state": QuestionState.OPEN}]
)
async def test_release_that_is_taken_back_leaves_it_to_its_own(store, change):
    asked = question(1, "흉수", consent=ConsentScope.TEACHING, released_at=NOW)
    await keep(store, asked, spoken("p", EntryKind.PUBLISHED, "흉수"))

    await store.write(lambda transaction: transaction.questions.save(replace(asked, **change)))

    assert [await found(store, "흉수", reader) for reader in (PANELIST, ASKER, OTHER)] == [[1], [1], []]


async def test_reworded_text_leaves_nothing_behind(store):
    await keep(store, question(1, "흉수"), spoken("a", EntryKind.ANSWER, "홍길동 님은 결핵"))

    clean = said("[name] 님은 결핵")
    await store.write(lambda t: t.entries.reword(QuestionId("q1"), lambda text: clean if "홍" in text.value else text))

    assert (await found(store, "홍길동"), await found(store, "결핵")) == ([], [1])


async def test_draft_and_who_left_find_nothing(store):
    await keep(store, question(1, "흉수"), replace(question(2, "흉수"), number=None, state=QuestionState.DRAFT))

    assert await found(store, "흉수", replace(PANELIST, active=False)) == []
    assert await found(store, "흉수", ASKER) == [1]


async def test_newest_come_first_and_no_more_than_wanted(store):
    await keep(store, *(question(number, "흉수 common") for number in range(1, 9)))

    assert await found(store, "흉수", limit=3) == [8, 7, 6]
    assert await found(store, "common", ASKER, limit=20) == [8, 7, 6, 5, 4, 3, 2, 1]


async def test_related_shares_what_is_rare(store):
    texts = ["좌측 흉수와 늑골 골절", "우측 기흉 chest tube", "흉수 천자 후 reexpansion edema", "다른 이야기"]
    await keep(store, *(question(number, text) for number, text in enumerate(texts, start=1)))
    await keep(store, *(spoken(f"a{n}", EntryKind.ANSWER, "네", number=n) for n in (1, 2, 3)))

    draft = "흉수 천자 했는데 reexpansion edema 맞나요?"
    hits = await store.read(lambda transaction: transaction.search.related(ASKER, draft))
    others = await store.read(lambda transaction: transaction.search.related(OTHER, draft))

    assert ([hit.question.number for hit in hits], others) == ([3], [])


async def test_unanswered_is_not_related_but_similar(store):
    asked = question(1, "흉수 천자 후 reexpansion edema", state=QuestionState.OPEN)
    await keep(store, asked, question(2, "흉수 천자 후 reexpansion edema", state=QuestionState.OPEN))

    draft, besides = "흉수 천자 reexpansion edema", QuestionId("q2")
    related = await store.read(lambda transaction: transaction.search.related(ASKER, draft))
    similar = [
        await store.read(lambda transaction, who=who: transaction.search.similar_open(who, draft, besides=besides))
        for who in (PANELIST, ASKER)
    ]

    assert (len(related), [[hit.question.number for hit in hits] for hits in similar]) == (0, [[1], []])


async def test_index_is_made_anew_from_what_is_stored(store):
    await keep(store, question(1, "흉수"), spoken("n", EntryKind.NOTE, "농흉"), question(2, "기흉"))

    count = await store.write(lambda transaction: transaction.search.rebuild())

    assert (count, await found(store, "농흉"), await found(store, "기흉")) == (2, [1], [2])
    assert await store.read(lambda transaction: transaction.search.is_in_step())


async def test_very_long_texts_are_kept_and_found(store):
    long = " ".join(f"w{number}x" for number in range(4000)) + " 흉수 " + "가나다라마바사" * 2000
    await keep(store, question(1, long, closed_at=NOW + MINUTE))

    assert [await found(store, words) for words in ("w17x", "흉수", "라마바사가나")] == [[1], [1], [1]]


async def test_odd_characters_are_kept_and_found(store):
    odd = "a\x00b \ud800 흉수 ❤️ क्षि ﷺ \U000e0001 İstanbul ﬁbrosis"
    await keep(store, question(1, odd, asker_id=MemberId('o\'brien \\ "x"')))

    assert [await found(store, words) for words in ("흉수", "fibrosis", "istanbul")] == [[1], [1], [1]]
    assert fold(odd)
    assert words_of(odd)
