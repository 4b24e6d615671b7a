from __future__ import annotations

import asyncio
from functools import partialmethod
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
import wrapt

from pytest_ssm_automation import AutomationFakeError
from pytest_ssm_automation._transports.patching import Patch, Patches, WrapperPatch

if TYPE_CHECKING:
    from collections.abc import Callable


class Owner:
    """Has a method to be replaced."""

    def method(self, number: int) -> int:
        """Give the number."""
        return number


def test_an_attribute_is_replaced_and_restored() -> None:
    """What was there is there again."""
    original = Owner.__dict__["method"]
    patch = Patch(Owner, "method", None).apply()
    assert Owner.__dict__["method"] is None
    patch.restore()
    assert Owner.__dict__["method"] is original


def test_what_somebody_else_has_put_there_stays() -> None:
    """An attribute that other code has replaced is not restored."""
    original = Owner.__dict__["method"]
    patch = Patch(Owner, "method", 1).apply()
    setattr(Owner, "method", 2)  # noqa: B010 - mypy refuses an assignment to a method
    patch.restore()
    assert Owner.__dict__["method"] == 2
    setattr(Owner, "method", original)  # noqa: B010


def test_a_wrapper_is_given_the_original() -> None:
    """The replacement stands before the method, and looks like it from outside."""
    patch = WrapperPatch(Owner, "method", lambda original, owner, number: original(owner, number + 1)).apply()
    assert Owner().method(1) == 2
    assert Owner.method.__doc__ == "Give the number."
    patch.restore()
    assert Owner().method(1) == 1


def test_a_wrapped_wrapper_does_nothing_any_more() -> None:
    """Inside another wrapper, ours calls the original after it is restored."""
    original = Owner.__dict__["method"]
    patch = WrapperPatch(Owner, "method", lambda *_: 0).apply()
    ours = Owner.__dict__["method"]
    setattr(Owner, "method", lambda owner, number: ours(owner, number) * 10)  # noqa: B010
    assert Owner().method(1) == 0
    patch.restore()
    assert Owner().method(1) == 10
    setattr(Owner, "method", original)  # noqa: B010


def test_a_wrapper_serves_again_for_the_same_original() -> None:
    """A patch that is applied again makes a wrapper only for another original."""
    patch = WrapperPatch(Owner, "method", lambda original, owner, number: original(owner, 2 * number))

    def wrapper() -> Any:
        patch.apply()
        made = Owner.__dict__["method"]
        patch.restore()
        return made

    first = wrapper()
    assert wrapper() is first
    original = Owner.__dict__["method"]
    setattr(Owner, "method", lambda *_: 0)  # noqa: B010
    assert wrapper().__wrapped__ is not original
    setattr(Owner, "method", original)  # noqa: B010


def test_a_wrapper_of_before_stays_inactive() -> None:
    """A wrapper of other code around a restored one is wrapped again, and the replacement runs once."""
    original = Owner.__dict__["method"]
    patch = WrapperPatch(Owner, "method", lambda original, owner, number: original(owner, number + 1)).apply()
    ours = Owner.__dict__["method"]
    setattr(Owner, "method", lambda owner, number: ours(owner, number) * 10)  # noqa: B010
    patch.restore()
    patch.apply()
    assert Owner().method(1) == 20
    patch.restore()
    assert Owner().method(1) == 10
    setattr(Owner, "method", original)  # noqa: B010


def test_nested_patches_have_wrappers_of_their_own() -> None:
    """A wrapper in use is not used a second time; each lets calls through once it is restored."""

    def add(original: Any, owner: Owner, number: int) -> Any:
        return original(owner, number + 1)

    outer = WrapperPatch(Owner, "method", add).apply()
    inner = WrapperPatch(Owner, "method", add).apply()
    assert Owner().method(1) == 3
    inner.restore()
    assert Owner().method(1) == 2
    outer.restore()
    assert Owner().method(1) == 1


def test_patches_are_restored_together() -> None:
    """The last one applied is restored first, and then none is left."""
    original = Owner.__dict__["method"]
    patches = Patches()
    patches.apply(Patch(Owner, "method", value) for value in (1, 2))
    assert patches
    assert Owner.__dict__["method"] == 2
    patches.restore()
    assert not patches
    assert Owner.__dict__["method"] is original


def test_patches_that_fail_are_restored() -> None:
    """If there is nothing to wrap, what was applied before is restored."""
    original = Owner.__dict__["method"]
    patches = Patches()
    with pytest.raises(AutomationFakeError, match=r"Owner\.gone is missing"):
        patches.apply([Patch(Owner, "method", 1), WrapperPatch(Owner, "gone", plainly)])
    assert not patches
    assert Owner.__dict__["method"] is original


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
    patch = WrapperPatch(owner, "method", replacement).apply()
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
    patch = WrapperPatch(owner, "method", lambda original, it, number: original(it, number + 1)).apply()
    wrapper = owner.method
    with mock.patch.object(owner, "method") as stand_in:
        assert isinstance(stand_in, mock.AsyncMock)
    assert asyncio.run(owner().method(1)) == 2
    patch.restore()
    assert asyncio.run(wrapper(owner(), 1)) == 1


def test_a_mock_can_be_asked_through_its_wrapper() -> None:
    """What a mock of a test recorded contains no instance, and the class still gives its assertions."""
    owner: Any = type("Owner", (), {"method": mock.Mock()})
    patch = WrapperPatch(owner, "method", lambda original, *args: original(*args)).apply()
    owner().method(1)
    owner.method.assert_called_once_with(1)
    patch.restore()
    owner.method.assert_called_once_with(1)


def test_a_mock_over_a_wrapper_is_asked_alone() -> None:
    """A mock that replaces the wrapper hides it; put back after the wrapper was restored, the wrapper serves again."""
    original = Owner.__dict__["method"]
    calls: list[Any] = []
    patch = WrapperPatch(Owner, "method", lambda *args: calls.extend(args)).apply()
    with mock.patch.object(Owner, "method") as stand_in:
        Owner().method(1)
        patch.restore()
    stand_in.assert_called_once_with(1)
    assert (Owner().method(1), calls) == (1, [])
    patch.apply()
    result: Any = Owner().method(1)
    assert (result, len(calls)) == (None, 3)
    patch.restore()
    assert Owner.__dict__["method"] is original


def test_a_missing_name_is_named_and_nothing_stays() -> None:
    """Where one attribute of a group does not exist, the error names it, and the others are what they were."""
    original, patches = Owner.__dict__["method"], Patches()
    text = r"does not support \w+: Owner\.missing is missing\.$"
    with pytest.raises(AutomationFakeError, match=text):
        patches.apply([Patch(Owner, "method", 1), Patch(Owner, "missing", 2)])
    assert not patches
    assert Owner.__dict__["method"] is original
    assert not hasattr(Owner, "missing")
