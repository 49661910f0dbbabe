"""One run: files in, de-identified copies under neutral names out, whole or not at all."""

from __future__ import annotations

import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from deidentify.batch.crew import Crew, Died, Finished, OwnHands
from deidentify.batch.errors import BatchError, told_as_output
from deidentify.batch.inputs import Omission, Source, by_series, in_chunks, list_inputs
from deidentify.batch.report import Report, open_report, outcome_of
from deidentify.batch.work import Piece, Task
from deidentify.door import SURPRISE, DoorOptions

KILLS_READER = "image_kills_reader"
_OUT_OF_MEMORY = "pixels_too_many"
_CHUNK = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCounts:
    """How many instances came out as what; `skipped` are what no image is expected in (a medium's index)."""

    clean: int = 0
    masked: int = 0
    quarantined: int = 0
    refused: int = 0
    skipped: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether everything that was handed in came out."""
        return self.quarantined == self.refused == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """How a batch is done.

    `progress` is called with the files done and all files; `kept_out` with the
    name and the reason of what is quarantined or refused. `secret` is random for
    each run unless it is given, so that two runs cannot be put together.
    """

    door: DoorOptions = field(default_factory=DoorOptions)
    crew: Crew = field(default_factory=OwnHands)
    progress: Callable[[int, int], None] | None = None
    kept_out: Callable[[str, str], None] | None = None
    secret: bytes | None = field(default=None, repr=False)


def deidentify_paths(
    paths: Sequence[Path], output: Path, report: Path | None = None, *, options: BatchOptions | None = None
) -> BatchCounts:
    """Write de-identified copies of files, folders and zips into a folder, as patient/study/series/image.

    Every part of such a name is made of pseudonyms. The report has one JSON
    object a line: input, entry, output, outcome, reason, rules, masks, quality,
    seconds. It names the inputs, so it stays with the operator.

    Raises:
        BatchError: the run as a whole cannot go on; what was being written is taken away again.
    """
    options = options or BatchOptions()
    _require_apart(output, report)
    found = list(list_inputs(paths, but=report))
    with _staging(output) as staging, open_report(report) as lines:
        return _Run(_Folders(output, staging), lines, options).take(found)


def _require_apart(output: Path, report: Path | None) -> None:
    """What is passed on and what stays must not lie in one folder."""
    if report is not None and report.resolve().is_relative_to(output.resolve()):
        raise BatchError("report_in_output")


@contextmanager
def _staging(output: Path) -> Iterator[Path]:
    """Make a folder within the output, on the same disk, where files wait until they are whole; it goes at the end."""
    with told_as_output():
        output.mkdir(parents=True, exist_ok=True)
        if any(output.iterdir()):
            raise BatchError("output_not_empty")
        staging = output / f".unfinished-{secrets.token_hex(4)}"
        staging.mkdir()
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


class _Folders(NamedTuple):
    output: Path
    staging: Path


class _Run:
    """One run: its secret, the names it has given, its counts."""

    def __init__(self, folders: _Folders, report: Report, options: BatchOptions) -> None:
        self.output, self.staging = folders
        self.door = replace(options.door, several_subjects=True)
        self.report = report
        self.options = options
        self.secret = options.secret or secrets.token_bytes(32)
        self.sources: dict[int, Source] = {}
        self.lost: list[Source] = []
        self.given: Counter[Path] = Counter()
        self.counts: Counter[str] = Counter()
        self.settled = 0

    def take(self, found: Sequence[Source | Omission]) -> BatchCounts:
        self.sources = {source.place: source for source in found if isinstance(source, Source)}
        for omission in found:
            if isinstance(omission, Omission):
                self._omit(omission)
        self._work(self._groups(), is_last=False)
        lost, self.lost = self.lost, []
        self._work([(source,) for source in sorted(lost, key=lambda source: source.place)], is_last=True)
        return BatchCounts(**self.counts)

    def _groups(self) -> list[tuple[Source, ...]]:
        """Series are searched for text together; without a search, any few files go together."""
        sources = list(self.sources.values())
        return by_series(sources) if self.door.search_pixels else in_chunks(sources, _CHUNK)

    def _work(self, groups: Sequence[tuple[Source, ...]], *, is_last: bool) -> None:
        under_way = {source.place: group for group in map(_Group, groups) for source in tuple(group.left)}
        tasks = (Task(sources=group, staging=self.staging, secret=self.secret, options=self.door) for group in groups)
        for event in self.options.crew.run(tasks, alone=is_last):
            if isinstance(event, Piece):
                for pieces in under_way[event.source].take(event):
                    self._settle(pieces, is_last=is_last)
                continue
            group = under_way[event.task.sources[0].place]
            if isinstance(event, Finished):
                self._settle(group.finish(), is_last=is_last)
            self._give_up(group.left, is_last=is_last, died=isinstance(event, Died))

    def _settle(self, pieces: Sequence[Piece], *, is_last: bool) -> None:
        """Keep what came of one file, all of it: an archive of which a part is missing is tried again as a whole."""
        if not pieces:
            return
        source = self.sources[pieces[0].source]
        if not is_last and len(pieces) == 1 and pieces[0].code == _OUT_OF_MEMORY:
            self.lost.append(source)
            return
        for piece in pieces:
            self._keep(piece, source)
        self._advance()

    def _give_up(self, sources: Sequence[Source], *, is_last: bool, died: bool) -> None:
        """Try files again that were not come to; refuse those that nobody could read even alone."""
        if died and not is_last:
            self.lost.extend(sources)
            return
        for source in sources:
            self._keep(Piece(source=source.place, entry=0, code=KILLS_READER if died else SURPRISE), source)
            self._advance()

    def _keep(self, piece: Piece, source: Source) -> None:
        output = None if piece.staged is None else self._name(piece)
        self._count(source.name, outcome_of(piece), piece.code)
        self.report.piece(piece, source.name, output)

    def _name(self, piece: Piece) -> str:
        """Move a copy to its name; the same image handed in twice gets a number behind it."""
        place = Path(*piece.folders, piece.stem)
        self.given[place] += 1
        number = "" if self.given[place] == 1 else f"-{self.given[place]}"
        path = place.with_name(f"{place.name}{number}{piece.suffix}")
        with told_as_output():
            (self.output / path).parent.mkdir(parents=True, exist_ok=True)
            (self.staging / (piece.staged or "")).rename(self.output / path)
        return str(path)

    def _omit(self, omission: Omission) -> None:
        self._count(omission.name, "refused" if omission.is_refused else "skipped", omission.reason)
        self.report.omission(omission)

    def _count(self, name: str, outcome: str, code: str | None) -> None:
        self.counts[outcome] += 1
        if self.options.kept_out is not None and outcome in ("refused", "quarantined"):
            self.options.kept_out(name, code or "")

    def _advance(self) -> None:
        self.settled += 1
        if self.options.progress is not None:
            self.options.progress(self.settled, len(self.sources))


class _Group:
    """Files that somebody works on: which are left, and what has come of the one that is in hand."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.left = list(sources)
        self.pieces: list[Piece] = []

    def take(self, piece: Piece) -> Iterator[list[Piece]]:
        """Note a piece; yield the pieces of the file before, which is done, where this one is of another.

        A file is off the list when it is done, so that what is left is to be tried again.
        """
        if self.pieces and self.pieces[0].source != piece.source:
            yield self.finish()
        self.pieces.append(piece)

    def finish(self) -> list[Piece]:
        """Take the file in hand off the list and return its pieces; none where nothing was told of any."""
        done, self.pieces = self.pieces, []
        self.left = [source for source in self.left if not done or source.place != done[0].source]
        return done
