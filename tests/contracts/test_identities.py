"""Whom sources name, who looked, and texts that are cleaned again: on both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

from domain.identity import Fingerprint, IdentityKind
from domain.ids import ImageId, MemberId, ObjectId, QuestionId
from domain.study import Area, Concern
from domain.text import DeidentifiedText
from domain.web import Direction, WebLine
from domain.wrong_patient import Viewing
from storage.columns import to_json
from storage.packing import pack_facts, unpack_facts
from tests.contracts.samples import (
    MEMBER,
    MINUTE,
    NOW,
    QUESTION,
    choice,
    delivery,
    entry,
    facts,
    image,
    member,
    question,
    text,
)

NAME = Fingerprint(kind=IdentityKind.NAME, digest="ab" * 16)
SEX = Fingerprint(kind=IdentityKind.SEX, digest="cd" * 16)


async def _ask(store):
    await store.write(lambda transaction: transaction.questions.add(question()))


def _cleaned(before: DeidentifiedText) -> DeidentifiedText:
    return replace(before, value=before.value.replace("폐렴", "[name]"))


async def test_fingerprints_are_kept_by_source_once(store):
    await _ask(store)
    for source, marks in (("a", {NAME, SEX}), ("a", {NAME}), ("b", {SEX}), ("c", set())):
        await store.write(lambda t, s=source, m=marks: t.identities.add(QUESTION, s, frozenset(m)))

    found = await store.read(lambda t: (t.identities.of_question(QUESTION), t.identities.marks_of(QUESTION)))
    nobody = await store.read(lambda t: t.identities.of_question(QuestionId("x")))

    assert found == ({"a": frozenset({NAME, SEX}), "b": frozenset({SEX})}, frozenset({NAME, SEX}))
    assert nobody == {}


async def test_fingerprints_are_forgotten_by_source_or_all(store):
    await _ask(store)
    for source in ("a", "b", "c"):
        await store.write(lambda t, s=source: t.identities.add(QUESTION, s, frozenset({NAME})))

    await store.write(lambda t: t.identities.forget(QUESTION, "a"))
    left = await store.read(lambda t: t.identities.of_question(QUESTION))
    await store.write(lambda t: t.identities.forget(QUESTION))

    assert set(left) == {"b", "c"}
    assert await store.read(lambda t: t.identities.of_question(QUESTION)) == {}


async def test_viewing_keeps_the_first_and_the_last_look(store):
    await _ask(store)
    for who, at in ((MEMBER, NOW), (MEMBER, NOW + MINUTE), (MEMBER, NOW), (MemberId("lee"), NOW + MINUTE)):
        await store.write(lambda t, w=who, a=at: t.viewings.note(QUESTION, w, a))

    assert await store.read(lambda t: t.viewings.of_question(QUESTION)) == (
        Viewing(member_id=MEMBER, first_at=NOW, last_at=NOW + MINUTE),
        Viewing(member_id=MemberId("lee"), first_at=NOW + MINUTE, last_at=NOW + MINUTE),
    )


async def test_changed_image_is_looked_at_again(store):
    await _ask(store)
    await store.write(lambda t: t.images.add(image(confirmed_at=NOW)))
    changed = facts().masked((Area(x=1, y=2, width=3, height=4, frame=0),), media_type="application/dicom")
    change = partial(_change, former=ObjectId("object-image-1"), facts=changed)

    outcomes = [await store.write(change), await store.write(change)]

    found = await store.read(lambda t: t.images.get(ImageId("image-1")))
    assert (outcomes, found.object_id, found.facts, found.confirmed_at) == ([True, False], "new", changed, None)


def _change(transaction, **changes):
    return transaction.images.change(ImageId("image-1"), object_id=ObjectId("new"), **changes)


async def test_removed_image_is_not_changed(store):
    await _ask(store)
    await store.write(lambda t: t.images.add(image(removed_at=NOW)))

    assert not await store.write(partial(_change, former=ObjectId("object-image-1"), facts=facts()))


async def test_series_is_unconfirmed_as_a_whole(store):
    await _ask(store)
    images = [image(f"i{n}", facts=facts("2.25.1" if n else "2.25.2"), confirmed_at=NOW) for n in range(3)]
    await store.write(lambda t: [t.images.add(each) for each in images])

    changed = await store.write(lambda t: t.images.unconfirm_series(QUESTION, "2.25.1"))

    found = await store.read(lambda t: t.images.of_question(QUESTION))
    assert (changed, [each.confirmed_at for each in found]) == (2, [NOW, None, None])


async def test_outdated_choice_says_so(store):
    await store.write(lambda t: [t.choices.add(choice(each)) for each in ("a", "b")])
    await store.write(lambda t: t.choices.take("b", choice().actions[0]))

    await store.write(lambda t: t.choices.outdate(QUESTION))

    found = [await store.read(lambda t, e=each: t.choices.get(e)) for each in ("a", "b")]
    assert [each.is_outdated for each in found] == [True, False]


async def test_texts_are_reworded_wherever_they_stand(store):
    await _ask(store)
    quoted = {"value": text().value, "replacements": [{"start": 0, "end": 2, "kind": "name"}]}
    payloads = [{"key": "echo", "text": "", "quoted": quoted}, {"key": "note", "text": "", "quoted": None}]
    lines = [_line(str(place), payload) for place, payload in enumerate(payloads)]

    def fill(t):
        t.members.save(member())
        t.entries.add(entry())
        t.entries.add(entry("silent", text=None))
        t.deliveries.add(delivery())
        return [t.web.add_line(line) for line in lines]

    await store.write(fill)
    for _ in range(2):
        await store.write(lambda t: [each.reword(QUESTION, _cleaned) for each in (t.entries, t.deliveries, t.web)])

    said = await store.read(_said)
    assert [each.startswith("[name]이 맞습니까?") for each in said] == [True, True, True]


def _line(cause, payload):
    return WebLine(cause=cause, member_id=MEMBER, direction=Direction.IN, payload=payload, at=NOW, question_id=QUESTION)


def _said(t):
    lines = [line.payload["quoted"]["value"] for line in t.web.lines(MEMBER) if line.payload["quoted"]]
    entries = [each.text.value for each in t.entries.of_question(QUESTION) if each.text is not None]
    return [*lines, *entries, t.deliveries.get(delivery().id).values["text"].value]


async def test_lines_are_stamped_once_by_key(store):
    lines = [_line(key, {"key": key, "text": "Yes.", "quoted": None}) for key in ("question.answer", "echo")]
    await store.write(lambda t: [t.web.add_line(line) for line in lines])
    keys = frozenset({"question.answer"})

    for _ in range(2):
        await store.write(lambda t: t.web.stamp(QUESTION, MEMBER, keys=keys, stamp="NO"))

    found = await store.read(lambda t: t.web.lines(MEMBER))
    assert [line.payload["text"] for line in found] == ["NO\nYes.", "Yes."]


def test_facts_come_back_as_they_were():
    full = replace(
        facts(),
        masks=(Area(x=0, y=1, width=2, height=3), Area(x=4, y=5, width=6, height=7, frame=2)),
        kept_text=(Area(x=9, y=9, width=1, height=1),),
        concerns=(Concern.MARKER_LOST, Concern.BLURRED),
        crop=Area(x=1, y=1, width=5, height=5),
    )

    assert [unpack_facts(json.loads(to_json(pack_facts(each)))) for each in (full, facts())] == [full, facts()]
