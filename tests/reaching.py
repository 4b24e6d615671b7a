"""All ways to reach a fake, for tests of what they have in common, together with moto."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import moto
import pytest
from conformance.signing import SigningClient

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TRANSPORTS: Final = ("botocore stubber", "botocore wire", "aio stubber", "aio wire", "requests", "endpoint")
Keys = dict[str, str]


@cache
def _aio_session() -> Any:
    """Make a session that reads botocore's data once for all tests."""
    return pytest.importorskip("aiobotocore.session").get_session()


class Async:
    """A client of aiobotocore, called from code without `async`."""

    def __init__(self, runner: asyncio.Runner, client: Any) -> None:
        """Keep the client, and what runs its calls."""
        self._runner, self._client = runner, client

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda **members: self._runner.run(getattr(self._client, method)(**members))


@contextmanager
def _asynchronous(keys: Keys) -> Iterator[Async]:
    """Give a client of aiobotocore, and close it."""
    with asyncio.Runner() as runner:
        created = _aio_session().create_client("ssm", region_name="us-east-1", **keys)
        yield Async(runner, runner.run(created.__aenter__()))
        runner.run(created.__aexit__(None, None, None))


class Body:
    """The body of an answer that a handler of `before-send` makes, for clients of botocore and aiobotocore."""

    raw_headers = ()

    def __init__(self, content: bytes) -> None:
        """Keep the content."""
        self._content = content

    async def read(self) -> bytes:
        """Give the content, as aiohttp does."""
        return self._content

    def stream(self) -> Iterator[bytes]:
        """Give the content, as urllib3 does."""
        yield self._content


@contextmanager
def reached(transport: str, **options: Any) -> Iterator[tuple[AutomationFake, Callable[[Keys], Any]]]:
    """Give a fake with options, and a function that makes a client that reaches it over a transport."""
    kind, _, of_botocore = transport.partition(" ")
    with ExitStack() as stack:
        stack.enter_context(moto.mock_aws())
        fake = stack.enter_context(AutomationFake(seed="accounts", transport=of_botocore or "stubber", **options))
        if kind == "requests":
            fake.serve_requests()
            yield fake, lambda keys: SigningClient(*keys.values())
        elif kind == "endpoint":
            fake.serve_requests().add_passthru("http://127.0.0.1")
            url = fake.serve_endpoint()
            yield fake, lambda keys: SigningClient(*keys.values(), url=url)
        else:
            aio = kind == "aio"
            yield fake, lambda keys: stack.enter_context(_asynchronous(keys)) if aio else fake.client(**keys)
