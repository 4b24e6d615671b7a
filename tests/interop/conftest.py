"""What the tests with real clients share: a fake that other processes reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def fake() -> Iterator[AutomationFake]:
    """A fake that child processes find by their environment."""
    with AutomationFake(seed="interop") as active:
        active.serve_endpoint()
        yield active
