"""Calendars: what is written is read again, other programs' files are understood, bad ones are said to be bad."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from domain.calendar import CalendarShift, ReadCalendar, ReadingRules, ReadShift
from domain.ids import MemberId
from domain.member import Member
from domain.messages import Address
from domain.rota import Tier
from rota.reading import LARGEST_BYTES, MOST_EVENTS, read_calendar
from rota.writing import write_calendar

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
ZONES = ["Asia/Seoul", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"]


def person(name: str, display_name: str, *mails: str) -> Member:
    addresses = tuple(Address(channel="mail", external_id=mail) for mail in mails)
    return Member(id=MemberId(name), display_name=display_name, alias="Fox", addresses=addresses)


KANG = person("kang", "Dr Kang Taeho", "kang@example.org")
KANG_SENIOR = person("senior", "Dr Kang")
SEO = person("seo", "서민지")
PEOPLE = (KANG, KANG_SENIOR, SEO)
RULES = ReadingRules()

# Ten years from 2017, in which every zone but Seoul changed its clocks.
instants = st.integers(0, 10 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2017, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@st.composite
def shifts(draw: st.DrawFn) -> CalendarShift:
    begins = draw(instants)
    return CalendarShift(
        uid=draw(st.uuids()).hex,
        tier=draw(st.sampled_from(Tier)),
        begins_at=begins,
        ends_at=begins + timedelta(seconds=draw(st.integers(1, 10**6))),
        member_id=draw(st.sampled_from(PEOPLE)).id,
        title=draw(st.text(max_size=80)),
        name=draw(st.text(max_size=40)),
        mail=draw(st.sampled_from(["", "someone@example.org"])),
    )


@settings(max_examples=80, deadline=None)
@given(st.lists(shifts(), min_size=1, max_size=5), st.sampled_from(ZONES))
def test_what_was_written_is_read_again(written: list[CalendarShift], zone: str) -> None:
    data = write_calendar(written, name="Chest", time_zone=zone, now=NOW)

    expected = [
        ReadShift(tier=shift.tier, begins_at=shift.begins_at, ends_at=shift.ends_at, member_id=shift.member_id)
        for shift in written
    ]
    read = read_calendar(data, people=PEOPLE, rules=RULES)
    key = str
    assert sorted(read.shifts, key=key) == sorted(expected, key=key)


def test_file_describes_its_zone_and_times_are_local() -> None:
    shift = CalendarShift(
        uid="a",
        tier=Tier.PRIMARY,
        begins_at=NOW,
        ends_at=NOW + timedelta(days=1),
        member_id=KANG.id,
        title="당직 · Chest",
        name="Dr Kang Taeho",
        mail="kang@example.org",
    )

    text = write_calendar([shift], name="Chest", time_zone="Europe/Berlin", now=NOW).decode()

    assert "BEGIN:VTIMEZONE" in text
    assert "DTSTART;TZID=Europe/Berlin:20261122T070000" in text
    assert "당직 · Chest" in text
    assert 'ATTENDEE;CN="Dr Kang Taeho":mailto:kang@example.org' in text.replace("\r\n ", "")


def test_calendar_without_shifts_is_still_a_calendar() -> None:
    data = write_calendar([], name="Chest", time_zone="Asia/Seoul", now=NOW)

    assert not Calendar.from_ical(data).events


def event(*lines: str, start: str = "DTSTART:20261123T080000", end: str = "DTEND:20261124T080000") -> str:
    return "\r\n".join(["BEGIN:VEVENT", "UID:x", start, end, *lines, "END:VEVENT"])


def read(*events: str, rules: ReadingRules = RULES) -> ReadCalendar:
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *events, "END:VCALENDAR", ""])
    return read_calendar(text.encode(), people=PEOPLE, rules=rules)


@pytest.mark.parametrize(
    ("line", "member"),
    [
        ("SUMMARY:On call: dr kang  taeho (week 48)", KANG),
        ("SUMMARY:Dr Kang", KANG_SENIOR),
        ("SUMMARY:당직 서민지", SEO),
        ("ATTENDEE:MAILTO:Kang@Example.org", KANG),
        ('ATTENDEE;CN="서민지":mailto:nobody@example.org', SEO),
        ("X-HILUM-MEMBER:seo", SEO),
    ],
)
def test_person_is_found_by_id_address_or_name(line: str, member: Member) -> None:
    assert [shift.member_id for shift in read(event(line)).shifts] == [member.id]


@pytest.mark.parametrize(
    ("line", "tier"),
    [
        ("CATEGORIES:Backup", Tier.SECONDARY),
        ("CATEGORIES:on-call,PRIMARY", Tier.PRIMARY),
        ("DESCRIPTION:x", Tier.SECONDARY),
    ],
)
def test_tier_is_read_or_taken_from_the_rules(line: str, tier: Tier) -> None:
    found = read(event("SUMMARY:서민지", line), rules=ReadingRules(tier=Tier.SECONDARY))

    assert [shift.tier for shift in found.shifts] == [tier]


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("DTSTART:20261123T080000", "DTEND:20261124T080000", (23, 24)),
        ("DTSTART:20261122T230000Z", "DURATION:P1D", (23, 24)),
        ("DTSTART;VALUE=DATE:20261123", "DTEND;VALUE=DATE:20261124", (24.5, 24)),
        ("DTSTART;TZID=Europe/Berlin:20261123T000000", "DTEND;TZID=Europe/Berlin:20261124T000000", (23, 24)),
        ("DTSTART;TZID=Korea Standard Time:20261123T080000", "DURATION:PT24H", (23, 24)),
    ],
)
def test_times_of_every_kind_become_instants(start: str, end: str, hours: tuple[float, int]) -> None:
    found = read(event("SUMMARY:서민지", start=start, end=end), rules=ReadingRules(day_begins=time(9, 30)))

    [shift] = found.shifts
    assert shift.begins_at == datetime(2026, 11, 22, tzinfo=UTC) + timedelta(hours=hours[0])
    assert shift.ends_at - shift.begins_at == timedelta(hours=hours[1])


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (event("SUMMARY:Dr Who"), "event 1 (Dr Who): it names nobody of the panel"),
        (event(), "event 1 (no title): it names nobody of the panel"),
        (event("SUMMARY:서민지 + Dr Kang"), "event 1 (서민지 + Dr Kang): it names more than one person of the panel"),
        (
            event("SUMMARY:서민지", "RRULE:FREQ=WEEKLY"),
            "event 1 (서민지): it repeats; export the single shifts instead",
        ),
        (event("SUMMARY:서민지", end="DTEND:20261123T080000"), "event 1 (서민지): it does not end after it begins"),
        (event("SUMMARY:서민지", start="DTSTART:soon"), "event 1 (서민지): its beginning or end cannot be read"),
        (event("SUMMARY:서민지", start="X-A:1"), "event 1 (서민지): its beginning or end cannot be read"),
    ],
)
def test_each_bad_event_gives_one_sentence(bad: str, problem: str) -> None:
    found = read(bad, event("SUMMARY:서민지"))

    assert found == ReadCalendar(problems=(problem,))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "not an iCalendar file"),
        (b"\xff\xfe\x00", "not an iCalendar file"),
        (b"name,begin,end\n", "not an iCalendar file"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "holds 0 events"),
        (b"x" * (LARGEST_BYTES + 1), "larger than 2 MB"),
    ],
)
def test_file_that_is_no_rota_is_refused(data: bytes, problem: str) -> None:
    [said] = read_calendar(data, people=PEOPLE, rules=RULES).problems

    assert problem in said


def test_too_many_events_are_refused() -> None:
    [said] = read(*[event("SUMMARY:서민지")] * (MOST_EVENTS + 1)).problems

    assert "1 to 2000" in said


_LINES = st.sampled_from(
    """
    BEGIN:VCALENDAR | END:VCALENDAR | BEGIN:VEVENT | END:VEVENT | BEGIN:VTIMEZONE | END:VTIMEZONE | BEGIN:STANDARD
    END:STANDARD | TZID:Mars | TZOFFSETTO:+99 | DTSTART:20261123T080000 | DTSTART;TZID=Mars:20261123T080000
    DTSTART:99991231T235959 | DTSTART;TZID=:1 | DTSTART;VALUE=PERIOD:20261123T080000Z/P1D | DTEND:
    DTEND;VALUE=DATE:20269999 | DURATION:P- | SUMMARY:서민지 | ATTENDEE;CN=: | RRULE:FREQ=
    """.replace("\n", "|")
    .strip(" |")
    .split("|")
).map(str.strip)


@settings(max_examples=400, deadline=None)
@given(st.lists(_LINES | st.text(max_size=30), max_size=14), st.binary(max_size=20))
@example(["TZID:Mars", "END:VTIMEZONE"], b"")
def test_reading_never_fails_whatever_the_file_holds(lines: list[str], tail: bytes) -> None:
    body = "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""]).encode("utf-8", "surrogatepass")

    for data in (body, body + tail, tail):
        found = read_calendar(data, people=PEOPLE, rules=RULES)
        assert bool(found.shifts) != bool(found.problems)
