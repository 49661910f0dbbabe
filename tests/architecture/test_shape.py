"""Sizes and habits of the code that the linters do not look at."""

from __future__ import annotations

import ast

import pytest

from bot.logs import LISTED_FIELDS
from tests.architecture.tree import PACKAGES, modules, place

MAY_CATCH_ALL = {
    "bot/worker.py",
    "deidentify/door.py",
    # Hands what happened in the writer's thread to whoever waits for it; swallows nothing.
    "storage/writers.py",
    # However a stream breaks off, what came before it is sealed and kept.
    "storage/uploads.py",
}
MAY_GATHER_ALL = {
    # Keeps a channel listening: a defect in one stops neither the pages nor another, and shows in /healthz.
    "bot/listening.py",
    # Reads back beside the hearing, which a defect in it must not end; it shows in /healthz.
    "channels/slack/reading_back.py",
}
MAY_WAIT = ("tests/peers/", "tests/processes/")
CLOCKS = ("datetime.now", "datetime.utcnow", "date.today", "time.time", "time.time_ns")
ALL = (*PACKAGES, "tests", "bench")


def test_no_module_is_longer_than_400_lines():
    long = [(module.path, module.lines) for module in modules(*ALL) if module.lines > 400]

    assert long == []


@pytest.mark.parametrize(("prefix", "limit"), [("", 50), ("test_", 25)])
def test_no_function_is_too_long(prefix, limit):
    folders = ("tests",) if prefix else ALL
    long = [
        f"{place(module, function)} {function.name}: {lines} lines"
        for module in modules(*folders)
        for function in module.functions()
        if function.name.startswith(prefix) and (lines := function.end_lineno - function.lineno + 1) > limit
    ]

    assert long == []


def test_only_two_places_catch_everything():
    caught = [
        place(module, node)
        for module in modules(*PACKAGES)
        if module.path not in MAY_CATCH_ALL
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and _catches_all(node)
    ]
    suppressed = [
        place(module, call)
        for module in modules(*PACKAGES)
        for name, call in module.calls()
        if name.endswith("suppress") and any(_is_everything(argument) for argument in call.args)
    ]

    assert caught + suppressed == []


def test_only_two_places_gather_one_thing_to_catch_everything():
    caught = {
        module.path
        for module in modules(*PACKAGES)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Assign) and _gathers_one(node.value)
    }

    assert caught == MAY_GATHER_ALL


def test_only_bot_reads_the_clock():
    read = [
        f"{place(module, call)} {name}"
        for module in modules(*PACKAGES)
        if not module.path.startswith("bot/")
        for name, call in module.calls()
        if name.endswith(CLOCKS)
    ]

    assert read == []


def test_no_test_sleeps():
    asleep = [
        f"{place(module, call)} {ast.unparse(call)}"
        for module in modules("tests")
        if not module.path.startswith(MAY_WAIT)
        for name, call in module.calls()
        if name.endswith(("time.sleep", "asyncio.sleep", "anyio.sleep")) and ast.unparse(call.args[0]) != "0"
    ]

    assert asleep == []


def test_no_test_patches_a_module_of_ours():
    patched = [
        f"{place(module, call)} {ast.unparse(call)}"
        for module in modules("tests")
        for name, call in module.calls()
        if name.split(".")[-1] in {"patch", "setattr"} and _names_ours(call)
    ]

    assert patched == []


def test_every_log_line_has_a_fixed_event_and_listed_fields():
    wrong = [
        f"{place(module, call)} {ast.unparse(call)}"
        for module in modules(*PACKAGES)
        for name, call in module.calls()
        if name.rsplit(".", 1)[-1] in {"info", "warning", "error"} and name.split(".")[-2:-1] in (["log"], ["_log"])
        if not isinstance(call.args[0], ast.Constant)
        or not all(keyword.arg in LISTED_FIELDS for keyword in call.keywords if keyword.arg != "exc_info")
    ]

    assert wrong == []


def test_nothing_imports_the_settings_whole():
    whole = [
        place(module, node)
        for module in modules(*ALL)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import) and any(alias.name == "config" for alias in node.names)
    ]

    assert whole == []


def _catches_all(handler):
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or _is_everything(kind) for kind in kinds) and not _raises_again(handler)


def _gathers_one(value):
    """Return whether what one thing ends in is looked at instead of raised, which is to catch everything."""
    call = value.value if isinstance(value, ast.Await) else None
    if not isinstance(call, ast.Call) or not ast.unparse(call.func).endswith("gather"):
        return False
    is_one = len(call.args) == 1 and not isinstance(call.args[0], ast.Starred)
    return is_one and any(keyword.arg == "return_exceptions" for keyword in call.keywords)


def _raises_again(handler):
    return isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None


def _is_everything(kind):
    return isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"}


def _names_ours(call):
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Constant) and str(first.value).split(".")[0] in PACKAGES
