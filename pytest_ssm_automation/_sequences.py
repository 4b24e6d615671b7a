"""Read-only views of what a fake records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, ClassVar, Final, TypeVar, cast, overload

T = TypeVar("T")
_MOST_SHOWN: Final = 10


class View(Sequence[T]):
    """What a list has in it now, though the list grows later; what is taken from the list is gone from it, too.

    It copies nothing, and compares with lists and tuples item by item.
    """

    __slots__ = ("_items", "_length", "_shown")
    __hash__: ClassVar[None]  # type: ignore[assignment]  # as a list has none

    def __init__(self, items: Sequence[Any], shown: Callable[[Any], T]) -> None:
        """View the items that there are, each as the function shows it."""
        self._items = items
        self._length = len(items)
        self._shown = shown

    def __len__(self) -> int:
        return min(self._length, len(self._items))

    def __iter__(self) -> Iterator[T]:
        return map(self._shown, islice(self._items, len(self)))

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            return [self._shown(self._items[each]) for each in range(len(self))[place]]
        return self._shown(self._items[range(len(self))[place]])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, View | list | tuple):
            return NotImplemented
        there = cast("Sequence[object]", other)
        return len(self) == len(there) and all(map(_equal, self, there))

    def __repr__(self) -> str:
        """Write the first items as a list, and say how many more there are."""
        shown = [repr(item) for item in islice(self, _MOST_SHOWN)]
        more = len(self) - len(shown)
        return f"[{', '.join(shown)}{f', ... and {more} more' if more > 0 else ''}]"


def _equal(one: object, other: object) -> bool:
    return one is other or one == other


def itself(item: T) -> T:
    """Show an item as it is."""
    return item
