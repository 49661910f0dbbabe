"""Words and pages: both languages say the same things, links lead somewhere, nothing names a workplace."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from domain.member import Language
from domain.messages import Action
from tests.architecture.tree import ROOT, files
from wording.catalogue import load_catalogue

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|<img[^>]+src=\"([^\"]+)\"")
FORBIDDEN = re.compile(
    "|".join(
        (
            r"pypi\." + "org",
            "python" + "hosted",
            "deb\\." + "debian",
            "--(extra-)?index" + "-url [^\\s\\\\]",
            "registry\\." + "npmjs",
            r"(?<![\w.$}])/(work|root)" + "/",
            "/tmp/" + "hilum",
        )
    )
)
PAGES = [name for name in files() if name.endswith(".md")]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("action", Action)
def test_every_action_has_a_label(action, language):
    assert load_catalogue().label(action, language).strip()


def test_both_languages_have_the_same_files_and_keys():
    catalogue = load_catalogue()
    folders = [{file.name for file in resources.files("wording").joinpath(each).iterdir()} for each in Language]

    assert all(folder == folders[0] for folder in folders)
    assert catalogue.sentences[Language.KOREAN].keys() == catalogue.sentences[Language.ENGLISH].keys()


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page):
    text = re.sub(r"```.*?```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [first or second for first, second in LINK.findall(text)]

    assert [link for link in links if not _leads_somewhere(page, link)] == []


def test_no_file_names_an_index_or_a_workplace():
    found = []
    for name in files():
        text = (ROOT / name).read_bytes().decode("utf-8", errors="ignore")
        found += [f"{name}: {match[0]}" for match in FORBIDDEN.finditer(text)]

    assert found == []


def test_decisions_are_numbered_and_complete():
    folder = ROOT / "docs" / "decisions"
    names = sorted(path.name for path in folder.glob("[0-9]*.md"))

    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
    for name in names:
        text = (folder / name).read_text(encoding="utf-8")
        headings = re.findall(r"^## (\w+)", text, re.MULTILINE)
        assert headings == ["Context", "Options", "Decision", "Consequences"], name
        assert re.search(r"^Status: .+ · \d{4}-\d\d-\d\d$", text, re.MULTILINE), name


def _leads_somewhere(page, link):
    if re.match(r"[a-z]+:", link):
        return True
    path, _, anchor = link.partition("#")
    target = (ROOT / page).parent / path if path else ROOT / page
    return target.exists() and (not anchor or target.suffix != ".md" or anchor in _anchors(target))


def _anchors(page):
    headings = re.findall(r"^#+\s+(.*?)\s*$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
