"""What nobody should send, through the real pages: a clear sentence in the member's language, and nothing lost."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import httpx
import psutil
import pytest
from starlette.types import Message

from bot.image_work import PooledDeidentifier
from bot.pool import ImagePool, PoolOptions
from deidentify.limits import Limits
from domain.member import Language
from tests.fakes.bad_files import (
    MIB,
    dicom_without_pixels,
    good_dicom,
    huge_png,
    truncated_dicom,
    zip_bomb,
    zip_of,
)
from tests.fakes.society import CATALOGUE, MEMBER, Society, found_society
from tests.fakes.society_web import ORIGIN, SocietyWeb

WORDS = "quillon marabu. PE?"
BAD_FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "unknown type": ("file_unknown", lambda: b"MZ not an image, only a program" * 20),
    "truncated DICOM": ("dicom_truncated", truncated_dicom),
    "DICOM without pixels": ("dicom_without_pixels", dicom_without_pixels),
    "zip bomb": ("zip_bomb", zip_bomb),
    "zip in a zip": ("zip_inside_zip", lambda: zip_of(("inner.zip", zip_of(("a.dcm", good_dicom()))))),
    "absolute path": ("zip_path", lambda: zip_of(("/etc/cron.d/a.dcm", good_dicom()))),
    "path upwards": ("zip_path", lambda: zip_of(("../../a.dcm", good_dicom()))),
    "damaged zip": ("zip_damaged", lambda: zip_of(("a.dcm", good_dicom()))[:-30]),
    "40,000 × 40,000 PNG": ("pixels_too_many", huge_png),
}
LANGUAGES = pytest.mark.parametrize("language", list(Language))


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[SocietyWeb]:
    society = await found_society(tmp_path)
    pages = SocietyWeb(society)
    yield pages
    pages.close()
    society.close()


@pytest.fixture
async def pool(web: SocietyWeb) -> AsyncIterator[ImagePool]:
    """The real pool under a tight bound of memory, behind the society's door, whose own limits are off."""
    processes = ImagePool(options=PoolOptions(processes=1, memory_bytes=1400 * MIB))
    door = cast(PooledDeidentifier, web.society.services.deidentifier)
    careless = Limits(
        file_bytes=1 << 40, frame_pixels=1 << 40, decoded_bytes=1 << 40, inflated_bytes=1 << 40, ratio=1 << 30
    )
    pooled = PooledDeidentifier(pool=processes, places=door.places, limits=careless)
    web.society.services = replace(web.society.services, deidentifier=pooled)
    yield processes
    processes.close()


async def _ask_with(web: SocietyWeb, browser: httpx.AsyncClient, *files: bytes) -> dict[str, object]:
    """Write a question with files; return the draft as its asker's page shows it."""
    uploads = [await web.upload(browser, data) for data in files]
    await web.say(browser, WORDS, uploads=uploads)
    draft = await web.society.draft(MEMBER)
    shown: dict[str, object] = (await browser.get(f"/api/questions/{draft.id}")).json()
    return shown


def _left(society: Society) -> list[Path]:
    return [path for path in (society.folder / "data" / "uploads").rglob("*") if path.is_file()]


def _reads_as(sentence: str, language: Language) -> bool:
    return bool(re.search("[가-힣]", sentence)) == (language is Language.KOREAN)


@LANGUAGES
@pytest.mark.parametrize("kind", BAD_FILES)
async def test_bad_file_is_refused_in_the_members_language(web: SocietyWeb, kind: str, language: Language) -> None:
    code, make = BAD_FILES[kind]
    browser = await web.browser(MEMBER, language)

    draft = await _ask_with(web, browser, make())

    sentence = CATALOGUE.sentence(f"refusal.{code}", language)
    assert draft["uploads"] == {"total": 1, "pending": 0, "refused": [sentence]}
    assert _reads_as(sentence, language)
    assert draft["text"]["value"] == WORDS  # type: ignore[index]
    assert _left(web.society) == []
    assert "marabu" not in repr(web.society.log.lines)


async def test_good_file_beside_a_bad_one_is_taken(web: SocietyWeb) -> None:
    browser = await web.browser(MEMBER)

    draft = await _ask_with(web, browser, truncated_dicom(), zip_of(("a.dcm", good_dicom()), ("read.me", b"hello")))

    assert len(draft["series"]) == 1  # type: ignore[arg-type]
    assert len(draft["uploads"]["refused"]) == 2  # type: ignore[index]


@LANGUAGES
@pytest.mark.parametrize(("size", "code", "status"), [(0, "file_empty", 422), (600 * MIB, "file_too_large", 413)])
async def test_size_is_refused_before_a_byte_is_sent(
    web: SocietyWeb, size: int, code: str, status: int, language: Language
) -> None:
    browser = await web.browser(MEMBER, language)

    answer = await browser.post("/api/uploads", json={"files": [{"client_id": "a", "size": size}]})

    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert _reads_as(answer.json()["message"], language)
    assert "{" not in answer.json()["message"]


@LANGUAGES
async def test_endless_text_is_refused_and_kept_by_the_page(web: SocietyWeb, language: Language) -> None:
    browser = await web.browser(MEMBER, language)

    answer = await web.say(browser, "가" * 100_000)

    assert (answer.status_code, answer.json()["error"]) == (413, "text_too_long")
    assert _reads_as(answer.json()["message"], language)
    assert await web.texts(browser) == []


@LANGUAGES
async def test_forged_link_signs_nobody_in(web: SocietyWeb, language: Language) -> None:
    browser = web.stranger(language.value)

    answer = await browser.post("/sign-in/forged-token-of-somebody-who-guesses")

    assert answer.status_code == 400
    assert CATALOGUE.sentence("error.sign_in_unknown", language) in answer.text
    assert (await browser.get("/api/me")).status_code == 401


@LANGUAGES
async def test_link_that_was_used_signs_nobody_in(web: SocietyWeb, language: Language) -> None:
    token = await web.link(MEMBER)
    await web.stranger().post(f"/sign-in/{token}")
    browser = web.stranger(language.value)

    answer = await browser.post(f"/sign-in/{token}")

    assert answer.status_code == 410
    assert CATALOGUE.sentence("error.sign_in_used", language) in answer.text
    assert (await browser.get("/api/me")).status_code == 401


async def test_message_replayed_ten_times_counts_once(web: SocietyWeb) -> None:
    browser = await web.browser(MEMBER)

    answers = [await web.say(browser, WORDS, client_id="same") for _ in range(10)]

    assert [answer.json()["accepted"] for answer in answers] == [True] + [False] * 9
    assert (await web.society.draft(MEMBER)).text.value == WORDS


async def test_upload_cut_off_goes_on_where_it_stood(web: SocietyWeb) -> None:
    browser, data = await web.browser(MEMBER), good_dicom()
    announced = {"files": [{"client_id": "ct", "size": len(data)}]}
    upload = (await browser.post("/api/uploads", json=announced)).json()["uploads"][0]
    await _put_and_vanish(web, browser, f"/api/uploads/{upload['id']}", data[:1000])

    stands = (await browser.post("/api/uploads", json=announced)).json()["uploads"][0]
    wrong = await browser.put(f"/api/uploads/{upload['id']}?offset=0", content=data)
    await browser.put(f"/api/uploads/{upload['id']}?offset=1000", content=data[1000:])
    await web.say(browser, WORDS, uploads=[upload["id"]])

    assert (stands["received"], wrong.status_code, wrong.json()["received"]) == (1000, 409, 1000)
    draft = await web.society.draft(MEMBER)
    assert len(await web.society.images(draft.id)) == 1


async def _put_and_vanish(web: SocietyWeb, browser: httpx.AsyncClient, path: str, data: bytes) -> None:
    """Send the beginning of a body as a phone does that loses its network."""
    gone: Message = {"type": "http.disconnect"}
    messages: list[Message] = [gone, {"type": "http.request", "body": data, "more_body": True}]
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {"host": "hilum.test", "origin": ORIGIN, "cookie": cookie, "content-length": "2000"}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "PUT",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"offset=0",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("203.0.113.7", 4711),
        "server": ("hilum.test", 443),
    }

    async def receive() -> Message:
        return messages.pop() if messages else gone

    async def send(_: Message) -> None:
        return

    await web.app(scope, receive, send)


@pytest.mark.parametrize("make", [huge_png, lambda: zip_bomb(900)], ids=["40,000 × 40,000 PNG", "zip bomb"])
async def test_bomb_takes_only_its_child_along(web: SocietyWeb, pool: ImagePool, make: Callable[[], bytes]) -> None:
    browser, bomb = await web.browser(MEMBER), make()
    before = psutil.Process().memory_info().rss

    draft = await _ask_with(web, browser, bomb, good_dicom())

    refused = [CATALOGUE.sentence("refusal.pixels_too_many", Language.ENGLISH)]
    assert draft["uploads"] == {"total": 2, "pending": 0, "refused": refused}
    assert len(draft["series"]) == 1  # type: ignore[arg-type]
    assert psutil.Process().memory_info().rss - before < 64 * MIB
