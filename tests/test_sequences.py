"""Views of what a fake records: sequences that copy nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from caller import start

from pytest_ssm_automation._sequences import View, itself

if TYPE_CHECKING:
    from pytest_ssm_automation import AutomationFake


def test_a_view_is_a_sequence() -> None:
    """A view has all methods of a list that do not change it."""
    view = View([1, 2, 3], lambda number: number * 10)
    assert [*view] == [10, 20, 30]
    assert (len(view), view[0], view[-1], view[1:], view[::-1]) == (3, 10, 30, [20, 30], [30, 20, 10])
    assert [*reversed(view)] == [30, 20, 10]
    assert (20 in view, 2 in view, view.index(30), view.count(10)) == (True, False, 2, 1)
    with pytest.raises(IndexError):
        view[3]
    for change in ("append", "clear", "__setitem__", "__delitem__"):
        assert not hasattr(view, change)
    with pytest.raises(TypeError):
        hash(view)


def test_a_view_equals_a_list_of_the_same_items() -> None:
    """Lists, tuples and other views are compared item by item, from both sides; anything else differs."""
    view: View[Any] = View([1, 2], itself)
    assert view == [1, 2]
    assert [1, 2] == view  # noqa: SIM300 - both sides are compared
    assert view == (1, 2)
    assert view == View((1, 2), itself)
    assert view not in ([1], [2, 1], [1, 2, 3], "12", {1, 2}, None)
    assert View([], itself) == []
    nan = float("nan")
    assert View([nan], itself) == [nan]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "[]"),
        (3, "[0, 1, 2]"),
        (10, "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"),
        (12, "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ... and 2 more]"),
    ],
)
def test_the_repr_of_a_view(count: int, text: str) -> None:
    """It looks like a list, and a long one shows the number of other items."""
    assert repr(View(range(count), itself)) == text


def test_a_view_has_what_was_there_when_it_was_made() -> None:
    """A list that grows later shows nothing more in it."""
    items = [1, 2]
    view = View(items, itself)
    items.append(3)
    assert view == [1, 2]
    assert ([*view], view[-1], view[-5:], repr(view)) == ([1, 2], 2, [1, 2], "[1, 2]")
    with pytest.raises(IndexError, match=r"^index 2 is out of range, as there are 2 items$"):
        view[2]
    del items[1:]
    assert (len(view), view[-1], [*view]) == (1, 1, [1])


def test_a_fake_shows_views(fake: AutomationFake, client: Any) -> None:
    """The record of a fake compares with lists, and an execution in it is always the same object."""
    assert [fake.calls, fake.executions, fake.faults] == [[], [], []]
    fault = fake.fail_with("InvalidTarget", operation="StopAutomationExecution")
    execution_id = start(client)
    assert [call.execution_id for call in fake.calls] == [execution_id]
    assert fake.executions == [fake.execution(execution_id)]
    assert fake.executions[0] is fake.execution(execution_id)
    assert fake.faults == [fault]
    fake.reset()
    assert [fake.calls, fake.executions, fake.faults] == [[], [], []]
