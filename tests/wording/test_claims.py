"""What sentences claim: nothing that is only a setting, nothing that nobody checked, and one word for one thing."""

from __future__ import annotations

import re

import pytest

from domain.access import Capability, holders
from domain.member import Language
from tests.wording.test_sentences import CATALOGUE, ENGLISH, KOREAN

BOTH = tuple(Language)
WITHDRAWN = (
    *("question.withdrawn", "panel.withdrawn", "following.withdrawn", "state.withdrawn", "error.question_withdrawn"),
    *("page.state.withdrawn", "page.entry.withdrawn", "page.chat.withdraw_sure", "page.deed.withdraw"),
)
OF_SETTINGS = (
    *("question.receipt_urgent", "page.bar.surge", "error.extended_already", "draft.page"),
    *("page.chat.upload_link_how", "operator.parked", "operator.parked.sms"),
)
OF_ROLES = {
    "error.moderator_only": Capability.MODERATE,
    "error.report_only": Capability.REPORT,
    "error.surge_only": Capability.SURGE,
    "error.enrol_only": Capability.ENROL,
    "error.appoint_only": Capability.APPOINT,
    "error.editor_only": Capability.RELEASE,
    "error.coordinator_only": Capability.COORDINATE,
}
"""Refusals that say who may, and what those need."""
SUPERSEDED = {
    "조정 담당자": "코디네이터",
    "위원장": "분과장",
    "힐룸": "Hilum",
    "당직은 공석": "공백",
    "다이제스트": "소식",
    "방향 표지": "좌우 표지",
    "핵심 slice": "핵심 단면",
    "국외": "해외",
    "방해 금지": "방해금지",
}
"""Former words of Korean sentences, and what stands for them."""


def said(key: str, language: Language) -> str:
    """Return a sentence without its placeholders."""
    return re.sub(r"\{[^}]*\}", "", CATALOGUE.sentence(key, language))


@pytest.mark.parametrize("language", BOTH)
def test_no_sentence_names_a_society(language: Language) -> None:
    assert [key for key, text in CATALOGUE.sentences[language].items() if "KSTR" in text] == []


@pytest.mark.parametrize("language", BOTH)
def test_breaks_of_lines_are_breaks(language: Language) -> None:
    assert [key for key, text in CATALOGUE.sentences[language].items() if "\\" in text] == []


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("key", OF_SETTINGS)
def test_no_minutes_are_promised_that_a_society_sets(key: str, language: Language) -> None:
    assert re.findall(r"\d+", said(key, language)) == []


def test_correction_stands_beside_the_former_answer_on_every_channel() -> None:
    forbids = re.compile("Do not use|쓰지 마|사용하지 마")
    keys = [key for key in ENGLISH if key.startswith("question.answer_correction")]

    assert len(keys) > 3
    assert [key for key in keys if forbids.search(ENGLISH[key]) or forbids.search(KOREAN[key])] == []


@pytest.mark.parametrize("key", ["request.privacy", "request.privacy.sms"])
def test_notice_of_privacy_says_what_is_in_clear_and_that_members_are_kept(key: str) -> None:
    assert re.search("only images", ENGLISH[key])
    assert re.search("your own (name|data)", ENGLISH[key])
    assert "영상만 암호화" in KOREAN[key]
    assert re.search("선생님의 이름|회원정보", KOREAN[key])


def test_quiet_hours_name_everybody_whom_they_do_not_hold_for() -> None:
    english, korean = ENGLISH["page.settings.quiet_how"], KOREAN["page.settings.quiet_how"]

    assert all(word in english for word in ("on call", "coordinate", "chair", "allowed", "moderators", "wrong patient"))
    assert all(word in korean for word in ("당직", "코디네이터", "분과장", "허용", "중재자", "다른 환자"))


@pytest.mark.parametrize("key", ["page.basis.irb", "consent.research_irb.sms", "consent.teaching"])
def test_attested_basis_is_not_called_verified(key: str) -> None:
    assert not re.search("(번호|보관) 확인", KOREAN[key])


@pytest.mark.parametrize("key", ["request.cut_off", "request.cut_off_in_chat", "request.cut_off.sms"])
def test_coordinator_is_told_of_the_phones_of_a_panel_alone(key: str) -> None:
    assert "of a panel" in ENGLISH[key]
    assert "패널이" in KOREAN[key]


@pytest.mark.parametrize("key", WITHDRAWN)
def test_withdrawn_question_goes_by_one_word(key: str) -> None:
    assert "철회" in KOREAN[key]
    assert "취소" not in KOREAN[key]


def test_button_that_withdraws_is_not_the_one_that_leaves_its_dialog() -> None:
    assert KOREAN["page.deed.withdraw"] not in {KOREAN["page.cancel"], KOREAN["page.deed.cancel"]}


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("key", OF_ROLES)
def test_refusal_names_every_role_that_may(key: str, language: Language) -> None:
    roles = {CATALOGUE.sentence(f"page.members.role_{role}", language).lower() for role in holders(OF_ROLES[key])}

    assert {role for role in roles if role not in said(key, language).lower()} == set()


@pytest.mark.parametrize("former", SUPERSEDED)
def test_one_thing_has_one_word(former: str) -> None:
    assert [key for key, text in KOREAN.items() if former in text] == []


def test_digest_says_on_which_days_it_comes() -> None:
    assert "weekdays" in ENGLISH["digest.footer"]
    assert KOREAN["digest.footer"].startswith("평일 ")


@pytest.mark.parametrize(
    ("language", "key", "words"),
    [
        (Language.ENGLISH, "files.passed_abroad", "pass servers abroad. Please delete them from your phone"),
        (Language.KOREAN, "files.passed_abroad", "해외 서버를 거칩니다. 휴대전화와 이 대화에서 지워 주세요."),
        (Language.ENGLISH, "question.originals_stay", "(48 h). Please delete them yourself."),
        (Language.KOREAN, "question.originals_stay", "(48시간). 직접 지워 주세요."),
    ],
)
def test_asker_is_told_what_to_delete(language: Language, key: str, words: str) -> None:
    assert words in CATALOGUE.sentence(key, language)
