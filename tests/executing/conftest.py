"""Fakes that execute steps, beside moto."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import moto
import pytest
from executed import Bench
from moto.server import ThreadedMotoServer

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    """Moto, with what the tests of a module leave in it, because it takes long to start."""
    with moto.mock_aws():
        yield


@pytest.fixture
def bench(aws: None) -> Iterator[Bench]:
    """A fake that executes all steps."""
    with AutomationFake(seed="executing", execute_steps=True) as fake:
        yield Bench(fake)


@pytest.fixture
def make_bench(aws: None) -> Iterator[Any]:
    """Make a bench with options."""
    with ExitStack() as stack:
        yield lambda **options: Bench(
            stack.enter_context(AutomationFake(**{"seed": "executing", "execute_steps": True, **options}))
        )


@pytest.fixture
def server() -> Iterator[str]:
    """Give the URL of a server of moto, which has nothing yet."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
