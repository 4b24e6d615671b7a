"""Patches of other libraries, which restore only what other code has not replaced since."""

from __future__ import annotations

import functools
import inspect
import sys
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final, cast

from .._errors import hide_usage_errors
from .names import missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Self

__tracebackhide__ = hide_usage_errors

_NOTHING: Final = object()


class Patch:
    """Wrap a method of a class, or a function of a module, from `apply` to `restore`, repeatedly if needed."""

    def __init__(self, owner: type | ModuleType, name: str, replacement: Callable[..., Any]) -> None:
        """Set the method and the function to call instead, with the original as its first argument."""
        self._owner, self._name, self._replacement = owner, name, replacement
        # What the class itself had, and not one of its bases.
        self._own: Any = _NOTHING
        self._wrapper: _Wrapper | None = None

    def apply(self) -> Self:
        """Replace the method by a wrapper: the last one if it wraps the same method, or if other code has put it back.

        Raises:
            AutomationFakeError: There is no such method.
        """
        own = self._owner.__dict__.get(self._name, _NOTHING)
        found = self._inherited() if own is _NOTHING else own
        wrapper = self._wrapper
        if wrapper is None or (found is not wrapper.original and found is not wrapper.attribute):
            wrapper = self._wrapper = _Wrapper(self._owner, found, self._replacement)
        wrapper.active = True
        if found is not wrapper.attribute:
            self._own = own
            setattr(self._owner, self._name, wrapper.attribute)
        return self

    def restore(self) -> None:
        """Restore the original, unless other code has replaced the wrapper since. Then only deactivate the wrapper."""
        wrapper = self._wrapper
        if wrapper is None:
            return
        wrapper.active = False
        if self._owner.__dict__.get(self._name) is not wrapper.attribute:
            return
        if self._own is _NOTHING:
            delattr(self._owner, self._name)
        else:
            setattr(self._owner, self._name, self._own)

    def _inherited(self) -> Any:
        """Return the method, as one of the bases of the class contains it."""
        found = inspect.getattr_static(self._owner, self._name, _NOTHING)
        if found is not _NOTHING:
            return found
        home = self._owner.__name__ if isinstance(self._owner, ModuleType) else self._owner.__module__
        library = home.partition(".")[0]
        name = f"{self._owner.__name__}.{self._name}"
        raise missing("Python" if library in sys.stdlib_module_names else library, name)


class _Wrapper:
    """A wrapper that calls the replacement while it is active, and otherwise the original.

    Attributes:
        owner: The class or module.
        original: What it wraps.
        replacement: The function to call instead.
        active: Whether it calls the replacement.
        attribute: What to set as the attribute.
    """

    def __init__(self, owner: type | ModuleType, original: Any, replacement: Callable[..., Any]) -> None:
        self.owner, self.original, self.replacement, self.active = owner, original, replacement, False
        # `isinstance` is deceived by the wrappers of wrapt
        plain = type(original) is FunctionType or isinstance(owner, ModuleType)
        self.attribute: Any = (_function if plain else _Method)(self)


def _function(state: _Wrapper) -> Callable[..., Any]:
    """Wrap a function. A coroutine function stays one, so that a mock that replaces it is an AsyncMock."""
    original, replacement = state.original, state.replacement
    if inspect.iscoroutinefunction(original):

        @functools.wraps(original)
        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            return await (replacement(original, *args, **kwargs) if state.active else original(*args, **kwargs))

        return coroutine

    @functools.wraps(original)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return replacement(original, *args, **kwargs) if state.active else original(*args, **kwargs)

    return wrapper


class _Method:
    """A wrapper of something else than a function, such as a mock or another library's wrapper, in place of a method.

    Python binds it to an instance in its own way, or not at all. A function in its place would be bound in another.
    """

    def __init__(self, state: _Wrapper, instance: object = None) -> None:
        self._state, self._instance = state, instance
        functools.update_wrapper(cast("Any", self), state.original, updated=())

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else _Method(self._state, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        bound = self._bound
        if not self._state.active:
            return bound(*args, **kwargs)
        if self._instance is None:  # it is an attribute of the class
            return self._state.replacement(bound, *args, **kwargs)

        def call_bound(_: object, /, *args: Any, **kwargs: Any) -> Any:
            return bound(*args, **kwargs)

        return self._state.replacement(call_bound, self._instance, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        """Return what a test asks a mock for."""
        return getattr(self._bound, name)

    @property
    def _bound(self) -> Any:
        """What Python gives for the original as an attribute of the instance or class."""
        original, instance = self._state.original, self._instance
        get = getattr(cast("Any", type(original)), "__get__", None)
        if get is None:
            return original
        return get(original, instance, self._state.owner if instance is None else type(instance))


class Patches:
    """A group of patches that are applied together."""

    def __init__(self) -> None:
        """Start empty."""
        self._applied: list[Patch] = []

    def apply(self, patches: Iterable[Patch]) -> None:
        """Apply patches, unless some are applied. If one fails, all are restored."""
        if self._applied:
            return
        try:
            for patch in patches:
                self._applied.append(patch)  # first, because an interrupt may follow at once
                patch.apply()
        except BaseException:
            self.restore()
            raise

    def restore(self) -> None:
        """Restore all patches in reverse order."""
        while self._applied:
            self._applied[-1].restore()
            self._applied.pop()
