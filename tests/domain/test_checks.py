"""What has to be confirmed before a question goes, and whose images are compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.checks import CheckName, checks_of, details_of, live_sources, open_checks
from domain.identity import Fingerprint, IdentityKind
from domain.ids import ImageId, MemberId, QuestionId
from domain.question import Entry, EntryKind
from domain.text import DeidentifiedText, IdentifierKind, Replacement
from tests.contracts.samples import image

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PLAIN = DeidentifiedText(value="PE?")
CUT = DeidentifiedText(
    value="[resident number]", replacements=(Replacement(start=0, end=17, kind=IdentifierKind.RESIDENT_NUMBER),)
)
KINDS = st.sampled_from(list(IdentityKind))
MARKS = st.frozensets(st.builds(Fingerprint, kind=KINDS, digest=st.sampled_from(["aa", "bb", "cc"])), max_size=5)


def mark(kind: IdentityKind, digest: str) -> frozenset[Fingerprint]:
    return frozenset({Fingerprint(kind=kind, digest=digest)})


def entry(kind: EntryKind, **details: str | int) -> Entry:
    return Entry(
        key=str(kind),
        question_id=QuestionId("q"),
        kind=kind,
        actor_id=MemberId("m"),
        channel="",
        at=NOW,
        details=details,
    )


def test_plain_text_of_one_patient_needs_no_word() -> None:
    same = [mark(IdentityKind.SEX, "m"), mark(IdentityKind.BIRTH_DATE, "x"), mark(IdentityKind.SEX, "m")]

    assert checks_of(PLAIN, same, []) == ()


def test_cut_number_is_asked_until_confirmed_after_it() -> None:
    cut = entry(EntryKind.RESIDENT_NUMBER_CUT)
    confirmed = entry(EntryKind.CHECK_CONFIRMED, check="resident_number")

    done = [checks_of(CUT, [], entries)[0].is_done for entries in ([], [cut], [cut, confirmed], [confirmed, cut])]

    assert done == [False, False, True, False]


@given(st.lists(MARKS, max_size=5))
def test_confirmed_difference_stays_confirmed(sources: list[frozenset[Fingerprint]]) -> None:
    for check in checks_of(PLAIN, sources, []):
        confirmed = entry(EntryKind.CHECK_CONFIRMED, **details_of(check))

        assert check.by
        assert open_checks(checks_of(PLAIN, list(reversed(sources)), [confirmed])) == ()


def test_further_difference_is_asked_anew() -> None:
    two = [mark(IdentityKind.SEX, "m"), mark(IdentityKind.SEX, "f")]
    (check,) = checks_of(PLAIN, two, [])
    confirmed = entry(EntryKind.CHECK_CONFIRMED, **details_of(check))

    (again,) = open_checks(checks_of(PLAIN, [*two, mark(IdentityKind.BIRTH_DATE, "x")], [confirmed]))

    assert (again.name, again.by) == (CheckName.TWO_PATIENTS, (IdentityKind.SEX,))


def test_number_is_asked_before_the_patients() -> None:
    two = [mark(IdentityKind.PATIENT_ID, "1"), mark(IdentityKind.PATIENT_ID, "2")]

    assert [check.name for check in checks_of(CUT, two, [])] == [CheckName.RESIDENT_NUMBER, CheckName.TWO_PATIENTS]


def test_removed_image_names_nobody() -> None:
    kept, removed = image("kept"), replace(image("gone"), id=ImageId("gone"), removed_at=NOW)
    identities = {"kept": mark(IdentityKind.SEX, "m"), "gone": mark(IdentityKind.SEX, "f"), "message:1": frozenset()}

    assert live_sources(identities, [kept, removed]) == {mark(IdentityKind.SEX, "m"), frozenset()}
