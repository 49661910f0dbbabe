"""A CT of 300 slices read in a real Chromium over a thin line: the first slice, then the rate of scrolling.

The asker's preview is opened over 10 Mbit/s with 50 ms of delay, which Chromium itself simulates. The first slice
counts when the page has drawn it; then the arrow key is held, 20 presses a second, and every slice that the page
draws is noted as it appears. The slices are as noisy as thin ones in a lung kernel are: noise is what pictures
weigh. Nothing is cached before.
"""

from __future__ import annotations

import asyncio
import io
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright
from pydicom import dcmread

from bench._client import Client
from bench._machine import machine_facts
from bench._report import Row, Target, arguments, report
from bench._studies import chest_ct
from bench.uploads import BASE, _sign_in, _until_preview, _upload
from tests.peers.demo import running_demo

OPTIONS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MEGABITS, DELAY_MS = 10, 50
PRESSES_PER_SECOND = 20
FIRST = Target(figure="first_slice_ms", limit=1000, unit="ms")
SCROLLING = Target(figure="slices_per_s", limit=15, unit="slices/s", at_least=True)
NOISE_HU = 60.0
PATIENCE_MS = 60_000
_WATCH = """() => {
    const { drawImage } = CanvasRenderingContext2D.prototype;
    window.drawn = [];
    CanvasRenderingContext2D.prototype.drawImage = function (...given) {
        const number = document.querySelector("dialog .number")?.textContent ?? "";
        if (window.drawn.at(-1)?.number !== number) window.drawn.push({ number, at: performance.now() });
        return drawImage.apply(this, given);
    };
    document.addEventListener("click", () => (window.clickedAt = performance.now()), { capture: true, once: true });
}"""
_HOLD = """([perSecond, seconds]) => new Promise((done) => {
    const stage = document.querySelector("dialog .viewer-stage");
    window.drawn.length = 0;
    window.heldAt = performance.now();
    let left = perSecond * seconds;
    const timer = setInterval(() => {
        stage.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
        left -= 1;
        if (!left) { clearInterval(timer); done(); }
    }, 1000 / perSecond);
})"""


def noisy(files: Sequence[bytes]) -> list[bytes]:
    """Return the slices with the noise of thin ones in a lung kernel, the same each time."""
    generator = np.random.default_rng(7)
    return [_noisy(file, generator) for file in files]


def _noisy(file: bytes, generator: np.random.Generator) -> bytes:
    dataset = dcmread(io.BytesIO(file))
    noise = generator.normal(0, NOISE_HU, dataset.pixel_array.shape)
    dataset.PixelData = np.clip(dataset.pixel_array + noise, -1024, 3071).astype("<i2").tobytes()
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


async def _prepare(url: str, files: Sequence[bytes]) -> str:
    """Send a study as its asker, wait for its preview, and return the session's token."""
    client = Client(url)
    session = await _sign_in(client)
    ids = await _upload(client, files, session)
    message = {"client_id": secrets.token_hex(8), "text": "58M covid D8. OP pattern?", "uploads": ids}
    await client.post(f"{BASE}/api/messages", message, session=session)
    await _until_preview(client, session)
    await client.close()
    return session


def _thin_line(page: Page) -> CDPSession:
    """Put the page on a line of its own, without anything kept from before."""
    devtools = page.context.new_cdp_session(page)
    bytes_per_second = MEGABITS * 1_000_000 / 8
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    line = {"offline": False, "latency": DELAY_MS}
    both = {"downloadThroughput": bytes_per_second, "uploadThroughput": bytes_per_second}
    devtools.send("Network.emulateNetworkConditions", {**line, **both})
    return devtools


def _read(browser: Browser, url: str, session: str, *, seconds: int) -> Row:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    context.add_cookies([{"name": "hilum_session", "value": session, "url": url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{url}{BASE}/chat")
    page.locator(".preview .poster img").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate(_WATCH)
    devtools = _thin_line(page)
    received: list[float] = []
    devtools.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.locator(".preview .poster").first.click()
    page.locator("dialog canvas[data-slice='1']").wait_for()
    page.wait_for_timeout(500)
    first_ms = page.evaluate("window.drawn[0].at - window.clickedAt")
    page.wait_for_timeout(1500)
    received.clear()
    page.evaluate(_HOLD, [PRESSES_PER_SECOND, seconds])
    kilobytes = round(median(received or [0.0]) / 1024, 1)
    rate = _rate(page, seconds)
    context.close()
    return {"first_slice_ms": round(first_ms), **rate, "kb_per_slice": kilobytes}


def _rate(page: Page, seconds: int) -> dict[str, float]:
    """Return how many slices were drawn a second while the key was held, and the longest wait for one."""
    times: list[float] = page.evaluate("window.drawn.map(({ at }) => at - window.heldAt)")
    gaps = [after - before for before, after in zip([0.0, *times], times, strict=False)]
    return {"slices_per_s": round(len(times) / seconds, 1), "longest_gap_ms": round(max(gaps, default=0.0))}


def _rounds(url: str, session: str, *, rounds: int, seconds: int) -> list[Row]:
    chromium = os.environ.get("HILUM_TEST_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        sys.exit("no Chromium here: name one with HILUM_TEST_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(OPTIONS))
        rows: list[Row] = [
            {"round": number, **_read(browser, url, session, seconds=seconds)} for number in range(1, rounds + 1)
        ]
        browser.close()
    return rows


def main(given: Sequence[str] | None = None) -> None:
    parser = arguments(__doc__)
    parser.add_argument("--slices", type=int, default=300)
    parser.add_argument("--edge", type=int, default=512, help="rows and columns of a slice")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8, help="how long the arrow key is held")
    chosen = parser.parse_args(given)
    files = noisy(chest_ct(chosen.slices, edge=chosen.edge))
    with tempfile.TemporaryDirectory(prefix="hilum-bench-") as made:
        facts: dict[str, Any] = {**machine_facts(Path(made)), "line": f"{MEGABITS} Mbit/s, {DELAY_MS} ms"}
        with running_demo(Path(made) / "demo") as demo:
            session = asyncio.run(_prepare(demo.url, files))
            rows = _rounds(demo.url, session, rounds=chosen.rounds, seconds=chosen.seconds)
    judged = [{**row, "first_slice": FIRST.verdict(row)} for row in rows]
    print(f"target: {FIRST}")
    report("viewer", judged, target=SCROLLING, machine=facts, as_json=chosen.json)


if __name__ == "__main__":
    main()
