"""The program as an operator runs it: killed, stopped, started again, started twice, started in the wrong place."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bot.demo import demo_settings, prepare
from deidentify.samples import thorax_ct_zip
from tests.peers.demo import free_port
from tests.peers.program import Browser, Program, program, run, until

pytestmark = pytest.mark.slow
LEASES_END_SECONDS = 60.0
"""What the killed process was at comes back when its lease has run out."""
STUDY = thorax_ct_zip(3, edge=64)


@pytest.fixture
def demo(told_demo: Path, tmp_path: Path) -> Iterator[Program]:
    shutil.copytree(told_demo, tmp_path / "demo")
    with program(tmp_path / "demo") as made:
        made.start()
        yield made


def _told(browser: Browser) -> list[tuple[str, str]]:
    """Return what the conversation holds: keys, and the words that were quoted."""
    lines = browser.get("/api/lines")["lines"]
    return [(line["key"], (line["quoted"] or {}).get("value", "")) for line in lines]


@pytest.mark.timeout(240)
def test_whatever_was_acknowledged_survives_a_kill(demo: Program) -> None:
    member, panelist = demo.sign_in("member"), demo.sign_in("panelist")
    upload = member.upload("study", STUDY)
    started = member.post("/api/uploads", {"files": [{"client_id": "half", "size": len(STUDY)}]})["uploads"][0]
    connection = member.begin_upload(started["id"], STUDY[:2000], length=len(STUDY))
    member.post("/api/messages", {"client_id": "ask", "text": "Embolism after the flight?", "uploads": [upload]})
    panelist.post("/api/messages", {"client_id": "note", "text": "Shall I take the night?"})

    demo.kill()
    connection.close()
    demo.start()
    replayed = member.post("/api/messages", {"client_id": "ask", "text": "Embolism?", "uploads": [upload]})
    half = member.upload("half", STUDY)

    assert replayed == {"accepted": False}
    assert half == started["id"]
    until(lambda: ("draft.preview", "Embolism after the flight?") in _told(member), seconds=LEASES_END_SECONDS)
    draft = member.get(f"/api/questions/{member.get('/api/lines')['draft_id']}")
    assert draft["text"]["value"] == "Embolism after the flight?"
    assert (len(draft["series"]), draft["series"][0]["slices"]) == (1, 3)
    until(lambda: ("draft.preview", "Shall I take the night?") in _told(panelist), seconds=LEASES_END_SECONDS)


def test_kill_leaves_no_child_behind(demo: Program) -> None:
    member = demo.sign_in("member")
    member.post("/api/messages", {"client_id": "a", "text": "PE?", "uploads": [member.upload("study", STUDY)]})
    until(lambda: ("draft.preview", "PE?") in _told(member))
    assert demo.process is not None
    children = psutil.Process(demo.process.pid).children(recursive=True)

    demo.kill()

    assert children
    until(lambda: not any(_is_alive(child) for child in children), seconds=10)


def test_stop_in_order_ends_open_streams_within_five_seconds(demo: Program) -> None:
    member, panelist = demo.sign_in("member"), demo.sign_in("panelist")

    with member.stream() as first, panelist.stream() as second:
        code, seconds = demo.terminate()

        assert (first.read() is not None, second.read() is not None) == (True, True)
    assert code == 0
    assert seconds < 5


def test_second_start_knows_what_was_said(demo: Program) -> None:
    member = demo.sign_in("member")
    member.post("/api/messages", {"client_id": "a", "text": "Effusion?"})
    until(lambda: ("draft.preview", "Effusion?") in _told(member))
    told = _told(member)
    demo.terminate()

    demo.start()

    assert _told(member) == told


def test_second_instance_on_the_port_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]

        ended = run("demo", "--port", str(port), "--data", str(tmp_path / "demo"))

    assert ended.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize("folder", ["demo", "demo/data"])
def test_production_refuses_the_demos_folder(tmp_path: Path, command: str, folder: str) -> None:
    prepare(demo_settings(tmp_path / "demo", port=8080, environment={}))

    ended = run(command, environment={"HILUM_DATA": str(tmp_path / folder)})

    assert ended.returncode == 3
    assert "belongs to the demo" in ended.stderr


@pytest.mark.parametrize("name", ["HILUM_CHANNELS__TELEGRAM__TOKEN", "HILUM_DATABASE_URL", "HILUM_KEYS"])
def test_demo_refuses_production_settings(tmp_path: Path, name: str) -> None:
    ended = run(
        "demo", "--port", str(free_port()), "--data", str(tmp_path / "demo"), environment={name: "a-secret-value"}
    )

    assert ended.returncode == 3
    assert name in ended.stderr
    assert "a-secret-value" not in ended.stderr
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("stranger", ["letters.txt", "data/hilum.db"])
def test_demo_refuses_a_foreign_folder(tmp_path: Path, stranger: str) -> None:
    (tmp_path / stranger).parent.mkdir(exist_ok=True)
    (tmp_path / stranger).write_text("mine", encoding="utf-8")

    ended = run("demo", "--port", str(free_port()), "--data", str(tmp_path))

    assert ended.returncode == 1
    assert "holds something that is not a demo" in ended.stderr
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [Path(stranger).name]


def _is_alive(child: psutil.Process) -> bool:
    return bool(child.is_running()) and child.status() != psutil.STATUS_ZOMBIE
