from __future__ import annotations

import _thread
import asyncio
import os
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.thread import _WorkItem
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import botocore
import pytest
import wrapt
from botocore.awsrequest import AWSConnection, AWSPreparedRequest
from botocore.client import BaseClient
from botocore.compat import HTTPHeaders
from botocore.configprovider import ConfigValueStore
from botocore.credentials import CredentialResolver, ProcessProvider
from botocore.httpsession import URLLib3Session
from botocore.stub import Stubber
from urllib3.connection import HTTPConnection, HTTPSConnection

import pytest_ssm_automation
from pytest_ssm_automation import AutomationFake, AutomationFakeError, NetworkBlockedError, _clock
from pytest_ssm_automation._transports import names
from pytest_ssm_automation._transports.hooks import interception

if TYPE_CHECKING:
    from types import FrameType

PACKAGE = str(Path(pytest_ssm_automation.__file__).parent)
# All that a fake replaces.
REPLACED: tuple[tuple[Any, str], ...] = (
    (AWSConnection, "request"),
    (BaseClient, "__init__"),
    (BaseClient, "_convert_to_request_dict"),
    (BaseClient, "_make_request"),
    (ConfigValueStore, "get_config_variable"),
    (CredentialResolver, "load_credentials"),
    (Future, "add_done_callback"),
    (HTTPConnection, "connect"),
    (HTTPSConnection, "connect"),
    (ProcessProvider, "_retrieve_credentials_using"),
    (URLLib3Session, "send"),
    (_WorkItem, "__init__"),
    (_thread, "start_new_thread"),
    (asyncio, "sleep"),
    (threading.Thread, "start"),
    (time, "sleep"),
)


def state() -> list[Any]:
    """Read all that a fake changes."""
    with pytest.raises(AutomationFakeError):
        AutomationFake.current()
    return [*(vars(owner).get(name) for owner, name in REPLACED), dict(os.environ)]


class _Interrupt:
    """A trace that interrupts the code of the package when it first gets to the nth line that it has not been at."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.seen: set[tuple[str, int]] = set()

    def __call__(self, frame: FrameType, event: str, _: object) -> Any:
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        self.seen.add((frame.f_code.co_filename, frame.f_lineno))
        if event == "line" and len(self.seen) >= self.number:
            raise KeyboardInterrupt
        return self


def enter_interrupted(fake: AutomationFake, line: int) -> bool:
    """Enter a fake, and interrupt it at a line; return whether it has so many lines."""
    outer = sys.gettrace()
    sys.settrace(_Interrupt(line))
    try:
        fake.__enter__()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(outer)
    return False


def test_a_fake_is_entered_as_a_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever line of entering it is interrupted, everything is what it was, and the fake can be entered again."""
    before, fake, line = state(), AutomationFake(skip_sleep=True, seed="interrupted"), 1
    monkeypatch.setattr(_clock, "_NOT_PATCHED", {name.partition(".")[0] for name in sys.modules})  # they are many
    while enter_interrupted(fake, line):
        assert (line, state()) == (line, before)
        line += 1
    assert line > 100
    with pytest.raises(AutomationFakeError, match="already active"):
        fake.__enter__()
    fake.client().start_automation_execution(DocumentName="Doc")
    fake.__exit__(None, None, None)
    assert (state(), len(fake.calls)) == (before, 1)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (owner, name)
        for owner, name in REPLACED
        if isinstance(owner, type) and not any(name in vars(base) for base in owner.__mro__[1:])
    ],
)
def test_a_name_that_is_gone_is_named(owner: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a library lacks what a fake replaces, entering it says so, and changes nothing."""
    monkeypatch.delattr(owner, name)
    before = [vars(owner).get(name) for owner, name in REPLACED], dict(os.environ)
    with pytest.raises(AutomationFakeError, match=rf"does not support .* [\d.]+.*: .*{name} is missing\."):
        AutomationFake().__enter__()
    assert ([vars(owner).get(name) for owner, name in REPLACED], dict(os.environ)) == before


def test_missing_names_are_looked_for_before_anything_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first fake of a process names all that an installed library lacks, of instances too, and what works."""
    interception._check_names.cache_clear()
    monkeypatch.delattr(Stubber, "_get_response_handler")
    monkeypatch.setitem(names._NAMES["botocore"], "botocore.stub:Gone", ("method",))
    monkeypatch.setattr(
        names, "_is_set_by_init", lambda _, name: name not in {"_event_emitter", "_get_response_handler"}
    )
    before = state()
    with pytest.raises(AutomationFakeError) as caught:
        AutomationFake().__enter__()
    missing = "Endpoint._event_emitter, Stubber._get_response_handler, Gone.method are missing"
    assert str(caught.value) == (
        f"The fake does not support botocore {botocore.__version__}: {missing}. "
        f"These versions work: {names.SUPPORTED['botocore']}."
    )
    assert state() == before


@wrapt.decorator
def by_wrapt(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    """Wrap as tracing libraries do, which need the instance."""
    assert instance is not None
    return wrapped(*args, **kwargs)


def test_work_is_started_through_wrappers_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads, tasks of pools and requests go their way where another library has wrapped the methods before."""
    for owner, name in ((threading.Thread, "start"), (ThreadPoolExecutor, "submit"), (URLLib3Session, "send")):
        monkeypatch.setattr(owner, name, by_wrapt(getattr(owner, name)))
    with AutomationFake() as fake, ThreadPoolExecutor(1) as pool:
        client: Any = fake.client()
        thread = threading.Thread(target=client.start_automation_execution, kwargs={"DocumentName": "thread"})
        thread.start()
        thread.join()
        pool.submit(client.start_automation_execution, DocumentName="pool").result()
        with pytest.raises(NetworkBlockedError):
            client.describe_instance_information()
        fake.assert_blocked()
    assert [call.params["DocumentName"] for call in fake.calls] == ["thread", "pool"]


@pytest.mark.parametrize("how", [{}, {"autospec": True}])
def test_mocks_of_a_test_record_what_they_were_called_with(how: dict[str, Any]) -> None:
    """A mock from before the fake sees the calls of the code under test, and nothing of the fake."""
    thread: Any = threading.Thread()
    session: Any = URLLib3Session()
    request = AWSPreparedRequest("GET", "https://example.com", HTTPHeaders(), b"", stream_output=False)
    with (
        ThreadPoolExecutor(1) as pool,
        mock.patch.object(threading.Thread, "start", **how) as start,
        mock.patch.object(ThreadPoolExecutor, "submit", **how) as submit,
        mock.patch.object(URLLib3Session, "send", **how) as send,
        AutomationFake(),
    ):
        of_thread, of_pool, of_session = [([each] if how else []) for each in (thread, pool, session)]
        thread.start()
        pool.submit(print, 1)
        session.send(request)
        thread.start.assert_called_once_with(*of_thread)
    start.assert_called_once_with(*of_thread)
    submit.assert_called_once_with(*of_pool, print, 1)
    send.assert_called_once_with(*of_session, request)
