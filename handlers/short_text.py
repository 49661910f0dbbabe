"""What a message says where every character costs: sentences of their own, short links, codes, and what fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from domain.delivery import Delivery, Value
from domain.ids import QuestionId
from domain.lengths import length_of
from domain.member import Language, Member
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question
from domain.short_codes import ShortCode, ShortLink, link_code, next_code
from domain.short_texts import cuts, first_sentence, plain_signs, shown_plainly
from domain.text import DeidentifiedText
from domain.web import UPLOAD_LINK_LASTS, hash_token

SHORT, BARE, ELSEWHERE, REPLY = ".sms", ".bare", ".long", ".reply"
"""Endings of keys: for text messages; without its link; with a link alone; what to reply."""
_ANNOUNCED = ("panel.card_",)
"""Whose words may be cut anywhere: a question is announced, and read behind the link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortText:
    """A message as text messages say it; `reply` is another one, which says what to reply."""

    text: str
    reply: str = ""
    says_choices: bool = False
    """Whether it was written for text messages, with its choices in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writing:
    """One delivery on its way to a text message."""

    services: Services
    transaction: Transaction
    delivery: Delivery
    member: Member

    @property
    def question(self) -> Question:
        """The question that it is about; a sentence that needs it stands only where there is one."""
        assert self.delivery.question_id is not None
        return self.transaction.questions.get(self.delivery.question_id)

    def needs(self, key: str) -> frozenset[str] | None:
        return self.services.wording.placeholders(key, self.member.language)

    def say(self, key: str, values: Mapping[str, Value]) -> str:
        return plain_signs(self.services.wording.text(key, self.member, values))


def short_text(services: Services, transaction: Transaction, delivery: Delivery, *, member: Member) -> ShortText:
    """Return a delivery as a text message; what it quotes is left out where no sentence has a place for it."""
    writing = _Writing(services=services, transaction=transaction, delivery=delivery, member=member)
    key = f"{delivery.key}{SHORT}"
    if writing.needs(key) is None:
        return ShortText(text=writing.say(delivery.key, delivery.values))
    values = _values(writing, key)
    reply = f"{key}{REPLY}"
    return ShortText(
        text=_fitted(writing, key, values),
        reply="" if writing.needs(reply) is None else writing.say(reply, _values(writing, reply)),
        says_choices=True,
    )


def _values(writing: _Writing, key: str) -> dict[str, Value]:
    """Return what a sentence needs: what the delivery has, and what is made for it; links only where it has some."""
    needed = (writing.needs(key) or frozenset()) - writing.delivery.values.keys()
    made: dict[str, Value] = {name: make(writing) for name, make in MADE.items() if name in needed}
    return {**writing.delivery.values, **made}


def _fitted(writing: _Writing, key: str, values: Mapping[str, Value]) -> str:
    text = values.get("text")
    if not isinstance(text, DeidentifiedText) or "text" not in (writing.needs(key) or ()):
        return writing.say(key, values)
    elsewhere = f"{key}{ELSEWHERE}"
    whole = shown_plainly(text)
    for sentence, candidate in _candidates(writing, key, whole):
        said = writing.say(sentence, {**values, "text": candidate})
        if candidate and length_of(said).fits_one_message:
            return said
    if writing.needs(elsewhere) is None:
        return writing.say(key, {**values, "text": whole})
    return writing.say(elsewhere, {**values, **_values(writing, elsewhere)})


def _candidates(writing: _Writing, key: str, whole: str) -> Iterable[tuple[str, str]]:
    """Return the sentences to try with the words in them, the best first: all that was said goes before a link."""
    if writing.delivery.key.startswith(_ANNOUNCED):
        return ((key, cut) for cut in cuts(whole))
    if writing.needs(f"{key}{ELSEWHERE}") is None:
        return ((key, whole),)
    short = writing.delivery.values.get("short")
    line = shown_plainly(short) if isinstance(short, DeidentifiedText) else ""
    bare = [(f"{key}{BARE}", whole)] if writing.needs(f"{key}{BARE}") is not None else []
    return ((key, line), (key, whole), *bare, (key, first_sentence(whole)))


def _link(writing: _Writing) -> str:
    """Return a link that leads to the question, after a sign-in as this member."""
    return _address(writing, f"q/{_short_code(writing, writing.services.rules.short_link_time_to_live)}")


def _upload(writing: _Writing) -> str:
    """Return a link to where images can be added to the question, for a little while, after a sign-in as well."""
    return _address(writing, f"u/{_short_code(writing, UPLOAD_LINK_LASTS)}")


def _short_code(writing: _Writing, lasts: timedelta) -> str:
    code = link_code(writing.services.new_token())
    link = ShortLink(
        code_hash=hash_token(code),
        member_id=writing.member.id,
        question_id=writing.question.id,
        expires_at=writing.services.clock() + lasts,
    )
    writing.transaction.codes.add_link(link)
    return code


def _address(writing: _Writing, path: str) -> str:
    """In Korean without the scheme: phones there know a link without it, and every character costs."""
    address = writing.services.rules.short_address
    if writing.member.language is Language.KOREAN:
        address = address.split("://", 1)[-1]
    return f"{address}/{path}"


def _code(writing: _Writing) -> int:
    """Return what the question goes by on this phone; given when it is first spoken of."""
    question, address = writing.question, writing.delivery.address
    given = writing.transaction.codes.of_address(address)
    known = next((each.code for each in given if each.question_id == question.id), None)
    if known is not None:
        return known
    code = next_code(given, taken=_own_numbers(writing))
    now = writing.services.clock()
    writing.transaction.codes.give(
        ShortCode(address=address, code=code, question_id=QuestionId(question.id), given_at=now)
    )
    return code


def _own_numbers(writing: _Writing) -> frozenset[int]:
    """The numbers of what the member asks themselves: "41" is one question only on their phone."""
    own = writing.transaction.questions.of_asker(writing.member.id)
    return frozenset(question.number for question in own if question.number is not None)


def _minutes(writing: _Writing, *, until_answer: bool) -> int:
    question = writing.question
    due = question.answer_due_at if until_answer else question.claim_due_at
    assert due is not None
    assert question.opened_at is not None
    return int((due - question.opened_at).total_seconds() // 60)


def _answer_due(writing: _Writing) -> Value:
    due = writing.question.answer_due_at
    assert due is not None
    return due


def _merge(writing: _Writing) -> Value:
    """Return by which word the question gets the answer of the one that it is like; nothing where it is like none."""
    is_offered = Action.MERGE in writing.delivery.choices
    return writing.say("panel.merge_alike", writing.delivery.values) if is_offered else ""


MADE: Mapping[str, Callable[[_Writing], Value]] = {
    "society": lambda writing: writing.services.rules.society,
    "link": _link,
    "upload": _upload,
    "upload_minutes": lambda writing: int(UPLOAD_LINK_LASTS.total_seconds() // 60),
    "code": _code,
    "claim_minutes": lambda writing: _minutes(writing, until_answer=False),
    "answer_minutes": lambda writing: _minutes(writing, until_answer=True),
    "answer_due": _answer_due,
    "merge": _merge,
}
