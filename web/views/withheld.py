"""What a conversation shows of lines while something is hidden by a flag: a sentence in the place of the copy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from domain.digest import NAME_CASES, without_case
from domain.ids import ImageId, QuestionId
from domain.ports.store import Transaction
from domain.web import JsonValue, WebLine
from domain.withholding import hidden_words, holds, series_item

_LABEL = re.compile(r"\bQ(\d{1,9})\b", re.ASCII)
_TAKEN_DOWN: Mapping[str, JsonValue] = {"text": "", "quoted": None, "taken_down": True}

Parts = dict[str, JsonValue]


class Withheld:
    """Looks up what is hidden once for all lines of one reading; mostly there is nothing."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._words: dict[QuestionId, frozenset[str]] = {}
        self._images: dict[QuestionId, frozenset[ImageId]] = {}

    def from_line(self, line: WebLine, parts: Parts) -> Parts:
        """Return a line's parts without hidden words and images, and a digest without the cases under review."""
        if not self._items:
            return parts
        if str(parts["key"]).startswith(NAME_CASES):
            return self._without_cases(parts)
        question_id = line.question_id
        if question_id is None or question_id not in self._items:
            return parts
        images = parts["images"] if isinstance(parts["images"], list) else []
        kept: list[JsonValue] = [image for image in images if image not in self._hidden_images(question_id)]
        parts = {**parts, "images": kept}
        hidden = self._hidden_words(question_id)
        is_hit = any(holds(copy, hidden) for copy in (str(parts["text"]), _value(parts["quoted"])))
        return {**parts, **_TAKEN_DOWN} if is_hit else parts

    @cached_property
    def _items(self) -> Mapping[QuestionId, frozenset[str]]:
        return self._transaction.incidents.taken_down()

    def _hidden_words(self, question_id: QuestionId) -> frozenset[str]:
        if question_id not in self._words:
            question = self._transaction.questions.get(question_id)
            entries = self._transaction.entries.of_question(question_id)
            self._words[question_id] = hidden_words(question, entries)
        return self._words[question_id]

    def _hidden_images(self, question_id: QuestionId) -> frozenset[ImageId]:
        if question_id not in self._images:
            images, items = self._transaction.images.of_question(question_id), self._items[question_id]
            hidden = (each.id for each in images if series_item(each.facts.series_uid) in items)
            self._images[question_id] = frozenset(hidden)
        return self._images[question_id]

    def _without_cases(self, parts: Parts) -> Parts:
        text, quoted = str(parts["text"]), parts["quoted"]
        for label in self._reviewed(f"{text}\n{_value(quoted)}"):
            text = without_case(text, label)
            if isinstance(quoted, dict):
                quoted = {**quoted, "value": without_case(_value(quoted), label), "replacements": []}
        return {**parts, "text": text, "quoted": quoted}

    def _reviewed(self, text: str) -> list[str]:
        numbers = dict.fromkeys(int(number) for number in _LABEL.findall(text))
        found = (self._transaction.questions.by_number(number) for number in numbers)
        return [question.label for question in found if question is not None and question.is_under_review]


def _value(quoted: JsonValue) -> str:
    return str(quoted.get("value", "")) if isinstance(quoted, dict) else ""
