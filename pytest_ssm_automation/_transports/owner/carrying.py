"""Carry the owner of running work to the threads that it starts, and to the tasks that it submits to a pool.

Only the owner is carried, not the whole context: in production, a new thread has no context, and a test must not
provide one. The threads of a pool have no owner, because they run the tasks of many tests. Each task has an owner.
"""

from __future__ import annotations

import _thread
import operator
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import thread as pools
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from ..._forks import on_fork, renew
from ..._service.working import at_work, set_work
from ..patching import Patch, Patches
from .active import OWNER, owner_of_new_work
from .frames import waiting, waits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .active import Active

# gevent replaces `threading.Thread` by a subclass without a `start` of its own.
_THREAD: Final = [kind for kind in threading.Thread.__mro__ if "start" in vars(kind)][-1]
_POOLS: Final = ("anyio.", "concurrent.", "multiprocessing.", "trio.")
_POOLS_THAT_COPY_CONTEXTS: Final = ("anyio.", "trio.")
_THREAD_POOL: Final = "multiprocessing.pool"
_MISSING: Final = object()


class OwnedTask:
    """A submitted task or callback, which runs with the owner of the code that submitted it, and for the same step."""

    __slots__ = ("__weakref__", "_function", "_owner", "_work")

    def __init__(self, function: Callable[..., Any], owner: Active) -> None:
        """Store the owner, and the step that is being executed here."""
        self._function, self._owner, self._work = function, owner, at_work()
        _tasks.add(self)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function, and set the owner of the thread meanwhile."""
        of_thread = threading.current_thread().__dict__
        before = of_thread.get(OWNER, _MISSING)
        of_thread[OWNER] = self._owner
        work = set_work(self._work)
        try:
            return self._function(*args, **kwargs)
        finally:
            set_work(work)
            if before is _MISSING:
                del of_thread[OWNER]
            else:
                of_thread[OWNER] = before

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the plain function, because a pool may copy it to another interpreter."""
        return operator.itemgetter(0), ((self._function,),)


class _OwnedOnce(OwnedTask):
    """A function that is called at most once. It is done after the call, even if its exception keeps it alive."""

    __slots__ = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().__call__(*args, **kwargs)
        finally:
            _tasks.discard(self)
            del self._function  # a task of a pool contains this object, and its method is the function


_tasks: WeakSet[OwnedTask] = WeakSet()
_copied: WeakSet[threading.Thread] = WeakSet()
_pool_patches = Patches()
_lock = threading.Lock()  # several threads may start the first pool


def restore_pools() -> None:
    """Restore `multiprocessing.pool`."""
    with _lock:
        _pool_patches.restore()


def let_go(gone: Active) -> None:
    """Remove an ended fake as the owner of threads that wait for work, because they may serve other tests."""
    threads = threading.enumerate()
    if len(threads) == 1:  # the main thread
        return
    raw = [each for each in threads if getattr(each, OWNER, None) is gone and not isinstance(each, threading.Timer)]
    mine = [thread for thread in raw if not _home(thread).startswith(_POOLS)]
    for thread in waiting(mine):
        setattr(thread, OWNER, None)
    _copied.update(each for each in threads if _home(each).startswith(_POOLS_THAT_COPY_CONTEXTS))


def any_left() -> bool:
    """Return whether work with an owner is left, in a running thread or in the queue of a pool."""
    for thread in list(_copied) if _copied else ():
        if not thread.is_alive() or waits(thread):
            _copied.discard(thread)
    if _tasks or _copied:
        return True
    return any(getattr(thread, OWNER, None) is not None for thread in threading.enumerate())


def _start(original: Callable[..., None], thread: threading.Thread, *args: Any, **kwargs: Any) -> None:
    """Wrap `threading.Thread.start`."""
    home = _home(thread)
    if home == f"{_THREAD_POOL}.":
        _patch_pools()
    if thread.ident is None and not home.startswith(_POOLS) and (owner := owner_of_new_work()):
        setattr(thread, OWNER, owner)
        set_work(at_work(), thread)
    original(thread, *args, **kwargs)


def _make_task(original: Callable[..., None], task: Any, *args: Any, **kwargs: Any) -> None:
    """Wrap `__init__` of tasks of a pool. A wrapper of `submit` would alter what a mock of it records."""
    original(task, *args, **kwargs)
    if owner := owner_of_new_work():
        task.run = _OwnedOnce(task.run, owner)


def _call_back(original: Callable[..., None], future: Any, *args: Any, **kwargs: Any) -> None:
    """Wrap `concurrent.futures.Future.add_done_callback`."""
    original(future, *_owned_first(args), **kwargs)


def _start_raw(original: Callable[..., int], *args: Any, **kwargs: Any) -> int:
    """Wrap `_thread.start_new_thread`, which `threading` has imported by name."""
    return original(*(_owned_first(args) if args and callable(args[0]) else args), **kwargs)


def _owned_first(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Give the function that comes first in some arguments the owner of the running work."""
    if args and (owner := owner_of_new_work()):
        return (_OwnedOnce(args[0], owner), *args[1:])
    return args


def patch_running_pools() -> None:
    """Do what `_start` does for pools that are running already. Each pool has threads."""
    threads = threading.enumerate()
    if len(threads) > 1 and _THREAD_POOL in sys.modules and any(_home(each) == f"{_THREAD_POOL}." for each in threads):
        _patch_pools()


def _patch_pools() -> None:
    """Give tasks of `multiprocessing.pool` the owner of the code that submits them."""
    with _lock:
        _pool_patches.apply(_of_pools(sys.modules[_THREAD_POOL]))


def _of_pools(module: Any) -> Iterator[Patch]:
    for method in ("_map_async", "apply_async", "imap", "imap_unordered"):
        yield Patch(module.ThreadPool, method, _hand_out)
    yield Patch(module.ApplyResult, "__init__", _make_result)


def _hand_out(original: Callable[..., Any], pool: Any, function: Any, *args: Any, **kwargs: Any) -> Any:
    """Wrap the methods of `multiprocessing.pool.ThreadPool` that take a function."""
    if owner := owner_of_new_work():
        function = OwnedTask(function, owner)
    return original(pool, function, *args, **kwargs)


def _make_result(original: Callable[..., None], result: Any, *args: Any, **kwargs: Any) -> None:
    """Wrap `__init__` of results of `multiprocessing.pool`. Callbacks run in this process for all kinds of pools."""
    original(result, *args, **kwargs)
    if owner := owner_of_new_work():
        for name in ("_callback", "_error_callback"):
            if function := getattr(result, name):
                setattr(result, name, _OwnedOnce(function, owner))


def _home(thread: threading.Thread) -> str:
    """Return the name of the module that a thread runs, with a dot at the end."""
    target = getattr(thread, "_target", None)
    return f"{type(thread).__module__ if target is None else getattr(target, '__module__', '')}."


# Patches that give threads, tasks and callbacks the owner of the code that starts or submits them.
CARRIERS: Final = (
    Patch(_THREAD, "start", _start),
    Patch(_thread, "start_new_thread", _start_raw),
    Patch(getattr(pools, "_WorkItem", ThreadPoolExecutor), "__init__", _make_task),
    Patch(Future, "add_done_callback", _call_back),
)

on_fork(after_in_child=partial(renew, _lock))
