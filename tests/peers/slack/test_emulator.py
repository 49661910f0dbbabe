"""The process of emulate, and what it is installed from."""

from __future__ import annotations

import json
from pathlib import Path

import psutil

from tests.peers.slack.emulator import running_emulator

HERE = Path(__file__).parent


def test_emulator_starts_on_loopback_and_is_gone_at_the_end():
    with running_emulator() as emulator:
        listening = psutil.Process(emulator.pid).net_connections(kind="tcp")

    assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}
    assert not psutil.pid_exists(emulator.pid)


def test_every_package_is_pinned_by_hash_without_an_address():
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    locked = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    packages = [package for name, package in locked.items() if name]

    assert wanted == {"emulate": locked["node_modules/emulate"]["version"]} == {"emulate": "0.12.2"}
    assert all(package["integrity"].startswith("sha512-") for package in packages)
    assert not any("resolved" in package or package.get("hasInstallScript") for package in packages)
