"""The real `hilum serve` as a process that is killed as a power cut does, and started again on the same data."""

from __future__ import annotations

import asyncio
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench._serving import environment_of, fictional_askers, found_society, storage_of
from domain.member import Member
from domain.messages import Address
from tests.peers.demo import HILUM, free_port, stop

HEALTHY_WITHIN_SECONDS = 90.0


@dataclass(slots=True, kw_only=True)
class Mortal:
    """One `hilum serve` after another; `settings` are variables of the environment besides where the data lies."""

    folder: Path
    url: str
    settings: Mapping[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    _began_at: int = 0
    """Where the log of this process begins."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = environment_of(self.folder, self.url, self.port) | dict(self.settings)
        with (self.folder / "serve.log").open("ab") as log:
            self._began_at = log.tell()
            command = [*HILUM, "serve"]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, env=environment)

    async def until_healthy(self) -> None:
        """Wait until its pages answer.

        Raises:
            RuntimeError: it ended, or says nothing; the end of its log is shown.
        """
        try:
            async with asyncio.timeout(HEALTHY_WITHIN_SECONDS):
                while self._runs() and not await asyncio.to_thread(self._answers):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pass
        else:
            if self._runs():
                return
        raise RuntimeError((self.folder / "serve.log").read_text(encoding="utf-8")[-2000:])

    async def until_logged(self, event: str, *, within: float) -> None:
        """Wait until this process has logged something.

        Raises:
            TimeoutError: it has not.
        """
        async with asyncio.timeout(within):
            while f'"{event}"' not in self._log():  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.2)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def end(self) -> None:
        if self.process is not None:
            stop(self.process)

    def _log(self) -> str:
        with (self.folder / "serve.log").open("rb") as log:
            log.seek(self._began_at)
            return log.read().decode()

    def _runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _answers(self) -> bool:
        """Return whether there are pages yet; how well the parts are does not matter here."""
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5):  # noqa: S310 - loopback
                return True
        except urllib.error.HTTPError:
            return True
        except (urllib.error.URLError, OSError):
            return False


async def found_reachable(folder: Path, url: str, *, channel: str, ids: Sequence[str]) -> list[Member]:
    """Found a society whose askers are reached at a service by these ids; return them in that order."""
    askers = [
        replace(asker, addresses=(*asker.addresses, Address(channel=channel, external_id=known)))
        for asker, known in zip(fictional_askers(len(ids)), ids, strict=True)
    ]
    await found_society(storage_of(folder, url), askers)
    return askers
