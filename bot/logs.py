"""What is logged, and in which form: JSON lines in which only listed fields pass, each in its own shape.

A log is read by operators and copied far: no text, name, address, file name or
message of an exception may reach it, whoever writes the line.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator, MutableMapping
from types import MappingProxyType, TracebackType
from typing import Any, TextIO, get_args

import structlog

from domain.commands import Command
from domain.errors import HilumError
from domain.ports.services import Log

_CODE = re.compile(r"[a-z0-9_.:+-]{1,96}")
"""An id, a state, a time or a fixed word: lower case, nothing between words that a name has."""
_ERROR = re.compile(r"[A-Z][A-Za-z]{1,50}(?:Error|Exception)|(?:[A-Z][a-z]+){2,6}|[a-z0-9_.]{1,60}")
"""The type of an error, or the code of one of ours; a single capitalised word might be a name."""
_COMMAND = re.compile("|".join(command.__name__ for command in get_args(Command)))
_PLACE = re.compile(r"[A-Za-z0-9_<>.-]{1,80}:\d{1,6}")
_EVENT = re.compile(r"[a-z][a-z0-9_]{2,59}")

_PLAIN_FIELDS = """
    action attempts bytes cause channel code count delivery_id digest digest_id due_at entries failed files
    fields_dropped image_id images inbox_id job_id jobs key level logger member_id members messages milliseconds
    number object_id objects opening outcome panel_id part period pid planned port priority processes
    question_id queue_length reason refused removed rows seconds sent signal since size_bytes slices state
    status step strangers time upload_id uploads values_withheld version
"""

LISTED_FIELDS = MappingProxyType(
    dict.fromkeys(
        _PLAIN_FIELDS.split(),
        _CODE,
    )
    | dict.fromkeys(("error", "error_type"), _ERROR)
    | {"command": _COMMAND, "where": _PLACE}
)
"""Every field that may stand in a log line, with the shape of its text; numbers pass as they are."""

LEVELS = MappingProxyType(
    {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
)

Line = MutableMapping[str, Any]


def configure_logs(level: str, stream: TextIO, *, for_people: bool = False) -> None:
    """Send all logging of this process to a stream.

    Args:
        level: the least weighty lines that are written: debug, info, warning or error.
        stream: standard output in production.
        for_people: coloured lines instead of JSON; the same fields pass.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            _outline_error,
            _let_listed_pass,
            structlog.dev.ConsoleRenderer(timestamp_key="time") if for_people else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    _quiet_libraries(max(LEVELS[level], logging.WARNING))
    sys.excepthook = _log_crash
    threading.excepthook = _log_thread_crash


def get_log() -> Log:
    """Return the log of this process; before `configure_logs` it writes JSON to standard output."""
    if not structlog.is_configured():
        configure_logs("info", sys.stdout)
    log: Log = structlog.get_logger()
    return log


def outline(error: BaseException) -> dict[str, str | list[str]]:
    """Return an error's type, the fixed code of one of ours, and the lines it came through; never its message."""
    told: dict[str, str | list[str]] = {
        "error_type": " < ".join(type(each).__name__ for each in _with_causes(error)),
        "trace": [f"{_file_name(frame.filename)}:{line}" for frame, line in _frames(error)],
    }
    if isinstance(error, HilumError):
        told["code"] = error.code
    return told


def place_of(error: BaseException) -> str:
    """Return the file and line in which an error arose; empty where it was never raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"


def _outline_error(_logger: object, _method: str, line: Line) -> Line:
    given = line.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["_error"] = outline(error)
    return line


def _let_listed_pass(_logger: object, _method: str, line: Line) -> Line:
    """Drop every field that is not listed, and what does not have its field's shape; count both."""
    event = str(line.pop("event", ""))
    error = line.pop("_error", {})
    known = {name: value for name, value in line.items() if name in LISTED_FIELDS or name == "level"}
    passed = {name: value for name, value in known.items() if _has_shape(name, value)}
    kept: dict[str, Any] = {"event": event if _EVENT.fullmatch(event) else "event_unnamed", **passed, **error}
    if dropped := len(line) - len(known):
        kept["fields_dropped"] = dropped
    if withheld := len(known) - len(passed):
        kept["values_withheld"] = withheld
    return kept


def _has_shape(name: str, value: object) -> bool:
    if isinstance(value, int | float):
        return True
    if name == "time":
        return isinstance(value, str)
    return isinstance(value, str) and LISTED_FIELDS[name].fullmatch(value) is not None


class _NameAndLevel(logging.Handler):
    """What libraries log: who and how weighty, since their messages hold addresses and values."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        weight = min(record.levelno // 10 * 10, logging.ERROR)
        error = record.exc_info[1] if record.exc_info else None
        log.log(weight, "library_spoke", logger=record.name.lower(), exc_info=error)


def _quiet_libraries(level: int) -> None:
    root = logging.getLogger()
    root.handlers = [_NameAndLevel()]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False


def _log_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    structlog.get_logger().error("process_crashed", exc_info=error)


def _log_thread_crash(crash: threading.ExceptHookArgs) -> None:
    structlog.get_logger().error("thread_crashed", exc_info=crash.exc_value)


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__


def _frames(error: BaseException) -> list[tuple[traceback.FrameSummary, int]]:
    frames = traceback.extract_tb(error.__traceback__)
    return [(frame, frame.lineno or 0) for frame in frames]


def _file_name(path: str) -> str:
    return "/".join(path.replace("\\", "/").rsplit("/", 2)[-2:])
