"""Marked fictional patients go through every flow; then every place is searched for every mark, in every encoding."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from secrets import token_urlsafe

import pytest

from domain.ports.store import Transaction
from handlers.outbox import Notice
from handlers.outbox import tell as tell_member
from storage.migrate import prepare
from tests.fakes.connected import fresh_database
from tests.fakes.leak_story import Remains, kept_by, tell
from tests.fakes.marked_patient import (
    BIRTH_DATE,
    FILE_NAME,
    NAMES,
    NOWHERE,
    PHONE,
    RESIDENT_NUMBER,
    WORDS,
    found_in,
    marked_dicom,
    marked_photo,
)
from tests.fakes.panel_room import address_of, open_room
from tests.fakes.society import COORDINATOR, PANELIST, Society, found_society
from tests.fakes.society_web import SocietyWeb
from tests.peers.postgres import PostgresServer

PLACES = ("log", "job rows", "tables", "files", "file names", "images", "pages")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def remains(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Remains:
    """What the story left, told once on each database."""
    folder: Path = tmp_path_factory.mktemp("leaks")
    if request.param == "sqlite":
        url = f"sqlite:///{folder}/hilum.db"
        prepare(url)
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.fresh_database()
    return asyncio.run(tell(folder, url))


@pytest.mark.parametrize("place", PLACES)
def test_no_identifier_is_in_any_place(remains: Remains, place: str) -> None:
    data = remains.places[place]

    assert data
    assert found_in(data, NOWHERE) == []


def test_what_waits_in_the_inbox_is_sealed(remains: Remains) -> None:
    assert remains.count["sealed"] == 2
    assert found_in(remains.places["sealed"], NOWHERE) == []


def test_there_was_enough_to_search(remains: Remains) -> None:
    assert remains.count["images"] == 3
    assert remains.count["log"] > 50
    assert b"command_failed" in remains.places["log"]
    assert b"PE?" in remains.places["pages"]
    assert b"[name]" in remains.places["pages"]
    assert b"[resident number]" in remains.places["tables"]


def test_search_finds_what_was_sent() -> None:
    sent = WORDS.encode() + marked_dicom() + marked_photo()
    written_otherwise = {RESIDENT_NUMBER.replace("-", ""), PHONE.replace("-", ""), BIRTH_DATE.replace("-", "")}

    missed = set(NOWHERE) - set(found_in(sent, NOWHERE))

    assert missed <= {*written_otherwise, FILE_NAME}


@pytest.mark.parametrize("coding", ["utf-8", "utf-16-le", "utf-16-be", "cp949", "unicode-escape"])
def test_search_finds_a_name_in_every_encoding(coding: str) -> None:
    assert found_in(b"\x00" + NAMES[0].encode(coding) + b"\x00", NAMES) == [NAMES[0]]


async def _tokens_given(society: Society) -> set[str]:
    """Have each kind of link sent, and a session begun; returns what opens them."""
    room, web = await open_room(society), SocietyWeb(society)

    def tell_upload_link(transaction: Transaction) -> None:
        notice = Notice(key="files.passed_abroad", to=address_of(PANELIST))
        tell_member(society.services, transaction, PANELIST, cause="abroad", notice=notice)

    await society.change(tell_upload_link)
    await room.say(PANELIST, "/web")
    await room.say(COORDINATOR, "/invite Han Somi")
    browser, sent = await web.browser(PANELIST), [f"{each.text} {each.link}" for _, each in room.chat.sent]
    links = re.findall(r"/(?:sign-in|u|join)/([\w-]{16,})", " ".join((*sent, f"/sign-in/{await web.link(PANELIST)}")))
    assert len(links) == 4
    return {*links, *browser.cookies.values()}


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_nothing_that_opens_a_door_is_kept(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    society = await found_society(tmp_path, fresh_database(request, tmp_path, kind=kind))
    society.services = replace(society.services, new_token=partial(token_urlsafe, 16))

    tokens = await _tokens_given(society)

    assert len(tokens) == 5
    assert [token for token in tokens if token.encode() in kept_by(society)] == []
    society.close()
