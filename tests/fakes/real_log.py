"""The real log of the program in a test: the JSON lines it writes, and everything put back afterwards."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from bot.logs import configure_logs


@contextmanager
def real_log() -> Iterator[io.StringIO]:
    """Write the log of this process, the libraries' too, into the stream that is given."""
    root = logging.getLogger()
    before = (root.handlers, root.level, logging.raiseExceptions, sys.excepthook, threading.excepthook)
    written = io.StringIO()
    configure_logs("info", written)
    try:
        yield written
    finally:
        logging.captureWarnings(capture=False)
        structlog.reset_defaults()
        root.handlers, level, logging.raiseExceptions, sys.excepthook, threading.excepthook = before
        root.setLevel(level)
