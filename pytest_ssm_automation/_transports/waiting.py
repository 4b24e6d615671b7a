"""Whether a thread waits for work, or is at work: read from its frames.

A worker that outlives a test waits on a queue, a condition or a socket between its tasks. Whoever waits on anything
else, such as an event, a lock, a result or the clock, is in the middle of something.
"""

from __future__ import annotations

import dis
import sys
import time
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection
    from types import FrameType

# What code outside the standard library calls to wait for work: the function, by module and qualified name.
_FUNCTIONS: Final = frozenset(
    {
        ("asyncio.base_events", "BaseEventLoop.run_forever"),
        ("asyncio.windows_events", "ProactorEventLoop.run_forever"),
        ("logging.handlers", "QueueListener._monitor"),
        ("multiprocessing.connection", "Listener.accept"),
        ("multiprocessing.connection", "_ConnectionBase.poll"),
        ("multiprocessing.connection", "_ConnectionBase.recv"),
        ("multiprocessing.connection", "_ConnectionBase.recv_bytes"),
        ("multiprocessing.connection", "wait"),
        ("multiprocessing.queues", "JoinableQueue.get"),
        ("multiprocessing.queues", "Queue.get"),
        ("multiprocessing.queues", "SimpleQueue.get"),
        ("queue", "Queue.get"),
        ("queue", "_PySimpleQueue.get"),
        ("socket", "socket.accept"),
        ("socketserver", "BaseServer.handle_request"),
        ("socketserver", "BaseServer.serve_forever"),
        ("ssl", "SSLSocket.recv"),
        ("threading", "Condition.wait"),
        ("threading", "Condition.wait_for"),
    }
)
_SELECTS: Final = "selectors"
# The same for functions that have no frame of their own.
_BUILTINS: Final = frozenset(
    {"accept", "get", "poll", "recv", "recv_into", "recvfrom", "recvfrom_into", "run_forever", "select"}
)
_HOLDING: Final = frozenset({"acquire", "sleep"})
_LOOKS: Final = 25
_PAUSE_SECONDS: Final = 0.002
_pause = time.sleep


def waiting(threads: Collection[threading.Thread]) -> list[threading.Thread]:
    """Give those of the threads that wait for work.

    A thread that runs at the moment may be on its way back to its queue: it gets some milliseconds to arrive.
    """
    found: list[threading.Thread] = []
    undecided = {thread: _look(thread) for thread in threads}
    for _ in range(_LOOKS):
        if not undecided:
            break
        _pause(_PAUSE_SECONDS)
        for thread, before in list(undecided.items()):
            now = undecided[thread] = _look(thread)
            if now.state == before.state == "waits":
                found.append(thread)
            if now.state == before.state != "runs" and (now.state == "waits" or now.frame is before.frame):
                del undecided[thread]
    return found


def waits(thread: threading.Thread) -> bool:
    """Tell whether a thread waits for work at this moment."""
    return _look(thread).state == "waits"


class _Look(NamedTuple):
    """Where a thread was at one moment, and what it did there: it waited for work, was held by something, or ran."""

    frame: FrameType | None
    state: Literal["waits", "held", "runs"]


def _look(thread: threading.Thread) -> _Look:
    frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage]  # documented, and there is no other
    frame = frames.get(thread.ident or 0)
    if frame is None:
        return _Look(None, "held")
    called: FrameType | None = None
    caller: FrameType | None = frame
    while caller is not None and _is_standard(caller):
        if not _is_start(caller):
            called = caller
        caller = caller.f_back
    if called is not None:
        module, name = _name(called)
        return _Look(frame, "waits" if module == _SELECTS or (module, name) in _FUNCTIONS else "held")
    target: Any = getattr(thread, "_target", None)
    name = getattr(target, "__name__", "") if _is_start(frame) else _builtin(frame, frame.f_lasti)
    return _Look(frame, "waits" if name in _BUILTINS else "held" if name in _HOLDING else "runs")


def _is_standard(frame: FrameType) -> bool:
    return _name(frame)[0].partition(".")[0] in sys.stdlib_module_names


def _is_start(frame: FrameType) -> bool:
    """Tell whether a frame is one of those with which each thread starts."""
    module, name = _name(frame)
    return module == "threading" and name in {"Thread._bootstrap", "Thread._bootstrap_inner", "Thread.run"}


def _name(frame: FrameType) -> tuple[str, str]:
    return frame.f_globals.get("__name__", ""), frame.f_code.co_qualname


def _builtin(frame: FrameType, instruction: int) -> str:
    """Name the function without a frame that a frame is calling; "get" where it iterates over one that blocks.

    The instruction that has loaded the function begins where the call does, and its arguments come later.
    """
    before = [each for each in dis.get_instructions(frame.f_code) if each.offset <= instruction]
    call = before.pop()
    if call.opname == "FOR_ITER":
        return "get"
    if not call.opname.startswith("CALL") or call.positions is None or call.positions.lineno is None:
        return ""
    start = (call.positions.lineno, call.positions.col_offset)
    names = [
        each.argval
        for each in before
        if each.opname.startswith("LOAD_")
        and isinstance(each.argval, str)
        and each.positions
        and (each.positions.lineno, each.positions.col_offset) == start
    ]
    return names[-1] if names else ""
