"""No sentence is there that nobody says, and nothing that members can ask for is left out of the help."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from domain.member import Language
from domain.requests import Request
from domain.spelling import folded
from domain.vocabulary import vocabulary
from handlers.short_text import SHORT
from tests.architecture.tree import PACKAGES, ROOT, modules
from tests.wording.test_sentences import ENGLISH, KOREAN

KEY = r"[a-z0-9_]+(?:\.[a-z0-9_]+)+"
TOO_WIDE = frozenset({"panel.", "error.", "draft."})
"""Beginnings that are put together in one place, out of few words."""
PUT_TOGETHER = frozenset({"echo", "panel.helped", "panel.changed_plan"})
"""What is said by a key that no place writes whole."""


@cache
def scripts() -> tuple[str, ...]:
    return tuple(file.read_text(encoding="utf-8") for file in (ROOT / "web" / "static").glob("*.js"))


@cache
def pages() -> tuple[str, ...]:
    """The templates of pages and digests."""
    rooms = (ROOT / "web" / "templates", ROOT / "digests")
    return tuple(file.read_text(encoding="utf-8") for room in rooms for file in room.rglob("*.[hjtm]*"))


def words_of_code() -> set[str]:
    found = {
        node.value
        for module in modules(*PACKAGES)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    # Codes of errors stand in tables too; how each is told is its sentence.
    return found | {f"error.{word}" for word in found}


def beginnings() -> set[str]:
    """What stands before a value in a key that is put together."""
    code = {
        str(node.values[0].value)
        for module in modules(*PACKAGES)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant)
    }
    of_pages = {f"page.{lead}" for text in scripts() for lead in re.findall(r"`([a-z0-9_.]+)\$\{", text)}
    of_templates = {lead for text in pages() for lead in re.findall(r'"([a-z_]+\.[a-z_.]*)" ?~', text)}
    whole = re.compile(r"[a-z_]+\.[a-z_.]*")
    return {lead for lead in code | of_pages | of_templates if whole.fullmatch(lead)} - TOO_WIDE


def test_every_sentence_is_said_somewhere() -> None:
    said = words_of_code() | {key for text in pages() for key in re.findall(KEY, text)}
    said |= {f"page.{key}" for text in scripts() for key in re.findall(r'["`]([a-z0-9_]+(?:\.[a-z0-9_]+)*)["`]', text)}
    leads = tuple(beginnings())

    unsaid = {key for key in ENGLISH if SHORT not in key and key not in said and not key.startswith(leads)}

    assert unsaid - PUT_TOGETHER == set()


def test_every_text_message_belongs_to_a_sentence() -> None:
    short = {key for key in ENGLISH if SHORT in key and not key.startswith("page.")}

    assert {key for key in short if key.split(SHORT)[0] not in ENGLISH} == set()


@pytest.mark.parametrize("key", ["request.help", "request.help.sms"])
@pytest.mark.parametrize("language", Language)
def test_help_lists_whatever_can_be_asked_for(key: str, language: Language) -> None:
    sentences = ENGLISH if language is Language.ENGLISH else KOREAN
    said = sentences[key] + sentences.get(f"{key}.reply", "")
    shown = {folded(word) for word in re.findall(r"/([^\W\d_]+)", said)}

    names = {vocabulary().requests[word] for word in shown if word in vocabulary().requests}

    assert {*Request} - names == set()
    assert folded("find" if language is Language.ENGLISH else "찾기") in shown


@pytest.mark.parametrize("language", Language)
def test_help_has_three_lines_and_no_more(language: Language) -> None:
    sentences = ENGLISH if language is Language.ENGLISH else KOREAN

    assert sentences["request.help"].count("\n") == 2
