from __future__ import annotations

from typing import Any

from pytest_ssm_automation._transports.patching import Patch, Patches, WrapperPatch


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
