"""aiobotocore's clients: the same as botocore's, but that their methods have to be awaited.

aiobotocore is imported only if somebody has imported it already.
"""

from __future__ import annotations

import sys
from importlib import import_module
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from .environment import dummy_credentials
from .patching import Patch, WrapperPatch
from .wire import WireTap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.client import BaseClient

    from .wire import HttpAnswer


class AioWireTap(WireTap):
    """A `WireTap` for a client of aiobotocore."""

    async def emit(self, event_name: str, **kwargs: Any) -> Any:
        """Answer what is about to be sent to us, unless a handler of the user's does, and pass everything else on."""
        claimed = self._claimed(event_name, kwargs)
        if claimed is None:
            return await self._events.emit(event_name, **kwargs)
        for handler in self._handlers_of_the_user(event_name):
            response = handler(event_name=event_name, **kwargs)
            response = await response if isawaitable(response) else response
            if response is not None:
                return [(handler, response)]
        return [(self.emit, self._respond(*claimed, kwargs["request"].url))]

    def _response(self, url: str, answer: HttpAnswer) -> Any:
        return _module("awsrequest").AioAWSResponse(url, answer.status, dict(answer.headers), _Body(answer.body))


class _Body:
    """The body of a response, as aiobotocore reads it from aiohttp and httpx."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def read(self) -> bytes:
        """Give all of it."""
        return self._content


def is_aio(client: BaseClient) -> bool:
    """Tell whether a client is one of aiobotocore's."""
    module: Any = sys.modules.get("aiobotocore.client")
    return module is not None and isinstance(client, module.AioBaseClient)


def patch_aio(convert: Callable[..., Any], guard: Callable[[Any], None]) -> Iterator[Patch]:
    """Wrap aiobotocore's clients, if it has been imported, as botocore's are wrapped.

    Args:
        convert: Stands before `AioBaseClient._convert_to_request_dict`.
        guard: Refuses a request that must not leave the process.
    """
    if "aiobotocore.client" not in sys.modules:
        return

    async def send(original: Callable[..., Any], session: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        guard(request)
        return await original(session, request, *args, **kwargs)

    async def retrieve(*_: object) -> dict[str, str]:
        return dummy_credentials()

    async def nothing(*_: Any, **__: Any) -> bool:
        return True

    process = _module("credentials").AioProcessProvider
    endpoint, retries = _module("endpoint"), _module("retries.bucket")
    yield WrapperPatch(_module("client").AioBaseClient, "_convert_to_request_dict", convert)
    yield Patch(process, "_retrieve_credentials_using", retrieve)
    yield WrapperPatch(_module("httpsession").AIOHTTPSession, "send", send)
    yield WrapperPatch(_module("httpxsession").HttpxSession, "send", send)
    yield WrapperPatch(endpoint.AioEndpoint, "_sleep", nothing)
    yield WrapperPatch(endpoint.AnyioEndpoint, "_sleep", nothing)
    yield WrapperPatch(retries.AsyncTokenBucket, "acquire", nothing)


def _module(name: str) -> Any:
    return import_module(f"aiobotocore.{name}")
