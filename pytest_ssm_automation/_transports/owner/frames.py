"""Find out from the frames of threads whether they wait for work, or are in a call.

Between its tasks, a worker that outlives a test waits on a queue, a condition or a socket. A thread that waits on
anything else, such as an event, a lock, a result or the clock, is busy.
"""

from __future__ import annotations

import dis
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, cast

from .identity import is_answered

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import FrameType

# Functions of the standard library with which other code waits for work, by module.
_FUNCTIONS: Final[Mapping[str, Collection[str]]] = {
    "asyncio.base_events": {"BaseEventLoop.run_forever"},
    "asyncio.windows_events": {"ProactorEventLoop.run_forever"},
    "logging.handlers": {"QueueListener._monitor"},
    "multiprocessing.connection": {
        "Listener.accept",
        "_ConnectionBase.poll",
        "_ConnectionBase.recv",
        "_ConnectionBase.recv_bytes",
        "wait",
    },
    "multiprocessing.queues": {"Queue.get", "SimpleQueue.get"},
    "queue": {"Queue.get", "_PySimpleQueue.get"},
    "socket": {"socket.accept"},
    "socketserver": {"BaseServer.handle_request", "BaseServer.serve_forever"},
    "ssl": {"SSLSocket.recv"},
    "threading": {"Condition.wait", "Condition.wait_for"},
}
_SELECTS: Final = "selectors"
# Where an idle thread of trio waits for its next task, on a lock.
_IN_TRIO: Final = ("trio._core._thread_cache", "WorkerThread._work")
# Built-in functions for the same purpose, which have no frames.
_BUILTINS: Final = frozenset(
    {"accept", "get", "poll", "recv", "recv_into", "recvfrom", "recvfrom_into", "run_forever", "select"}
)
_HOLDING: Final = frozenset({"acquire", "sleep"})
_LOOKS: Final = 25
_STEADY: Final = 3
_PAUSE_SECONDS: Final = 0.002
_pause = time.sleep


def waiting(threads: Collection[threading.Thread]) -> list[threading.Thread]:
    """Return the threads that wait for work.

    A running thread may be about to return to its queue, so it gets some milliseconds for that.
    """
    found: list[threading.Thread] = []
    undecided = {thread: (_look(thread), 0) for thread in threads}
    for _ in range(_LOOKS):
        if not undecided:
            break
        _pause(_PAUSE_SECONDS)
        for thread, (before, steady) in list(undecided.items()):
            now = _look(thread)
            steady = steady + 1 if now == before else 0  # noqa: PLW2901 - it is a counter
            undecided[thread] = now, steady
            waits_still = now.state == before.state == "waits" or (now.state == "seems" and steady == _STEADY)
            if waits_still:
                found.append(thread)
            if waits_still or (now.state == "held" and steady):
                del undecided[thread]
    return found


def waits(thread: threading.Thread) -> bool:
    """Return whether a thread waits for work now."""
    return _look(thread).state in {"waits", "seems"}


def calling() -> set[threading.Thread]:
    """Return the other threads that are in a call that fakes answer.

    Calls of aiobotocore are not found, because a waiting task is not on the stack of a thread.
    """
    others = set(threading.enumerate()) - {threading.current_thread()}
    if not others:
        return others
    frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage]  # documented
    # With the frame of this function, it would be a cycle, and keep alive what all threads have in their frames.
    frames.pop(threading.get_ident(), None)
    return {thread for thread in others if _is_calling(frames.get(thread.ident or 0))}


def _is_calling(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_name == "_make_api_call" and frame.f_globals.get("__name__") == "botocore.client":
            called = frame.f_locals
            return is_answered(called["self"], called["operation_name"])
        frame = frame.f_back
    return False


class _Look(NamedTuple):
    """The state of a thread at one moment.

    It waits for work; seems to wait, because it calls a function with the name of such a wait; is held by something
    else; or runs.
    """

    state: Literal["waits", "seems", "held", "runs"]
    frame: FrameType | None = None
    instruction: int = 0


def _look(thread: threading.Thread) -> _Look:
    # No variable for all frames: with the frame of this function, it would be a cycle.
    frame = sys._current_frames().get(thread.ident or 0)  # pyright: ignore[reportPrivateUsage]  # documented
    if frame is None:
        return _Look("held")
    called: FrameType | None = None
    caller: FrameType | None = frame
    while caller is not None and _is_standard(caller):
        if not _is_start(caller):
            called = caller
        caller = caller.f_back
    if called is not None:
        module, name = _name(called)
        return _Look("waits" if module == _SELECTS or name in _FUNCTIONS.get(module, ()) else "held", frame)
    if _name(frame) == _IN_TRIO:
        return _Look("waits", frame)
    target: Any = getattr(thread, "_target", None)
    instruction = frame.f_lasti
    name = getattr(target, "__name__", "") if _is_start(frame) else _builtin(frame, instruction)
    if name in _BUILTINS:
        return _Look("seems", frame, instruction)
    return _Look("held" if name in _HOLDING else "runs", frame, instruction)


def _is_standard(frame: FrameType) -> bool:
    return _name(frame)[0].partition(".")[0] in sys.stdlib_module_names


def _is_start(frame: FrameType) -> bool:
    """Return whether a frame is one of the first frames of all threads."""
    module, name = _name(frame)
    return module == "threading" and name in {"Thread._bootstrap", "Thread._bootstrap_inner", "Thread.run"}


def _name(frame: FrameType) -> tuple[str, str]:
    return frame.f_globals.get("__name__", ""), frame.f_code.co_qualname


def _builtin(frame: FrameType, instruction: int) -> str:
    """Return the name of the built-in function that a frame is calling; "get" for an iterator that blocks.

    The instructions that load the function have the same position as the call. Those of the arguments come later.
    """
    before = [each for each in dis.get_instructions(frame.f_code) if each.offset <= instruction]
    call = before.pop()
    if call.opname == "FOR_ITER":
        return "get"
    if not call.opname.startswith("CALL") or call.positions is None or call.positions.lineno is None:
        return ""
    start = (call.positions.lineno, call.positions.col_offset)
    names: list[str] = [
        each.argval
        for each in before
        if each.opname.startswith("LOAD_")
        and isinstance(each.argval, str)
        and each.positions
        and (each.positions.lineno, each.positions.col_offset) == start
    ]
    return "" if not names or _is_lookup(frame, names) else names[-1]


def _is_lookup(frame: FrameType, names: list[str]) -> bool:
    """Return whether a call, described by the names in its expression, is the `get` of a mapping."""
    first, *attributes = names[:-1] or [""]
    with suppress(KeyError, TypeError):
        value = {**frame.f_globals, **frame.f_locals}[first]
        for name in attributes:
            value = cast("object", vars(value)[name])
        return isinstance(value, Mapping)
    return False
