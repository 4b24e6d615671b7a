"""Replacing what belongs to others, and putting back only what is still ours."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType
    from typing import Self


class Patch:
    """Replaces an attribute of a class or module from `apply` to `restore`, as often as wanted."""

    def __init__(self, owner: type | ModuleType, name: str, value: Any = None) -> None:
        """Take the class or module, the attribute's name, and what to put there."""
        self._owner, self._name, self._value = owner, name, value
        self._original: Any = None

    def apply(self) -> Self:
        """Replace the attribute."""
        self._original = self._owner.__dict__[self._name]
        setattr(self._owner, self._name, self._value)
        return self

    def restore(self) -> None:
        """Put the original back, unless somebody else has replaced it since."""
        if self._owner.__dict__[self._name] is self._value:
            setattr(self._owner, self._name, self._original)


class WrapperPatch(Patch):
    """Wraps a method of a class, or a function of a module, from `apply` to `restore`."""

    def __init__(self, owner: type | ModuleType, name: str, replacement: Callable[..., Any]) -> None:
        """Let `replacement` stand before the method.

        Args:
            owner: The class or module.
            name: The method's name.
            replacement: What to call instead, with the original in front of the arguments.
        """
        super().__init__(owner, name)
        self._replacement = replacement
        self._wrapper: _Wrapper | None = None

    def apply(self) -> Self:
        """Wrap the method; the wrapper of the last time serves again if it wraps the same."""
        original = self._owner.__dict__[self._name]
        if self._wrapper is None or self._wrapper.original is not original:
            self._wrapper = _Wrapper(original, self._replacement)
            self._value = self._wrapper.function
        self._wrapper.active = True
        return super().apply()

    def restore(self) -> None:
        """Put the original back; where somebody else has wrapped the wrapper since, let it do nothing."""
        if self._wrapper:
            self._wrapper.active = False
        super().restore()


class _Wrapper:
    """Holds a function that calls the replacement while the wrapper is active, and the original otherwise."""

    def __init__(self, original: Callable[..., Any], replacement: Callable[..., Any]) -> None:
        self.original = original
        self.active = False

        @functools.wraps(original)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return replacement(original, *args, **kwargs) if self.active else original(*args, **kwargs)

        self.function = wrapper


class Patches:
    """The patches that are applied at the moment, of those that belong together."""

    def __init__(self) -> None:
        """Start with none."""
        self._applied: list[Patch] = []

    def __bool__(self) -> bool:
        """Tell whether any is applied."""
        return bool(self._applied)

    def apply(self, patches: Iterable[Patch]) -> None:
        """Apply further ones."""
        self._applied.extend(patch.apply() for patch in patches)

    def restore(self) -> None:
        """Restore all, the last one first."""
        while self._applied:
            self._applied.pop().restore()
