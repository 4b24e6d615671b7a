"""Read-only views of the records of a fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, ClassVar, Final, TypeVar, cast, overload

T = TypeVar("T")
_MOST_SHOWN: Final = 10


class View(Sequence[T]):
    """The current items of a list. Items that are added later are not in the view; removed ones disappear from it.

    It copies nothing, and compares equal to lists and tuples with equal items.
    """

    __slots__ = ("_items", "_length", "_shown")
    __hash__: ClassVar[None]  # type: ignore[assignment]  # like list

    def __init__(self, items: Sequence[Any], shown: Callable[[Any], T]) -> None:
        """View the current items, each converted by the function `shown`."""
        self._items = items
        self._length = len(items)
        self._shown = shown

    def __len__(self) -> int:
        return min(self._length, len(self._items))

    def __iter__(self) -> Iterator[T]:
        return map(self._shown, islice(self._items, len(self)))

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        __tracebackhide__ = True  # pytest shows the line of the test for a wrong index
        indexes = range(len(self))
        if isinstance(index, slice):
            return [self._shown(self._items[each]) for each in indexes[index]]
        try:
            number = indexes[index]
        except IndexError:
            raise IndexError(f"index {index} is out of range, as there are {len(indexes)} items") from None
        return self._shown(self._items[number])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, View | list | tuple):
            return NotImplemented
        there = cast("Sequence[object]", other)
        return len(self) == len(there) and [*self] == [*there]

    def __repr__(self) -> str:
        """Show the first items, and the number of others."""
        shown = [repr(item) for item in islice(self, _MOST_SHOWN)]
        more = len(self) - len(shown)
        return f"[{', '.join(shown)}{f', ... and {more} more' if more > 0 else ''}]"


def itself(item: T) -> T:
    """Return an item unchanged."""
    return item
