"""Settings of the process, other than its modules, environment and loggers, that a script may change."""

from __future__ import annotations

import gc
import locale
import logging
import os
import random
import signal
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from ..clients import boto3

if TYPE_CHECKING:
    from collections.abc import Callable


def _mask() -> int:
    """Return the mask of new files, which can't be read without setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _collect(enabled: object) -> None:
    (gc.enable if enabled else gc.disable)()


def _handlers() -> dict[int, Any]:
    return {each: signal.getsignal(each) for each in signal.valid_signals()}


def _set_handlers(before: dict[int, Any]) -> None:
    for each, handler in _handlers().items():
        if handler is not before[each]:
            signal.signal(each, before[each])


def _has_alarm() -> bool:
    return hasattr(signal, "getitimer") and signal.getitimer(signal.ITIMER_REAL)[0] > 0


def _end_alarm(_before: object) -> None:
    """End the alarm of a script. One of the test's own that it has ended can't be brought back."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def _settings() -> tuple[tuple[Callable[[], Any], Callable[[Any], object]], ...]:
    """Return what reads each setting, and what sets it."""
    return (
        (random.getstate, random.setstate),
        (lambda: locale.setlocale(locale.LC_ALL), lambda before: locale.setlocale(locale.LC_ALL, before)),
        (lambda: logging.root.manager.disable, logging.disable),
        (logging.getLogRecordFactory, logging.setLogRecordFactory),
        (logging.getLoggerClass, logging.setLoggerClass),
        (socket.getdefaulttimeout, socket.setdefaulttimeout),
        (sys.getrecursionlimit, sys.setrecursionlimit),
        (gc.isenabled, _collect),
        (_mask, os.umask),
        (_has_alarm, _end_alarm),
        (_handlers, _set_handlers),
        (lambda: [*sys.argv], lambda before: sys.argv.__setitem__(slice(None), before)),
    )


_ATTRIBUTES: Final = {
    sys: ("excepthook", "stdin"),
    threading: ("excepthook",),
    logging: ("raiseExceptions",),
    boto3(): ("DEFAULT_SESSION", "client", "resource", "Session"),
}


class Settings:
    """The settings before a script."""

    def __init__(self) -> None:
        """Read them."""
        self._values = [(read, write, read()) for read, write in _settings()]
        self._attributes = [(owner, name, getattr(owner, name)) for owner in _ATTRIBUTES for name in _ATTRIBUTES[owner]]
        self._zone = time.tzname

    def restore(self) -> None:
        """Set those that the script has changed, after the environment, which has the time zone."""
        for owner, name, value in self._attributes:
            setattr(owner, name, value)
        for read, write, value in self._values:
            if read() != value:
                write(value)
        if time.tzname != self._zone:
            time.tzset()
