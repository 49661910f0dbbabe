"""What fictional members write."""

from __future__ import annotations

import random

_SENTENCES = (
    "58M covid D8, O2 2->5L today. Reversed halo on CT. OP pattern or PE?",
    "8 mm solid nodule in the RUL, smooth margin, ex-smoker. Follow-up interval?",
    "호기 CT에서 모자이크 음영이 뚜렷합니다. 소기도 질환일까요, 혈관성일까요?",
    "Incidental cyst on MR, T2 bright, no enhancement. Bronchogenic?",
    "흉수 동반한 우하엽 경화, CRP 210. 농흉 가능성은?",
    "Please call me on 010-1234-5678 when you have seen it.",
    "Lisfranc injury? Weight-bearing view was not possible.",
)


def question(chance: random.Random) -> str:
    """Return one to four sentences."""
    return " ".join(chance.choice(_SENTENCES) for _ in range(chance.randint(1, 4)))
