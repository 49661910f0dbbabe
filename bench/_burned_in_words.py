"""Lines to burn in: names, numbers and dates drawn by lot, and how pictures are taken. Nobody is meant by any."""

from __future__ import annotations

import random

_SURNAMES = (
    "김",
    "이",
    "박",
    "최",
    "정",
    "강",
    "조",
    "윤",
    "장",
    "임",
    "한",
    "오",
    "서",
    "신",
    "권",
    "황",
    "안",
    "송",
    "류",
    "홍",
    "남궁",
    "제갈",
)
_SYLLABLES = (
    "가",
    "나",
    "다",
    "도",
    "라",
    "람",
    "리",
    "민",
    "별",
    "빈",
    "솔",
    "슬",
    "아",
    "연",
    "영",
    "예",
    "우",
    "원",
    "윤",
    "은",
    "주",
    "준",
    "지",
    "진",
    "찬",
    "하",
    "한",
    "해",
    "현",
    "호",
    "훈",
    "희",
)
_FIRST = (
    "Zebra",
    "Okapi",
    "Quokka",
    "Wombat",
    "Lemur",
    "Tapir",
    "Dingo",
    "Ibis",
    "Heron",
    "Puffin",
    "Marmot",
    "Gecko",
    "Civet",
    "Bison",
    "Otter",
    "Lynx",
)
_LAST = (
    "Fictus",
    "Nemo",
    "Nowhere",
    "Example",
    "Placeholder",
    "Invented",
    "Imagined",
    "Sampleton",
    "Testerson",
    "Unreal",
    "Mythic",
    "Faux",
)
_EAST = (
    "山本花子",
    "田中一郎",
    "佐藤美咲",
    "鈴木健太",
    "王小明",
    "李秀英",
    "陳大文",
    "张伟",
    "欧阳娜",
    "渡辺さくら",
    "タナカ",
    "イチロウ",
    "司馬光",
)
_HOSPITALS = (
    "Fictional General Hospital",
    "NOWHERE MED CTR",
    "가나다대학교병원",
    "상상의료원 영상의학과",
    "Imaginary Clinic",
    "架空病院",
)
SIDES = ("L", "R")
POSITIONS = (
    "PORTABLE",
    "SUPINE",
    "AP",
    "PA",
    "UPRIGHT",
    "SEMI-UPRIGHT",
    "ERECT",
    "LAT",
    "SEMI-UPRIGHT PORTABLE",
    "AP SUPINE",
)
MENUS = (
    "File",
    "Tools",
    "Worklist",
    "Window",
    "Help",
    "Compare",
    "Layout 2x2",
    "Hanging protocol",
    "도구",
    "보기",
    "설정",
)


def identifier(lot: random.Random) -> str:
    """Return a line that identifies nobody but looks as if."""
    korean, english, east = korean_name(lot), _english(lot), lot.choice(_EAST)
    number, birth = str(lot.randint(1_000_000, 99_999_999)), date(lot, 1930, 2015)
    return lot.choice((
        korean, f"{korean} {lot.choice('MF')}/{lot.randint(1, 99)}", f"{korean} ({number})", english, english.upper(),
        f"{english} [{lot.choice('MF')}]", f"ID: {number}", number, f"DOB: {birth}", birth, east, f"{east} {number}",
        lot.choice(_HOSPITALS), f"Acc# A{number}", f"{date(lot, 2015, 2025)} {_clock(lot)}",
        f"등록번호 {number}", f"생년월일 {birth}", f"Dr. {lot.choice(_LAST)}",
        f"{lot.choice('MF')} {lot.randint(18, 95)}Y", f"판독의 {korean}",
    ))  # fmt: skip


def ultrasound_settings(lot: random.Random) -> tuple[str, ...]:
    """Return three lines that an ultrasound machine shows."""
    return tuple(lot.sample((
        f"GN {lot.randint(20, 90)}", f"{lot.randint(8, 60)} Hz", f"MI {lot.randint(0, 1)}.{lot.randint(1, 9)}",
        f"TIS 0.{lot.randint(1, 9)}", f"DR {lot.randint(40, 80)}", f"Gain {lot.randint(20, 90)}%",
    ), 3))  # fmt: skip


def technical(lot: random.Random) -> str:
    """Return a line that says how the picture was taken or shown."""
    return lot.choice((
        f"W:{lot.randint(200, 2000)} L:{lot.randint(-600, 400)}", f"kVp {lot.randint(70, 140)}",
        f"{lot.randint(70, 140)} kVp",
        f"mAs {lot.randint(2, 400)}", f"{lot.choice((1, 2, 3, 5))}.0 mm", f"ST {lot.choice((1, 3, 5))}.0 mm",
        f"Zoom 1.{lot.randint(0, 9)}",
        f"Im: {lot.randint(1, 300)}/{lot.randint(300, 400)}", f"Se: {lot.randint(1, 12)}", f"{lot.choice((5, 10))} cm",
        f"WW {lot.randint(300, 2000)} WL {lot.randint(-600, 90)}",
    ))  # fmt: skip


def korean_name(lot: random.Random) -> str:
    return lot.choice(_SURNAMES) + "".join(lot.sample(_SYLLABLES, 2))


def _english(lot: random.Random) -> str:
    return lot.choice(("{1} {0}", "{0}^{1}", "{0}, {1}")).format(lot.choice(_LAST), lot.choice(_FIRST))


def date(lot: random.Random, first: int, last: int) -> str:
    day = (lot.randint(first, last), lot.randint(1, 12), lot.randint(1, 28))
    return lot.choice(("{:04}-{:02}-{:02}", "{:04}.{:02}.{:02}", "{:04}{:02}{:02}", "{0:04}/{1}/{2}")).format(*day)


def _clock(lot: random.Random) -> str:
    return f"{lot.randint(0, 23):02}:{lot.randint(0, 59):02}:{lot.randint(0, 59):02}"
