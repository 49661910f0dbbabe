"""Whatever the code says exists in both languages, with the same placeholders, each of which somebody fills."""

from __future__ import annotations

import ast
import re
import string
from functools import cache

import pytest

from channels.slack.calls import SCOPES
from deidentify.door import SURPRISE
from deidentify.kinds import FileKind
from domain.consent import ConsentScope
from domain.member import Language
from domain.messages import Action
from domain.policies import POLICIES
from domain.question import EntryKind, Urgency
from handlers.short_text import BARE, ELSEWHERE, REPLY, SHORT
from tests.architecture.tree import PACKAGES, ROOT, modules
from wording.catalogue import load_catalogue

CATALOGUE = load_catalogue()
ENGLISH, KOREAN = (CATALOGUE.sentences[language] for language in (Language.ENGLISH, Language.KOREAN))
HANGUL = re.compile("[가-힣]")
FAMILIES = tuple(sorted({key.split(".")[0] for key in ENGLISH}))
KEY = re.compile(rf"(?:{'|'.join(FAMILIES)})\.[a-z0-9_]+(?:\.[a-z0-9_]+)*(?<!_)")
IN_ENGLISH_EVERYWHERE = ("page.viewer.", "page.series.", "page.reply.keys", "page.bar.language")
"""What Korean radiologists call by its English word, keys of the keyboard, and the way to the other language."""


@cache
def constants() -> tuple[tuple[str, str], ...]:
    """Every text in our code that looks like a wording key, with its place."""
    return tuple(
        (node.value, f"{module.path}:{node.lineno}")
        for module in modules(*PACKAGES)
        if not module.path.startswith("storage/")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value)
        if node.value not in SCOPES  # a method of Slack's
    )


@cache
def raised(*names: str) -> tuple[tuple[str, ast.Call, str], ...]:
    """Every constant code with which an error for members is made, with the call and its place."""
    return tuple(
        (node.value, call, f"{module.path}:{call.lineno}")
        for module in modules(*PACKAGES)
        for name, call in module.calls()
        if name.split(".")[-1] in names and call.args
        for node in ast.walk(call.args[-1])
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_every_key_in_the_code_has_a_sentence() -> None:
    assert len(constants()) > 40
    assert [f"{place} {key}" for key, place in constants() if key not in ENGLISH] == []


@pytest.mark.parametrize("name", ["UserError", "ProblemError"])
def test_every_error_told_to_a_member_has_a_sentence(name: str) -> None:
    codes = {code: place for code, _, place in raised(name)}

    assert len(codes) > 10
    assert {place: code for code, place in codes.items() if f"error.{code}" not in ENGLISH} == {}


def test_every_refusal_of_the_door_has_a_sentence() -> None:
    codes = {
        code.removeprefix("refusal.") for code, _, _ in raised("DeidentificationError", "RefusedInstance", "Entry")
    }
    kinds = {kind.value for kind in FileKind if kind not in (FileKind.DICOM, FileKind.PHOTO, FileKind.ZIP)}

    assert len(codes) > 15
    assert [code for code in sorted({*codes, *kinds, SURPRISE}) if f"refusal.{code}" not in ENGLISH] == []


def test_every_sentence_of_the_pages_scripts_exists() -> None:
    scripts = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "web" / "static").glob("*.js")}
    said = {(name, key) for name, text in scripts.items() for key in re.findall(r'\bsay\("([a-z0-9_.]+)"', text)}

    assert len(said) > 50
    assert [(name, key) for name, key in sorted(said) if f"page.{key}" not in ENGLISH] == []


@pytest.mark.parametrize(
    "keys",
    [
        [f"question.receipt_{urgency}" for urgency in Urgency],
        [f"panel.card_{urgency}" for urgency in Urgency],
        [f"consent.{scope}" for scope in ConsentScope],
        [f"panel.{kind}" for kind in (EntryKind.HELPED, EntryKind.CHANGED_PLAN)],
        [f"action.{action}" for action in Action],
        [step.notice for policy in POLICIES.values() for step in policy.steps if step.notice is not None],
    ],
    ids=["receipt", "card", "consent", "feedback", "action", "escalation"],
)
def test_every_member_of_a_family_has_a_sentence(keys: list[str]) -> None:
    assert [key for key in keys if key not in ENGLISH] == []


@pytest.mark.parametrize("key", sorted(key for key in ENGLISH if ".sms" not in key))
def test_both_languages_need_the_same_values(key: str) -> None:
    assert placeholders(KOREAN[key]) == placeholders(ENGLISH[key])


def test_korean_sentences_are_korean() -> None:
    words = {key: re.sub(r"\{[^}]*\}", "", text) for key, text in KOREAN.items()}
    foreign = {key: text for key, text in words.items() if re.search("[A-Za-z]{4,}", text) and not HANGUL.search(text)}

    assert {key for key in foreign if not key.startswith(IN_ENGLISH_EVERYWHERE)} == set()
    assert sum(bool(HANGUL.search(text)) for text in words.values()) > 0.9 * len(words)


def test_english_sentences_are_not_korean() -> None:
    assert {key for key, text in ENGLISH.items() if HANGUL.search(text)} <= {"page.bar.language"}


def test_no_sentence_is_empty_but_the_echo() -> None:
    empty = {key for sentences in (ENGLISH, KOREAN) for key, text in sentences.items() if not text.strip()}

    assert empty == {"echo"}


def test_every_value_of_an_error_is_given_where_it_is_raised() -> None:
    short = {}
    for code, call, place in raised("UserError"):
        given = {keyword.arg for keyword in call.keywords}
        if None not in given and not placeholders(ENGLISH[f"error.{code}"]) <= given:
            short[place] = code

    assert short == {}


def test_every_sentence_of_the_bot_is_said_somewhere() -> None:
    families = ("question.receipt_", "panel.card_", "panel.helped", "panel.changed_plan")
    said = {key for key, _ in constants()}
    as_text_message = re.compile("|".join(re.escape(SHORT + form) + "$" for form in ("", BARE, ELSEWHERE, REPLY)))
    rooms = ("draft.", "question.", "panel.", "editor.", "inbox.")
    ours = {as_text_message.sub("", key) for key in ENGLISH if key.startswith(rooms)}

    assert {key for key in ours - said if not key.startswith(families)} == set()
