from __future__ import annotations

from pytest_ssm_automation._transports.patching import Patch, WrapperPatch


class Owner:
    """Has a method to be replaced."""

    def method(self, number: int) -> int:
        """Give the number."""
        return number


def test_an_attribute_is_replaced_and_restored() -> None:
    """What was there is there again."""
    original = Owner.__dict__["method"]
    patch = Patch(Owner, "method", None)
    assert Owner.__dict__["method"] is None
    patch.restore()
    assert Owner.__dict__["method"] is original


def test_what_somebody_else_has_put_there_stays() -> None:
    """An attribute that isn't ours any more is left alone."""
    original = Owner.__dict__["method"]
    patch = Patch(Owner, "method", 1)
    setattr(Owner, "method", 2)  # noqa: B010 - mypy refuses an assignment to a method
    patch.restore()
    assert Owner.__dict__["method"] == 2
    setattr(Owner, "method", original)  # noqa: B010


def test_a_wrapper_is_given_the_original() -> None:
    """The replacement stands before the method, and looks like it from outside."""
    patch = WrapperPatch(Owner, "method", lambda original, owner, number: original(owner, number + 1))
    assert Owner().method(1) == 2
    assert Owner.method.__doc__ == "Give the number."
    patch.restore()
    assert Owner().method(1) == 1


def test_a_wrapped_wrapper_does_nothing_any_more() -> None:
    """Underneath somebody else's wrapper ours lets all calls through once it is restored."""
    original = Owner.__dict__["method"]
    patch = WrapperPatch(Owner, "method", lambda *_: 0)
    ours = Owner.__dict__["method"]
    setattr(Owner, "method", lambda owner, number: ours(owner, number) * 10)  # noqa: B010
    assert Owner().method(1) == 0
    patch.restore()
    assert Owner().method(1) == 10
    setattr(Owner, "method", original)  # noqa: B010
