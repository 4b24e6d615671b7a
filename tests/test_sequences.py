"""Views of what a fake records: sequences that copy nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from caller import start

if TYPE_CHECKING:
    from pytest_ssm_automation import AutomationFake


def test_a_view_is_a_sequence(fake: AutomationFake) -> None:
    """A view has all methods of a list that do not change it."""
    one, two, three = (fake.add_execution("Doc") for _ in range(3))
    view: Any = fake.executions
    assert [*view] == [one, two, three]
    assert (len(view), view[0], view[-1]) == (3, one, three)
    assert (view[1:], view[::-1], view[:0]) == ([two, three], [three, two, one], [])
    assert [*reversed(view)] == [three, two, one]
    assert (two in view, two.id in view, view.index(three), view.count(one)) == (True, False, 2, 1)
    with pytest.raises(IndexError):
        view[3]
    for change in ("append", "clear", "__setitem__", "__delitem__"):
        assert not hasattr(view, change)
    with pytest.raises(TypeError):
        hash(view)


def test_a_view_equals_a_list_of_the_same_items(fake: AutomationFake) -> None:
    """Lists, tuples and other views are compared item by item, from both sides; anything else differs."""
    one, two = (fake.add_execution("Doc") for _ in range(2))
    view: Any = fake.executions
    assert view == [one, two]
    assert [one, two] == view
    assert view == (one, two)
    assert view == fake.executions
    assert view not in ([one], [two, one], [one, two, one], "12", {one, two}, None)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "[]"), (3, "[<0>, <1>, <2>]"), (12, f"[{', '.join(f'<{number}>' for number in range(10))}, ... and 2 more]")],
)
def test_the_repr_of_a_view(fake: AutomationFake, count: int, text: str) -> None:
    """It looks like a list, and a long one shows the number of other items."""
    shown = {f"<{number}>": repr(fake.add_execution("Doc")) for number in range(count)}
    for number, each in shown.items():
        text = text.replace(number, each)
    assert repr(fake.executions) == text


def test_a_view_has_what_was_there_when_it_was_made(fake: AutomationFake) -> None:
    """What is recorded later is not in it."""
    one, two = (fake.add_execution("Doc") for _ in range(2))
    view = fake.executions
    fake.add_execution("Doc")
    assert view == [one, two]
    assert ([*view], view[-1], view[-5:]) == ([one, two], two, [one, two])
    with pytest.raises(IndexError, match=r"^index 2 is out of range, as there are 2 items$"):
        view[2]


def test_a_fake_shows_views(fake: AutomationFake, client: Any) -> None:
    """The record of a fake compares with lists, and an execution in it is always the same object."""
    before = (fake.calls, fake.executions, fake.faults)
    fault = fake.fail_with("InvalidTarget", operation="StopAutomationExecution")
    execution_id = start(client)
    assert before == ([], [], [])
    assert [call.execution_id for call in fake.calls] == [execution_id]
    assert fake.executions == [fake.execution(execution_id)]
    assert fake.executions[0] is fake.execution(execution_id)
    assert fake.faults == [fault]
    fake.reset()
    assert [fake.calls, fake.executions, fake.faults] == [[], [], []]
