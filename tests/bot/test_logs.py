"""Only listed fields in their own shape reach a log, whoever writes and whatever goes wrong."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import LISTED_FIELDS, configure_logs, get_log
from domain.errors import PermanentError

PATIENT = "Xylofoon Quibblethwaite"


@pytest.fixture
def stream(monkeypatch):
    """The stream of a configured log; what it changes in the process is put back."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", root.handlers)
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    written = io.StringIO()
    configure_logs("info", written)
    yield written
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_listed_fields_are_written_as_json(stream):
    get_log().info("question_taken", question_id="0f" * 16, images=2, seconds=0.25)

    (line,) = lines(stream)
    assert line.pop("time").endswith("Z")
    assert line == {
        "event": "question_taken",
        "level": "info",
        "question_id": "0f" * 16,
        "images": 2,
        "seconds": 0.25,
    }


def test_other_fields_are_dropped_and_counted(stream):
    get_log().warning("sender_unknown", text=PATIENT, file_name=PATIENT, channel="web")

    (line,) = lines(stream)
    assert (line["channel"], line["fields_dropped"]) == ("web", 2)
    assert not line.keys() & {"text", "file_name"}


@pytest.mark.parametrize("field", sorted({*LISTED_FIELDS, "event", "text", "exception", "stack", "stack_info"}))
@pytest.mark.parametrize("name", [PATIENT, "QUIBBLETHWAITE^XYLOFOON", "가나다라", "xylofoon\nquibblethwaite"])
def test_no_name_gets_through_in_any_field(stream, field, name):
    if field == "event":
        get_log().error(name)
    else:
        get_log().error("command_failed", **{field: name})

    assert len(lines(stream)) == 1
    assert "quibblethwaite" not in stream.getvalue().lower()
    assert json.dumps("가나다라").strip('"') not in stream.getvalue()


@given(value=st.text() | st.binary() | st.lists(st.text()) | st.none())
def test_whatever_has_another_shape_is_withheld(value):
    from bot.logs import _has_shape  # noqa: PLC0415 - one rule, seen alone

    assert not _has_shape("question_id", value) or set(value) <= set("abcdefghijklmnopqrstuvwxyz0123456789_.:+-")


@pytest.mark.parametrize("field", ["command", "error", "error_type", "where"])
def test_single_name_is_no_type_of_error(stream, field):
    get_log().error("command_failed", **{field: "Quibblethwaite"})

    assert lines(stream)[0]["values_withheld"] == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("command", "Deliver"),
        ("error", "question_unknown"),
        ("error_type", "OSError"),
        ("error_type", "InvalidTag"),
        ("where", "route.py:41"),
    ],
)
def test_words_of_our_own_pass(stream, field, value):
    get_log().error("command_failed", **{field: value})

    assert lines(stream)[0][field] == value


def test_withheld_values_are_counted(stream):
    get_log().info("question_taken", state=PATIENT, channel="web")

    assert lines(stream)[0]["values_withheld"] == 1


def test_library_says_only_who_and_how_weighty(stream):
    logging.getLogger("httpx").error("GET https://%s/", PATIENT, extra={"patient": PATIENT})

    (line,) = lines(stream)
    assert (line["event"], line["logger"], line["level"]) == ("library_spoke", "httpx", "error")
    assert PATIENT not in stream.getvalue()


def test_chatter_of_libraries_is_left_out(stream):
    logging.getLogger("httpx").info("GET %s", PATIENT)

    assert stream.getvalue() == ""


def test_warnings_of_libraries_keep_their_text_to_themselves(stream):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"invalid value {PATIENT}", UserWarning, stacklevel=1)

    assert lines(stream)[0]["logger"] == "py.warnings"
    assert PATIENT not in stream.getvalue()


def test_traceback_has_neither_message_nor_variables(stream):
    logging.getLogger("pydicom").exception("failed for %s", PATIENT, exc_info=_error_of_a_parser())

    (line,) = lines(stream)
    assert line["error_type"] == "PermanentError < ValueError"
    assert line["code"] == "not_readable"
    assert line["trace"][0].startswith("bot/test_logs.py:")
    assert "Quibble" not in stream.getvalue()


def test_crash_of_the_process_is_outlined(stream):
    error = _error_of_a_parser()

    sys.excepthook(type(error), error, error.__traceback__)

    assert lines(stream)[0]["event"] == "process_crashed"
    assert "Quibble" not in stream.getvalue()


@pytest.mark.filterwarnings("default")
def test_crash_of_a_thread_is_outlined(stream):
    threading.excepthook(threading.ExceptHookArgs((ValueError, ValueError(PATIENT), None, None)))

    assert (lines(stream)[0]["event"], lines(stream)[0]["error_type"]) == ("thread_crashed", "ValueError")
    assert "Quibble" not in stream.getvalue()


def test_interrupt_by_keyboard_is_no_crash(stream, capsys):
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)

    assert stream.getvalue() == ""
    assert "KeyboardInterrupt" in capsys.readouterr().err


def test_lines_for_people_let_the_same_fields_pass(stream):
    readable = io.StringIO()
    configure_logs("warning", readable, for_people=True)

    get_log().info("question_taken", images=2)
    get_log().warning("sender_unknown", text=PATIENT, images=3)

    assert "images" in readable.getvalue()
    assert "question_taken" not in readable.getvalue()
    assert PATIENT not in readable.getvalue()


def test_log_lets_only_listed_fields_pass_from_the_start(stream, capsys):
    structlog.reset_defaults()

    get_log().info("question_taken", text=PATIENT)

    assert json.loads(capsys.readouterr().out)["fields_dropped"] == 1


def _error_of_a_parser() -> PermanentError:
    patient = PATIENT
    try:
        try:
            raise ValueError(f"cannot read {patient}")
        except ValueError as error:
            raise PermanentError("not_readable") from error
    except PermanentError as error:
        return error
