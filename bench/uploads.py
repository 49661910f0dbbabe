"""A chest CT over HTTP into the demo: files per second until all are cleaned and the preview is there, then scrolling.

Each slice is one streamed PUT, three at once, as the page sends them; then the
message is posted, the files are de-identified in the image pool, and the
preview comes. The asker then opens the stack: the first frame alone, the rest
with four requests in flight. There is no target; the figures are rates.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import TypeVar
from urllib.parse import urlsplit

from bench._client import Client
from bench._machine import machine_facts
from bench._report import arguments, percentiles, report
from bench._studies import chest_ct
from tests.peers.demo import running_demo

T = TypeVar("T")
BASE = "/as/member"
SENDING, SCROLLING = 3, 4
ANNOUNCED_AT_ONCE = 100
PATIENCE_SECONDS = 600.0


async def _sign_in(client: Client) -> str:
    """Take the demo's own way in: a link is minted, its button pressed; return the session's token."""
    minted = await client.request("POST", f"{BASE}/link")
    entered = await client.request("POST", urlsplit(minted.headers["location"]).path)
    return entered.headers["set-cookie"].partition(";")[0].partition("=")[2]


async def _announce(client: Client, files: Sequence[bytes], session: str) -> list[str]:
    ids: list[str] = []
    for start in range(0, len(files), ANNOUNCED_AT_ONCE):
        batch = files[start : start + ANNOUNCED_AT_ONCE]
        wanted = {"files": [{"client_id": secrets.token_hex(8), "size": len(file)} for file in batch]}
        answer = await client.post(f"{BASE}/api/uploads", wanted, session=session)
        ids += [upload["id"] for upload in answer.json()["uploads"]]
    return ids


async def _at_once(limit: int, work: Callable[[T], Awaitable[float]], items: Sequence[T]) -> list[float]:
    """Do all items, so many at a time, and return what each gave."""
    left = list(reversed(items))

    async def take() -> list[float]:
        done: list[float] = []
        while left:
            done.append(await work(left.pop()))
        return done

    return [time for times in await asyncio.gather(*(take() for _ in range(limit))) for time in times]


async def _upload(client: Client, files: Sequence[bytes], session: str) -> list[str]:
    ids = await _announce(client, files, session)

    async def put(item: tuple[str, bytes]) -> float:
        upload, data = item
        answer = await client.request("PUT", f"{BASE}/api/uploads/{upload}?offset=0", body=data, session=session)
        assert answer.json()["received"] == len(data)
        return 0.0

    await _at_once(SENDING, put, list(zip(ids, files, strict=True)))
    return ids


async def _until_preview(client: Client, session: str) -> str:
    """Wait for the preview card; return its question's id."""
    mark = (await client.get(f"{BASE}/api/lines", session=session)).json()
    stream = f"{BASE}/api/stream?line=0&entry={mark['last_entry']}"
    async with asyncio.timeout(PATIENCE_SECONDS), client.events(stream, session=session) as events:
        async for event in events:
            if event.name == "line" and event.data["key"] == "draft.preview":
                question = str(event.data["question_id"])
                shown = (await client.get(f"{BASE}/api/questions/{question}", session=session)).json()
                if shown["state"] == "draft":
                    return question
    raise TimeoutError("no preview came")


async def _scroll(client: Client, question: str, session: str) -> dict[str, float | int]:
    shown = (await client.get(f"{BASE}/api/questions/{question}", session=session)).json()
    frames = [f"{BASE}/api/images/{f['image']}/frames/{f['frame']}" for s in shown["series"] for f in s["frames"]]

    async def fetch(path: str) -> float:
        started = perf_counter()
        answer = await client.get(path, session=session)
        assert answer.status == 200
        return perf_counter() - started

    first = await fetch(frames[0])
    started = perf_counter()
    times = await _at_once(SCROLLING, fetch, frames[1:])
    spent = perf_counter() - started
    quick = percentiles(times)
    return {
        "refused": len(shown["uploads"]["refused"]),
        "frames": len(frames),
        "first_frame_ms": round(first * 1000, 1),
        "frames_per_s": round(len(times) / spent, 1),
        "frame_p50_ms": quick["p50_ms"],
        "frame_p99_ms": quick["p99_ms"],
    }


async def _measure(url: str, files: Sequence[bytes]) -> dict[str, float | int]:
    client = Client(url)
    session = await _sign_in(client)
    started = perf_counter()
    ids = await _upload(client, files, session)
    uploaded = perf_counter()
    message = {"client_id": secrets.token_hex(8), "text": "58M covid D8. OP pattern?", "uploads": ids}
    await client.post(f"{BASE}/api/messages", message, session=session)
    question = await _until_preview(client, session)
    presented = perf_counter()
    figures = await _scroll(client, question, session)
    await client.close()
    sent, cleaned, whole = uploaded - started, presented - uploaded, presented - started
    megabytes = sum(len(file) for file in files) / 1e6
    return {
        "files": len(files),
        "mb": round(megabytes, 1),
        "upload_files_per_s": round(len(files) / sent, 1),
        "upload_mb_per_s": round(megabytes / sent, 1),
        "clean_files_per_s": round(len(files) / cleaned, 1),
        "files_per_s": round(len(files) / whole, 1),
        "preview_after_s": round(whole, 1),
        **figures,
    }


def main(given: Sequence[str] | None = None) -> None:
    parser = arguments(__doc__)
    parser.add_argument("--slices", type=int, default=100, help="a whole chest CT has about 300")
    parser.add_argument("--edge", type=int, default=512, help="rows and columns of a slice")
    chosen = parser.parse_args(given)
    files = chest_ct(chosen.slices, edge=chosen.edge)
    with tempfile.TemporaryDirectory(prefix="hilum-bench-") as made:
        facts = machine_facts(Path(made))
        with running_demo(Path(made) / "demo") as demo:
            figures = asyncio.run(_measure(demo.url, files))
    report("uploads", [figures], target=None, machine=facts, as_json=chosen.json)


if __name__ == "__main__":
    main()
