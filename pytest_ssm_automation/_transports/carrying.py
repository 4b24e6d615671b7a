"""Carries the owner of running work to the threads that it starts, and to the tasks that it submits to a pool.

Only the owner is carried, never the whole context: production code has no context in a new thread, and a test must not
lend it one. The threads of a pool belong to nobody, since they serve the tasks of many tests; each task has an owner.
"""

from __future__ import annotations

import _thread
import operator
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from inspect import signature
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from .active import OWNER, owner_of_new_work
from .patching import Patches, WrapperPatch
from .waiting import waiting, waits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .active import Active

_POOLS: Final = ("anyio.", "concurrent.", "multiprocessing.", "trio.")
_POOLS_THAT_COPY_CONTEXTS: Final = ("anyio.", "trio.")
_THREAD_POOL: Final = "multiprocessing.pool"
_CALLBACKS: Final = frozenset({"callback", "error_callback"})
_MISSING: Final = object()


class OwnedTask:
    """A function that was submitted to a pool, or as a callback: runs as part of the work that has submitted it."""

    __slots__ = ("__weakref__", "_function", "_owner")

    def __init__(self, function: Callable[..., Any], owner: Active) -> None:
        """Remember whose it is."""
        self._function, self._owner = function, owner
        _tasks.add(self)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function, with the thread belonging to the task's owner meanwhile."""
        of_thread = threading.current_thread().__dict__
        before = of_thread.get(OWNER, _MISSING)
        of_thread[OWNER] = self._owner
        try:
            return self._function(*args, **kwargs)
        finally:
            if before is _MISSING:
                del of_thread[OWNER]
            else:
                of_thread[OWNER] = before

    def __reduce__(self) -> tuple[Any, ...]:
        """Be the plain function in another interpreter, to which a pool may copy it."""
        return operator.itemgetter(0), ((self._function,),)


class _OwnedOnce(OwnedTask):
    """A function that is called at most once: it's done then, also where its exception keeps it alive."""

    __slots__ = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().__call__(*args, **kwargs)
        finally:
            _tasks.discard(self)


_tasks: WeakSet[OwnedTask] = WeakSet()
_copied: WeakSet[threading.Thread] = WeakSet()
_pool_patches = Patches()


def restore_thread_pools() -> None:
    """Put back what was wrapped of `multiprocessing.pool`."""
    _pool_patches.restore()


def let_go(gone: Active) -> None:
    """Let threads that wait for work, of a fake that has gone, belong to nobody: they may serve other tests."""
    threads = threading.enumerate()
    raw = [each for each in threads if getattr(each, OWNER, None) is gone and not isinstance(each, threading.Timer)]
    mine = [thread for thread in raw if not _home(thread).startswith(_POOLS)]
    for thread in waiting(mine):
        setattr(thread, OWNER, None)
    _copied.update(each for each in threads if _home(each).startswith(_POOLS_THAT_COPY_CONTEXTS))


def any_left() -> bool:
    """Tell whether work is left that belongs to a fake: in a thread that runs, or in the queue of a pool."""
    for thread in list(_copied):
        if not thread.is_alive() or waits(thread):
            _copied.discard(thread)
    owned = (thread for thread in threading.enumerate() if getattr(thread, OWNER, None) is not None)
    return bool(_tasks or _copied) or any(owned)


def _start(original: Callable[..., None], thread: threading.Thread, *args: Any, **kwargs: Any) -> None:
    """Stand before `threading.Thread.start`."""
    home = _home(thread)
    if home == f"{_THREAD_POOL}.":
        patch_thread_pools()
    if thread.ident is None and not home.startswith(_POOLS) and (owner := owner_of_new_work()):
        setattr(thread, OWNER, owner)
    original(thread, *args, **kwargs)


def _submit(original: Callable[..., Any], pool: ThreadPoolExecutor, *args: Any, **kwargs: Any) -> Any:
    """Stand before `ThreadPoolExecutor.submit`."""
    if args and (owner := owner_of_new_work()):
        args = (_OwnedOnce(args[0], owner), *args[1:])
    return original(pool, *args, **kwargs)


def _call_back(original: Callable[..., None], future: Any, *args: Any, **kwargs: Any) -> None:
    """Stand before `concurrent.futures.Future.add_done_callback`."""
    if args and (owner := owner_of_new_work()):
        args = (_OwnedOnce(args[0], owner), *args[1:])
    original(future, *args, **kwargs)


def _start_raw(original: Callable[..., int], *args: Any, **kwargs: Any) -> int:
    """Stand before `_thread.start_new_thread`, which `threading` has imported by name."""
    if args and callable(args[0]) and (owner := owner_of_new_work()):
        args = (_OwnedOnce(args[0], owner), *args[1:])
    return original(*args, **kwargs)


def patch_thread_pools() -> None:
    """Let the tasks of `multiprocessing.pool` belong to the work that hands them out, once it has been imported."""
    if _THREAD_POOL in sys.modules and not _pool_patches:
        _pool_patches.apply(_of_thread_pools(sys.modules[_THREAD_POOL]))


@cache
def _of_thread_pools(module: Any) -> Sequence[WrapperPatch]:
    methods = ("_map_async", "apply_async", "imap", "imap_unordered")
    return [WrapperPatch(module.Pool, method, _hand_out) for method in methods]


def _hand_out(original: Callable[..., Any], pool: Any, function: Any, *args: Any, **kwargs: Any) -> Any:
    """Stand before the methods of `multiprocessing.pool.Pool` that take a function; callbacks run in this process."""
    if owner := owner_of_new_work():
        if isinstance(pool, sys.modules[_THREAD_POOL].ThreadPool):
            function = OwnedTask(function, owner)
        _, _, *names = signature(original).parameters
        given = zip(names, args, strict=False)
        args = tuple(_owned_callback(name, value, owner) for name, value in given) + args[len(names) :]
        kwargs = {name: _owned_callback(name, value, owner) for name, value in kwargs.items()}
    return original(pool, function, *args, **kwargs)


def _owned_callback(name: str, value: Any, owner: Active) -> Any:
    return _OwnedOnce(value, owner) if name in _CALLBACKS and value is not None else value


def _home(thread: threading.Thread) -> str:
    """Give the module of what a thread runs, with a dot behind it."""
    target = getattr(thread, "_target", None)
    return f"{type(thread).__module__ if target is None else getattr(target, '__module__', '')}."


# What lets threads, tasks and callbacks belong to the work that starts or submits them.
CARRIERS: Final = (
    WrapperPatch(threading.Thread, "start", _start),
    WrapperPatch(_thread, "start_new_thread", _start_raw),
    WrapperPatch(ThreadPoolExecutor, "submit", _submit),
    WrapperPatch(Future, "add_done_callback", _call_back),
)
