"""All ways to reach a fake, for tests of what they have in common, together with moto."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import moto
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

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

    def __init__(self, keys: Keys) -> None:
        """Keep the keywords of the client."""
        self._keys = keys

    def __getattr__(self, method: str) -> Callable[..., Any]:
        async def call(members: dict[str, Any]) -> Any:
            async with _aio_session().create_client("ssm", region_name="us-east-1", **self._keys) as client:
                return await getattr(client, method)(**members)

        return lambda **members: asyncio.run(call(members))


class Signing:
    """A caller that signs its own requests, and sends them with `requests`."""

    def __init__(self, keys: Keys, url: str) -> None:
        """Keep the keys, and where to send the requests."""
        self._credentials = Credentials(*keys.values())
        self._url = url

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda **members: self._call("".join(word.title() for word in method.split("_")), members)

    def _call(self, operation: str, members: dict[str, Any]) -> Any:
        headers = {"X-Amz-Target": f"AmazonSSM.{operation}", "Content-Type": "application/x-amz-json-1.1"}
        request = AWSRequest("POST", self._url, headers, json.dumps(members).encode())
        SigV4Auth(self._credentials, "ssm", "us-east-1").add_auth(request)
        answer = requests.post(self._url, data=request.data, headers=dict(request.headers.items()), timeout=5)
        if answer.status_code != 200:
            refused = {"Code": answer.json()["__type"], "Message": answer.json().get("message", "")}
            response: Any = {"Error": refused, "Status": answer.status_code}
            raise ClientError(response, operation)
        return answer.json()


class Body:
    """The body of an answer that a handler of `before-send` makes."""

    def __init__(self, content: bytes) -> None:
        """Keep the content."""
        self._content = content

    def stream(self) -> Iterator[bytes]:
        """Give the content, as urllib3 does."""
        yield self._content


@contextmanager
def reached(transport: str, **options: Any) -> Iterator[tuple[AutomationFake, Callable[[Keys], Any]]]:
    """Give a fake with options, and a function that makes a client that reaches it over a transport."""
    kind, _, of_botocore = transport.partition(" ")
    with moto.mock_aws(), AutomationFake(seed="accounts", transport=of_botocore or "stubber", **options) as fake:
        if kind == "requests":
            fake.serve_requests()
            yield fake, lambda keys: Signing(keys, "https://ssm.us-east-1.amazonaws.com/")
        elif kind == "endpoint":
            fake.serve_requests().add_passthru("http://127.0.0.1")
            url = fake.serve_endpoint()
            yield fake, lambda keys: Signing(keys, url)
        else:
            yield fake, Async if kind == "aio" else lambda keys: fake.client(**keys)
