"""Searching 200,000 messages in Korean and English, `may_see` inside the query: p95 below 20 ms for two-syllable words.

Questions with their threads are made from the words of radiology, some of them
in every tenth message, some in one of ten thousand, and put into the index as
`hilum search rebuild` does. Then a panelist, who sees everything, and a member,
who sees what was released and their own, search for words of each kind.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from time import perf_counter, process_time

import sqlalchemy as sa

from bench._databases import Databases, add_database_option, chosen_databases
from bench._machine import machine_facts
from bench._report import Row, Target, arguments, percentiles, report
from domain.consent import ConsentScope
from domain.ids import MemberId
from domain.member import Member, Role
from domain.question import EntryKind, QuestionState
from domain.text import DeidentifiedText
from storage.engines import open_engine
from storage.migrate import prepare
from storage.packing import pack_text
from storage.repositories.search import SqlSearch
from storage.tables import entry, question

TARGET = Target(figure="p95_ms", limit=20, unit="ms")
START = datetime(2024, 1, 1, tzinfo=UTC)
_COMMON_LINE = "흉수 결절 폐렴 기흉 산소 조영 증가 감소 좌측 우측 소견 의심 CT CXR effusion nodule pneumonia"
_COMMON = tuple(_COMMON_LINE.split())
_KNOWN_LINE = (
    "무기폐 폐색전 기관지 림프절 종격동 늑막 공동 석회화 섬유화 간유리 경화 폐부종 농흉 혈흉 객혈 "
    "호흡곤란 폐하엽 폐상엽 늑골 골절 천자 배액 흉관 색전 판막 심낭 대동맥 박리 전이 원발 생검 추적 비교 "
    "이전 호전 악화 진행 안정 항생제 스테로이드 consolidation atelectasis embolism fibrosis "
    "bronchiectasis cavity mediastinum lymph pleural opacity reticular honeycombing CO-RADS CT-SS CTPA "
    "HRCT GGO crazy-paving halo tree-in-bud metastasis aspiration sarcoidosis tuberculosis aspergilloma"
)
_KNOWN = tuple(_KNOWN_LINE.split())
_ENDINGS_LINE = "가 이 은 는 을 를 의 에 로 도 와 과 만"
_ENDINGS = tuple(_ENDINGS_LINE.split())
_SAID_LINE = "있습니다 맞나요 어떤가요 같습니다 봐주세요 보이나요 필요할까요 is there any follow-up needed with the"
_SAID = tuple(_SAID_LINE.split())
_RARE = 20_000
"""So many words of two or three syllables that nobody teaches; a few messages have each."""
_BATCH = 2_000
_MEMBERS = 400


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words by how often they are said; each draw is one of them."""

    words: tuple[str, ...]
    heights: tuple[float, ...]

    def draw(self, chance: random.Random, count: int) -> list[str]:
        return chance.choices(self.words, cum_weights=self.heights, k=count)


def _vocabulary(chance: random.Random) -> Vocabulary:
    syllables = [chr(code) for code in chance.sample(range(0xAC00, 0xD7A4), 900)]
    rare = ["".join(chance.choices(syllables, k=chance.choice((2, 2, 3)))) for _ in range(_RARE)]
    kinds = ((_COMMON, 400.0), (_KNOWN, 60.0), (_SAID, 300.0), (rare, 0.3))
    weighted = [(word, weight) for words, weight in kinds for word in words]
    return Vocabulary(tuple(word for word, _ in weighted), tuple(accumulate(weight for _, weight in weighted)))


def _message(vocabulary: Vocabulary, chance: random.Random) -> DeidentifiedText:
    words = vocabulary.draw(chance, chance.randint(5, 22))
    endings = chance.choices(_ENDINGS, k=len(words))
    ended = zip(words, endings, strict=True)
    said = (word if word.isascii() or chance.random() < 0.5 else word + end for word, end in ended)
    return DeidentifiedText(value=" ".join(said))


def _questions(sizes: Sizes, vocabulary: Vocabulary, chance: random.Random) -> Iterator[list[dict[str, object]]]:
    """Yield rows of questions in batches: one in ten is still open, one in twelve released."""
    count = sizes.messages // sizes.thread
    for first in range(1, count + 1, _BATCH):
        numbers = range(first, min(first + _BATCH, count + 1))
        yield [_question(number, count, vocabulary=vocabulary, chance=chance) for number in numbers]


def _question(number: int, count: int, *, vocabulary: Vocabulary, chance: random.Random) -> dict[str, object]:
    is_open = number > count * 0.99
    is_teaching = chance.random() < 0.25
    at = START + timedelta(minutes=10 * number)
    return {
        "id": f"q{number}",
        "asker_id": f"asker-{chance.randrange(_MEMBERS)}",
        "text": pack_text(_message(vocabulary, chance)),
        "created_at": at,
        "opened_at": at,
        "state": (QuestionState.OPEN if is_open else QuestionState.CLOSED).value,
        "number": number,
        "consent": (ConsentScope.TEACHING if is_teaching else ConsentScope.CONSULT_ONLY).value,
        "released_at": at if is_teaching and not is_open and chance.random() < 0.33 else None,
        "held_back": False,
    }


_THREAD = (EntryKind.INFORMATION, EntryKind.ANSWER, EntryKind.NOTE, EntryKind.INFORMATION)


def _entries(row: dict[str, object], sizes: Sizes, said: Callable[[], DeidentifiedText]) -> Iterator[dict[str, object]]:
    kinds = [_THREAD[place % len(_THREAD)] for place in range(sizes.thread - 1)]
    for place, kind in enumerate([*kinds, EntryKind.PUBLISHED] if row["released_at"] else kinds):
        yield {
            "key": f"{row['id']}:{place}",
            "question_id": row["id"],
            "kind": kind.value,
            "channel": "web",
            "at": row["created_at"],
            "text": pack_text(said()),
            "details": {},
        }


def _seed(connection: sa.Connection, sizes: Sizes) -> Vocabulary:
    chance = random.Random(sizes.seed)
    vocabulary = _vocabulary(chance)
    for rows in _questions(sizes, vocabulary, chance):
        connection.execute(sa.insert(question), rows)
        said = [e for row in rows for e in _entries(row, sizes, lambda: _message(vocabulary, chance))]
        connection.execute(sa.insert(entry), said)
    return vocabulary


def _kinds(vocabulary: Vocabulary, chance: random.Random) -> dict[str, Callable[[], str]]:
    pairs = [word for word in (*_COMMON, *_KNOWN) if len(word) == 2 and not word.isascii()]
    rare = vocabulary.words[-_RARE:]
    return {
        "two syllables": lambda: chance.choice([*pairs, *chance.sample([w for w in rare[:500] if len(w) == 2], 20)]),
        "very common": lambda: chance.choice(_COMMON),
        "rare": lambda: chance.choice(rare),
        "three words": lambda: " ".join(chance.sample([*_COMMON, *_KNOWN], 3)),
        "half a word": lambda: chance.choice([word[:-1] for word in _KNOWN if len(word) > 2]),
        "one syllable": lambda: chance.choice(pairs)[0],
        "in no message": lambda: chance.choice(_COMMON) + " " + "".join(chance.sample(_ENDINGS, 3)),
    }


READERS = {
    "panelist": Member(id=MemberId("p"), display_name="p", alias="p", roles=frozenset({Role.PANELIST})),
    "member": Member(id=MemberId("asker-7"), display_name="m", alias="m"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    messages: int
    thread: int
    searches: int
    seed: int


def _measured(search: Callable[[str], Sequence[object]], typed: Callable[[], str], count: int) -> dict[str, float]:
    times, used, hits = [], [], 0
    for _ in range(count):
        words = typed()
        started, used_before = perf_counter(), process_time()
        hits += len(search(words))
        times.append(perf_counter() - started)
        used.append(process_time() - used_before)
    return {
        "p50_ms": percentiles(times)["p50_ms"],
        "p95_ms": _p95(times),
        "max_ms": percentiles(times)["max_ms"],
        # Of this process alone, whatever else the machine does; with SQLite that is everything.
        "cpu_p95_ms": _p95(used),
        "hits": round(hits / count, 1),
    }


def _p95(seconds: Sequence[float]) -> float:
    return round(sorted(seconds)[max(0, -(-len(seconds) * 95 // 100) - 1)] * 1000, 1)


def _rows(engine: sa.Engine, name: str, *, vocabulary: Vocabulary, sizes: Sizes) -> Iterator[Row]:
    chance = random.Random(sizes.seed + 1)
    with engine.connect() as connection:
        repository = SqlSearch(connection)
        for reader, member in READERS.items():
            for kind, typed in _kinds(vocabulary, chance).items():
                figures = _measured(lambda words, m=member: repository.find(m, words, limit=20), typed, sizes.searches)
                yield {"database": name, "reader": reader, "words": kind, **figures}
        drafts = [_message(vocabulary, chance).value for _ in range(20)]
        asker = READERS["member"]
        figures = _measured(lambda words: repository.related(asker, words), lambda: chance.choice(drafts), 20)
        yield {"database": name, "reader": "member", "words": "related to a draft", **figures}


def _measure(databases: Databases, name: str, sizes: Sizes) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="hilum-bench-") as made:
        url = databases.fresh(name, Path(made))
        prepare(url)
        engine = open_engine(url, size=1)
        started = perf_counter()
        with engine.begin() as connection:
            vocabulary = _seed(connection, sizes)
        seeded = perf_counter()
        with engine.begin() as connection:
            count = SqlSearch(connection).rebuild()
        spent = perf_counter() - seeded
        print(f"{name}: {sizes.messages} messages in {seeded - started:.0f} s, {count} indexed in {spent:.0f} s")
        _analyze(engine)
        rows = list(_rows(engine, name, vocabulary=vocabulary, sizes=sizes))
        engine.dispose()
    return rows


def _analyze(engine: sa.Engine) -> None:
    """What autovacuum does by itself within a minute."""
    if engine.dialect.name == "postgresql":
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def main(given: Sequence[str] | None = None) -> None:
    parser: argparse.ArgumentParser = arguments(__doc__)
    add_database_option(parser)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--thread", type=int, default=5, help="messages of one question")
    parser.add_argument("--searches", type=int, default=200, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(given)
    sizes = Sizes(messages=chosen.messages, thread=chosen.thread, searches=chosen.searches, seed=chosen.seed)
    with chosen_databases(chosen.database) as databases:
        facts = machine_facts(Path(tempfile.gettempdir()), postgres=databases.postgres_version)
        rows = [row for name in databases.names for row in _measure(databases, name, sizes)]
    report("search", rows, target=TARGET, machine=facts, as_json=chosen.json)


if __name__ == "__main__":
    main()
