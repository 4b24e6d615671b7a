"""Replacing what belongs to others, and putting back only what is still ours."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


class Patch:
    """An attribute of a class or module, replaced until it is restored."""

    def __init__(self, owner: Any, name: str, value: Any) -> None:
        """Replace the attribute."""
        self._owner, self._name, self._original, self._value = owner, name, owner.__dict__[name], value
        setattr(owner, name, value)

    def restore(self) -> None:
        """Put the original back, unless somebody else has replaced it since."""
        if self._owner.__dict__[self._name] is self._value:
            setattr(self._owner, self._name, self._original)


class WrapperPatch(Patch):
    """A method of a class, or a function of a module, wrapped until it is restored."""

    def __init__(
        self, owner: type | ModuleType, name: str, replacement: Callable[..., Any], *, keep: bool = True
    ) -> None:
        """Let `replacement` stand before the method, which it is given as its first argument.

        Args:
            owner: The class or module.
            name: The method's name.
            replacement: What to call instead, with the original in front of the arguments.
            keep: Whether the wrapper is kept for the next patch with the same original and replacement.
        """
        self._place = (owner, name) if keep else None
        original = owner.__dict__[name]
        kept = _kept.pop((owner, name), None) if keep else None
        fits = kept is not None and kept.original is original and kept.replacement == replacement
        self._wrapper = kept if kept and fits else _Wrapper(original, replacement)
        self._wrapper.active = True
        super().__init__(owner, name, self._wrapper.function)

    def restore(self) -> None:
        """Put the original back; where somebody else has wrapped the wrapper since, let it do nothing."""
        self._wrapper.active = False
        super().restore()
        if self._place:
            _kept[self._place] = self._wrapper


class _Wrapper:
    """Holds a function that calls the replacement while the wrapper is active, and the original otherwise."""

    def __init__(self, original: Callable[..., Any], replacement: Callable[..., Any]) -> None:
        self.original = original
        self.replacement = replacement
        self.active = False

        @functools.wraps(original)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return replacement(original, *args, **kwargs) if self.active else original(*args, **kwargs)

        self.function = wrapper


# The last wrapper of each place that is not in use: to make one takes longer than to put it in place.
_kept: dict[tuple[type | ModuleType, str], _Wrapper] = {}
