"""The real program `hilum` as a process that is started, spoken to, killed and started again on the same data."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from tests.peers.demo import HILUM, free_port, stop, wait_until_healthy

PATIENCE_SECONDS = 20.0


@dataclass(slots=True)
class Program:
    """One `hilum demo` after another on one folder and one port."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = ["demo", "--port", str(self.port), "--data", str(self.folder)]
        with (self.folder.parent / "demo.log").open("ab") as log:
            self.process = subprocess.Popen([*HILUM, *command], stdout=log, stderr=log, env=clean_environment())
        wait_until_healthy(self.url, self.process)

    def kill(self) -> None:
        """End it as a power cut does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def terminate(self) -> tuple[int, float]:
        """End it in order; return its exit code and how many seconds it took."""
        assert self.process is not None
        began = monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15), monotonic() - began

    def sign_in(self, role: str) -> Browser:
        """Play a role as its tab does: mint a link, press its button."""
        browser = Browser(port=self.port, base=f"/as/{role}")
        status, headers, _ = browser.request("POST", "/link")
        assert status == 303
        link = headers["location"].removeprefix(browser.base)
        status, headers, _ = browser.request("POST", urllib.parse.urlsplit(link).path)
        assert status == 303
        found = re.match(r"[^;]+", headers["set-cookie"])
        assert found is not None
        browser.cookie = found[0]
        return browser


@dataclass(slots=True)
class Browser:
    """Requests of one role over a connection of their own each."""

    port: int
    base: str
    cookie: str = ""

    def request(self, method: str, path: str, body: bytes = b"", **more: str) -> tuple[int, Mapping[str, str], bytes]:
        connection = self._connect(method, path, body, more)
        try:
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, headers, answer.read()
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        status, _, body = self.request("GET", path)
        assert status == 200, body
        return json.loads(body)

    def post(self, path: str, value: object) -> Any:
        status, _, body = self.request("POST", path, json.dumps(value).encode(), content_type="application/json")
        assert status in (200, 202), body
        return json.loads(body)

    def upload(self, name: str, data: bytes) -> str:
        announced = self.post("/api/uploads", {"files": [{"client_id": name, "size": len(data)}]})["uploads"][0]
        if announced["received"] < len(data):
            path = f"/api/uploads/{announced['id']}?offset={announced['received']}"
            status, _, body = self.request("PUT", path, data[announced["received"] :])
            assert status == 200, body
        return str(announced["id"])

    def begin_upload(self, upload_id: str, data: bytes, *, length: int) -> http.client.HTTPConnection:
        """Send the beginning of a longer body, and leave the connection open."""
        connection = self._connect("PUT", f"/api/uploads/{upload_id}?offset=0", data, {"content_length": str(length)})
        return connection

    @contextmanager
    def stream(self) -> Iterator[http.client.HTTPResponse]:
        """Follow the events as an open page does."""
        connection = self._connect("GET", "/api/stream?line=0&entry=0", b"", {})
        answer = connection.getresponse()
        try:
            assert answer.status == 200
            answer.readline()
            yield answer
        finally:
            connection.close()

    def _connect(self, method: str, path: str, body: bytes, more: Mapping[str, str]) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {"origin": f"http://127.0.0.1:{self.port}", "cookie": self.cookie, "accept-language": "en"}
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        connection.request(method, self.base + path, body=body or None, headers=headers)
        return connection


def clean_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment without settings of Hilum, with those that are given."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HILUM_")} | dict(more or {})


def run(
    *arguments: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command of `hilum` to its end."""
    return subprocess.run(
        [*HILUM, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=cwd,
        env=clean_environment({"PYTHONPATH": str(Path(__file__).parents[2]), **(environment or {})}),
    )


def until(condition: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> None:
    """Ask again and again, within a bound."""
    end = monotonic() + seconds
    while not condition():
        if monotonic() > end:
            raise TimeoutError("it did not come about")
        sleep(0.05)


@contextmanager
def program(folder: Path) -> Iterator[Program]:
    """Give a program that is not running yet; whatever runs at the end is stopped by its pid."""
    made = Program(folder=folder)
    try:
        yield made
    finally:
        if made.process is not None:
            stop(made.process)
