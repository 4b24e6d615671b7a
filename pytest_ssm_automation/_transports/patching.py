"""Patches of other libraries, which restore only what other code has not replaced since."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType
    from typing import Self


class Patch:
    """Replace an attribute of a class or module from `apply` to `restore`, repeatedly if needed."""

    def __init__(self, owner: type | ModuleType, name: str, value: Any = None) -> None:
        """Set the class or module, the attribute's name, and its replacement."""
        self._owner, self._name, self._value = owner, name, value
        self._original: Any = None

    def apply(self) -> Self:
        """Replace the attribute."""
        self._original = self._owner.__dict__[self._name]
        setattr(self._owner, self._name, self._value)
        return self

    def restore(self) -> None:
        """Restore the original, unless other code has replaced the attribute since."""
        if self._owner.__dict__[self._name] is self._value:
            setattr(self._owner, self._name, self._original)


class WrapperPatch(Patch):
    """Wrap a method of a class, or a function of a module, from `apply` to `restore`."""

    def __init__(self, owner: type | ModuleType, name: str, replacement: Callable[..., Any]) -> None:
        """Set the method and its wrapper.

        Args:
            owner: The class or module.
            name: The method's name.
            replacement: The function to call instead, with the original as its first argument.
        """
        super().__init__(owner, name)
        self._replacement = replacement
        self._wrapper: Any = None

    def apply(self) -> Self:
        """Wrap the method; reuse the last wrapper if it wraps the same original."""
        original = self._owner.__dict__[self._name]
        if original is not self._original:
            self._original, self._wrapper = original, _Wrapper(original, self._replacement)
            self._value = self._wrapper.function
        self._wrapper.active = True
        setattr(self._owner, self._name, self._value)
        return self

    def restore(self) -> None:
        """Restore the original. If other code has wrapped the wrapper since, deactivate it."""
        self._wrapper.active = False
        super().restore()


class _Wrapper:
    """A wrapper that calls the replacement while it is active, and otherwise the original."""

    def __init__(self, original: Callable[..., Any], replacement: Callable[..., Any]) -> None:
        self.active = False

        @functools.wraps(original)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return replacement(original, *args, **kwargs) if self.active else original(*args, **kwargs)

        self.function = wrapper


class Patches:
    """A group of applied patches."""

    def __init__(self) -> None:
        """Start empty."""
        self._applied: list[Patch] = []

    def __bool__(self) -> bool:
        """Return whether any patch is applied."""
        return bool(self._applied)

    def apply(self, patches: Iterable[Patch]) -> None:
        """Apply more patches."""
        for patch in patches:
            self._applied.append(patch.apply())

    def restore(self) -> None:
        """Restore all patches in reverse order."""
        while self._applied:
            self._applied.pop().restore()
