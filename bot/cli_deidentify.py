"""`hilum deidentify` and `deidentify-text`: the door as a tool of its own, for use before or without the bot."""

from __future__ import annotations

import json
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.clock import utc_now
from bot.terminal import console, fail, show_rows
from domain.member import Language

if TYPE_CHECKING:
    from deidentify.batch import BatchCounts, BatchOptions

_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kmg]?)(?:i?b)?", re.IGNORECASE)
_MOST_TOLD = 20
_SENTENCES = {
    "output_not_empty": "The output folder has files in it already. Please name a new or an empty one.",
    "output_full": "The disk is full, or a file would be larger than is allowed here.",
    "output_unwritable": "The output or the report cannot be written. Please check the folder and its permissions.",
    "report_in_output": "The report names the originals, so it must not lie in the output folder.",
    "memory_too_small": "That is too little memory for so many processes. Use fewer --jobs or more --max-memory.",
    "secret_unreadable": "The secret file cannot be read or made, or is not one of ours.",
    "link_outside": "A link that leads out of the folder is not followed.",
}
"""What the tool itself says; what the door says is in `wording/`."""


class ProfileName(StrEnum):
    ARCHIVE = "archive"
    BASIC = "basic"


def register(app: typer.Typer) -> None:
    app.command("deidentify")(deidentify)
    app.command("deidentify-text")(deidentify_text)


def deidentify(  # noqa: PLR0913 - the options of the command
    paths: Annotated[list[Path] | None, typer.Argument(exists=True, help="Files, folders or zips.")] = None,
    *,
    output: Annotated[Path | None, typer.Option(help="Empty folder for the de-identified copies.")] = None,
    report: Annotated[Path | None, typer.Option(help="JSON lines: what became of each file, never a value.")] = None,
    profile: Annotated[
        ProfileName, typer.Option(help="archive: keeps what a reader needs. basic: the Basic Profile alone.")
    ] = ProfileName.ARCHIVE,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes at once; otherwise as many as fit.")
    ] = None,
    no_pixels: Annotated[bool, typer.Option("--no-pixels", help="Headers only: burned-in text stays.")] = False,
    max_memory: Annotated[str, typer.Option(help="What all processes may use together, like 800M or 2G.")] = "1G",
    secret_file: Annotated[
        Path | None, typer.Option(help="Continue an earlier run: the same patients get the same pseudonyms.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Print the rules as a table, and do nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """Write de-identified copies of files, folders and zips. Ends with 0 only if everything came out."""
    if explain:
        _explain(profile, as_json=as_json)
        return
    if not paths or output is None:
        raise typer.BadParameter("name files or folders, and --output")
    wishes = _Wishes(profile=profile, jobs=jobs, no_pixels=no_pixels, memory_bytes=_bytes(max_memory))
    watch = _Watch(is_quiet=as_json)
    with _one_sentence_at_the_end(watch), watch.bar:
        options = _options(wishes, watch, secret_file)
        counts = _run(paths, output, report=report, options=options)
    _tell(counts, watch, as_json=as_json)
    if not counts.is_complete:
        raise SystemExit(1)


def deidentify_text() -> None:
    """Read lines, write JSON lines: the de-identified `text`, and `spans` of the input with their `type`."""
    from deidentify.text import clean_text, find_spans
    from domain.text import IdentifiableText

    today = utc_now().date()
    for raw in sys.stdin.buffer:
        line = raw.decode("utf-8", errors="replace").rstrip("\r\n")
        spans = [asdict(span) for span in find_spans(line, today=today)]
        text = clean_text(IdentifiableText(line), today=today).value
        sys.stdout.write(json.dumps({"text": text, "spans": spans}, ensure_ascii=False) + "\n")
        sys.stdout.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wishes:
    """The options of the command, checked."""

    profile: ProfileName
    jobs: int | None
    no_pixels: bool
    memory_bytes: int


class _Watch:
    """What a run says while it goes on: how far it is, and what stayed out."""

    def __init__(self, *, is_quiet: bool) -> None:
        columns = (TextColumn("de-identifying"), BarColumn(), MofNCompleteColumn(), TextColumn("files ·"))
        left = (TimeRemainingColumn(compact=True), TextColumn("left"))
        self.bar = Progress(*columns, *left, console=console, disable=is_quiet or not console.is_terminal)
        self.task = self.bar.add_task("files", total=None)
        self.done = 0
        self.kept_out: list[tuple[str, str]] = []

    def progress(self, done: int, total: int) -> None:
        self.done = done
        self.bar.update(self.task, completed=done, total=total)

    def keep_out(self, name: str, code: str) -> None:
        self.kept_out.append((name, code))


@contextmanager
def _one_sentence_at_the_end(watch: _Watch) -> Iterator[None]:
    """Say in one line why a run ended early; a request to stop is met like Ctrl-C."""
    from deidentify.batch import BatchError

    def stop(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    done = "What is in the output folder is whole: {} files were done."
    try:
        yield
    except BatchError as error:
        sentence = _SENTENCES[error.code]
        fail(f"{sentence} {done.format(watch.done)}" if watch.done else sentence, code=1)
    except KeyboardInterrupt:
        fail(f"Stopped. {done.format(watch.done)}", code=1)
    finally:
        signal.signal(signal.SIGTERM, before)


def _options(wishes: _Wishes, watch: _Watch, secret_file: Path | None) -> BatchOptions:
    # The pixel libraries are read for this command alone: every other one starts without them.
    from bot.crew import CrewOptions, ProcessCrew, jobs_within
    from deidentify.batch import BatchOptions, read_secret
    from deidentify.door import DoorOptions
    from deidentify.limits import Limits
    from deidentify.profiles import profile_named

    jobs = wishes.jobs or jobs_within(wishes.memory_bytes, search_pixels=not wishes.no_pixels)
    crew = CrewOptions(jobs=jobs, memory_bytes=wishes.memory_bytes)
    return BatchOptions(
        door=DoorOptions(
            limits=Limits(held_bytes=crew.share(jobs) // 8),
            profile=profile_named(wishes.profile.value),
            search_pixels=not wishes.no_pixels,
            images_only=False,
        ),
        crew=ProcessCrew(options=crew),
        secret=None if secret_file is None else read_secret(secret_file),
        progress=watch.progress,
        kept_out=watch.keep_out,
    )


def _run(paths: Sequence[Path], output: Path, *, report: Path | None, options: BatchOptions) -> BatchCounts:
    from deidentify.batch import deidentify_paths

    return deidentify_paths(paths, output, report, options=options)


def _tell(counts: BatchCounts, watch: _Watch, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(asdict(counts)) + "\n")
        return
    console.print(", ".join(f"{count} {name}" for name, count in asdict(counts).items()))
    for name, code in watch.kept_out[:_MOST_TOLD]:
        sys.stderr.write(f"hilum: {_printable(name)}: {_sentence(code)}\n")
    if len(watch.kept_out) > _MOST_TOLD:
        sys.stderr.write(f"hilum: … and {len(watch.kept_out) - _MOST_TOLD} more: see the report\n")
    if counts.clean + counts.masked:
        console.print("Look at every picture before you pass it on.")


def _sentence(code: str) -> str:
    from wording.catalogue import load_catalogue

    key = f"refusal.{code}"
    known = load_catalogue().sentences[Language.ENGLISH]
    return _SENTENCES.get(code) or known.get(key) or code.replace("_", " ")


def _printable(name: str) -> str:
    """Return a file's name in one line, whatever is in it."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape", "replace").decode() for sign in name)


def _bytes(text: str) -> int:
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter("a size is a number with M or G behind it, like 800M", param_hint="--max-memory")
    return int(float(found.group(1)) * _UNITS[found.group(2).lower()])


def _explain(profile: ProfileName, *, as_json: bool) -> None:
    from deidentify.explanation import explain
    from deidentify.profiles import profile_named

    rows = [row._asdict() for row in explain(profile_named(profile.value))]
    show_rows(rows, as_json=as_json, empty="no rules")
