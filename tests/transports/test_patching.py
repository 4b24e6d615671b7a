from __future__ import annotations

import asyncio
from functools import partialmethod
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
import wrapt

from pytest_ssm_automation import AutomationFakeError
from pytest_ssm_automation._transports.patching import Patch, Patches

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def owner() -> Any:
    """A class with a method to be replaced."""

    class Owner:
        def method(self, number: int) -> int:
            """Give the number."""
            return number

    return Owner


def add(original: Any, instance: object, number: int) -> Any:
    """Replace a method: add one to its argument."""
    return original(instance, number + 1)


def test_an_attribute_is_replaced_and_restored(owner: Any) -> None:
    """What was there is there again, unless other code has replaced the attribute."""
    original = owner.method
    patch = Patch(owner, "method", add)
    patch.restore()
    patch.apply()
    assert owner.method is not original
    patch.restore()
    assert owner.method is original
    patch.apply()
    owner.method = 2
    patch.restore()
    assert owner.method == 2


def test_a_wrapper_is_given_the_original(owner: Any) -> None:
    """The replacement stands before the method, and looks like it from outside."""
    patch = Patch(owner, "method", add).apply()
    assert owner().method(1) == 2
    assert owner.method.__doc__ == "Give the number."
    patch.restore()
    assert owner().method(1) == 1


def test_a_wrapper_inside_another_one(owner: Any) -> None:
    """Once ours is restored, it calls the original; applied again, it wraps the other one, and runs once."""
    patch = Patch(owner, "method", add).apply()
    ours = owner.method
    owner.method = lambda instance, number: ours(instance, number) * 10
    assert owner().method(1) == 20
    for applied, result in ((False, 10), (True, 20), (False, 10)):
        (patch.apply if applied else patch.restore)()
        assert owner().method(1) == result


def test_a_wrapper_serves_again_for_the_same_original(owner: Any) -> None:
    """A patch that is applied again makes a wrapper only for another original."""
    patch = Patch(owner, "method", add)

    def wrapper() -> Any:
        patch.apply()
        made = owner.method
        patch.restore()
        return made

    first = wrapper()
    assert wrapper() is first
    owner.method = lambda *_: 0
    assert wrapper().__wrapped__ is owner.method


def test_nested_patches_have_wrappers_of_their_own(owner: Any) -> None:
    """A wrapper in use is not used a second time; each lets calls through once it is restored."""
    patches = [Patch(owner, "method", add).apply() for _ in range(2)]
    assert owner().method(1) == 3
    for result in (2, 1):
        patches.pop().restore()
        assert owner().method(1) == result


def test_patches_are_applied_together_or_not_at_all(owner: Any) -> None:
    """The last one is restored first, none is applied twice, and where a method is missing, none stays."""
    original, patches = owner.method, Patches()
    patches.apply(Patch(owner, "method", add) for _ in range(2))
    patches.apply([Patch(owner, "method", add)])
    assert owner().method(1) == 3
    patches.restore()
    assert owner.method is original
    with pytest.raises(AutomationFakeError, match=r"does not support \w+: Owner\.missing is missing\.$"):
        patches.apply([Patch(owner, "method", add), Patch(owner, "missing", add)])
    assert owner.method is original
    assert not hasattr(owner, "missing")


@wrapt.decorator
def by_wrapt(wrapped: Any, instance: object, args: Any, kwargs: Any) -> object:
    """Say what wrapt was given: the instance is `None` if it is called unbound."""
    return instance, wrapped(*args, **kwargs)


def plainly(*args: object) -> object:
    """Give what it was given."""
    return args


# What somebody has put in place of a method before.
IN_PLACE: dict[str, Callable[[], Any]] = {
    "function": lambda: plainly,
    "staticmethod": lambda: staticmethod(plainly),
    "classmethod": lambda: classmethod(plainly),
    "partialmethod": lambda: partialmethod(plainly, "partial"),
    "wrapt": lambda: by_wrapt(plainly),
    "built-in": lambda: max,
    "mock": lambda: mock.Mock(side_effect=plainly),
    "autospec": lambda: mock.create_autospec(plainly, side_effect=plainly),
    "object": type("Callable", (), {"__call__": staticmethod(plainly)}),
}


@pytest.mark.parametrize("kind", IN_PLACE)
@pytest.mark.parametrize("inherited", [False, True])
def test_whatever_stands_there_is_bound_as_python_does(kind: str, inherited: bool) -> None:  # noqa: FBT001
    """Wrapped, and after it is restored, it gets what it got before, from an instance and from the class."""
    base: Any = type("Base", (), {"method": IN_PLACE[kind]()})
    owner: Any = type("Owner", (base,), {}) if inherited else base
    instance, calls = owner(), []

    def replacement(original: Any, *args: Any) -> Any:
        calls.append(args)
        return original(*args)

    def use() -> tuple[object, ...]:
        stored = instance.method
        return instance.method(1, 2), stored(3, 4), owner.method(instance, 5) if kind != "built-in" else None

    before, raw = use(), dict(vars(owner))
    patch = Patch(owner, "method", replacement).apply()
    stored = instance.method
    assert use() == before
    assert calls == [(instance, 1, 2), (instance, 3, 4), *([] if kind == "built-in" else [(instance, 5)])]
    patch.restore()
    assert (use(), stored(3, 4), dict(vars(owner))) == (before, before[1], raw)
    assert len(calls) < 4


def test_a_coroutine_function_stays_one() -> None:
    """A mock that replaces the wrapper of a coroutine function can be awaited, and so can the wrapper itself."""

    async def plain(_: object, number: int) -> int:
        return number

    owner: Any = type("Owner", (), {"method": plain})
    patch = Patch(owner, "method", lambda original, it, number: original(it, number + 1)).apply()
    wrapper = owner.method
    with mock.patch.object(owner, "method") as stand_in:
        assert isinstance(stand_in, mock.AsyncMock)
    assert asyncio.run(owner().method(1)) == 2
    patch.restore()
    assert asyncio.run(wrapper(owner(), 1)) == 1


def test_a_mock_can_be_asked_through_its_wrapper() -> None:
    """What a mock of a test recorded contains no instance, and the class still gives its assertions."""
    owner: Any = type("Owner", (), {"method": mock.Mock()})
    patch = Patch(owner, "method", lambda original, *args: original(*args)).apply()
    owner().method(1)
    owner.method.assert_called_once_with(1)
    patch.restore()
    owner.method.assert_called_once_with(1)


def test_a_mock_over_a_wrapper_is_asked_alone(owner: Any) -> None:
    """A mock that replaces the wrapper hides it; put back after the wrapper was restored, the wrapper serves again."""
    original = owner.method
    patch = Patch(owner, "method", add).apply()
    with mock.patch.object(owner, "method") as stand_in:
        owner().method(1)
        patch.restore()
    stand_in.assert_called_once_with(1)
    assert owner().method(1) == 1
    patch.apply()
    assert owner().method(1) == 2
    patch.restore()
    assert owner.method is original
