"""The state of the process that a script may change, and that is restored after it."""

from __future__ import annotations

import locale
import logging
import os
import random
import signal
import socket
import sys
import threading
import time
import warnings
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout
from decimal import localcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..._forks import on_fork, renew
from ..._service.accounts import account_of_key
from ..._service.working import ENDPOINT, behind_endpoints, is_served
from ..clients import boto3, credentials_of
from .imports import Modules
from .stopping import limited

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..attempt import Attempt

_lock: Final = threading.RLock()
_REGIONS: Final = ("AWS_DEFAULT_REGION", "AWS_REGION")
_PROFILES: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")


@contextmanager
def isolated(attempt: Attempt) -> Generator[None]:
    """Run a script alone, and restore what it changes in the process.

    A script that a step of another one has started, in whichever thread, runs inside that one.
    """
    with _alone(attempt), warnings.catch_warnings(), localcontext():
        # A warning is no failure, even where the user's tests take it for one.
        warnings.simplefilter("default")
        modules, before = Modules(attempt), _Before()
        # As in a process of its own, each script has other random values, so that names which it draws don't collide.
        random.seed(f"{attempt.run.id} {len(attempt.run.history)} {attempt.number}")
        try:
            _place(attempt)
            with limited(attempt), redirect_stdout(sys.stdout), redirect_stderr(sys.stderr):
                yield
        finally:
            before.restore()
            modules.restore()


@contextmanager
def _alone(attempt: Attempt) -> Generator[None]:
    with nullcontext() if attempt.is_isolated else _lock:
        attempt.is_isolated = True
        yield


def _place(attempt: Attempt) -> None:
    """Give clients that name neither a Region nor credentials those of the execution."""
    run, environ = attempt.run, os.environ
    if is_served():
        url = behind_endpoints()
        environ.pop(ENDPOINT) if url is None else environ.update({ENDPOINT: url})
    names_account = account_of_key(environ.get("AWS_ACCESS_KEY_ID")) == run.account
    names_region = {*map(environ.get, _REGIONS)} == {run.region}
    if not (names_account and names_region and not any(map(environ.get, _PROFILES))):
        for name in _PROFILES:
            environ.pop(name, None)
        environ.update({name.upper(): value for name, value in credentials_of(run).items()})
        environ.update(dict.fromkeys(_REGIONS, run.region))
        boto3().DEFAULT_SESSION = None
    if boto3().DEFAULT_SESSION is None:
        boto3().DEFAULT_SESSION = attempt.session()


class _Before:
    """The state before a script."""

    def __init__(self) -> None:
        self._environ = dict(os.environ)
        self._zone = time.tzname
        self._folder = _folder()
        self._locale = locale.setlocale(locale.LC_ALL)
        self._random = random.getstate()
        self._timeout = socket.getdefaulttimeout()
        self._handlers = {each: signal.getsignal(each) for each in signal.valid_signals()}
        self._has_alarm = _has_alarm()
        self._disabled = logging.root.manager.disable
        self._loggers = [(logger, _settings(logger)) for logger in _loggers()]
        self._boto3 = {name: getattr(boto3(), name) for name in ("DEFAULT_SESSION", "client", "resource", "Session")}

    def restore(self) -> None:
        for name in [name for name in os.environ if name not in self._environ]:
            del os.environ[name]
        os.environ.update({name: value for name, value in self._environ.items() if os.environ.get(name) != value})
        if time.tzname != self._zone:
            time.tzset()
        if self._folder and self._folder != _folder():
            os.chdir(self._folder)
        if self._locale != locale.setlocale(locale.LC_ALL):
            locale.setlocale(locale.LC_ALL, self._locale)
        random.setstate(self._random)
        socket.setdefaulttimeout(self._timeout)
        self._restore_signals()
        logging.disable(self._disabled)
        for logger, before in self._loggers:
            if _settings(logger) != before:
                level, logger.disabled, logger.propagate, logger.handlers[:] = before
                logger.setLevel(level)
        for name, value in self._boto3.items():
            setattr(boto3(), name, value)

    def _restore_signals(self) -> None:
        # An alarm of the test's own that a script has ended can't be brought back.
        if not self._has_alarm and _has_alarm():
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in self._handlers.items():
            if signal.getsignal(number) is not handler:
                signal.signal(number, handler)


def _has_alarm() -> bool:
    return hasattr(signal, "getitimer") and signal.getitimer(signal.ITIMER_REAL)[0] > 0


def _folder() -> Path | None:
    try:
        return Path.cwd()
    except FileNotFoundError:
        return None


def _loggers() -> list[logging.Logger]:
    known = list(logging.root.manager.loggerDict.values())
    return [logging.root, *(each for each in known if isinstance(each, logging.Logger))]


def _settings(logger: logging.Logger) -> tuple[Any, ...]:
    return logger.level, logger.disabled, logger.propagate, [*logger.handlers]


on_fork(after_in_child=lambda: renew(_lock))
