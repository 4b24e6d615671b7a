"""Support for aiobotocore's clients, whose methods must be awaited.

aiobotocore is used only if it has already been imported.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Final

from .._errors import AutomationFakeError
from .environment import dummy_credentials, without_secrets
from .patching import Patch, WrapperPatch
from .wire import WireTap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.client import BaseClient

    from .network import Guard
    from .wire import HttpAnswer


SUPPORTED: Final = "2.13 to 3.10"
# The module, class and name of the methods that the fake replaces. The names are private, and releases differ.
_HOOKS: Final = (
    ("client", "AioBaseClient", "_convert_to_request_dict"),
    ("client", "AioBaseClient", "_make_request"),
    ("credentials", "AioCredentialResolver", "load_credentials"),
    ("credentials", "AioProcessProvider", "_retrieve_credentials_using"),
    ("endpoint", "AioEndpoint", "_send_request"),
    ("httpsession", "AIOHTTPSession", "send"),
)


class AioWireTap(WireTap):
    """A `WireTap` for a client of aiobotocore."""

    async def emit(self, event_name: str, **kwargs: Any) -> Any:
        """Answer a request for the fake unless a handler of the user answers it; pass on all other events."""
        claimed = self._claimed(event_name, kwargs)
        if claimed is None:
            return await self._events.emit(event_name, **kwargs)
        responses: list[tuple[Any, Any]] = []
        for handler in self._handlers(event_name, claimed[0]):
            response = handler(event_name=event_name, **kwargs)
            responses.append((handler, await response if isawaitable(response) else response))
        return self._conclude(event_name, kwargs, claimed, responses)

    def _response(self, url: str, answer: HttpAnswer) -> Any:
        return _module("awsrequest").AioAWSResponse(url, answer.status, dict(answer.headers), _Body(answer))


class _Body:
    """The body of a response, with the interface of aiohttp and httpx that aiobotocore uses."""

    def __init__(self, answer: HttpAnswer) -> None:
        self._content = answer.body
        # for aiobotocore before 2.14
        self.raw_headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]

    async def read(self) -> bytes:
        """Return the whole body."""
        return self._content


def is_aio(client: BaseClient) -> bool:
    """Return whether a client is one of aiobotocore's."""
    module: Any = sys.modules.get("aiobotocore.client")
    return module is not None and isinstance(client, module.AioBaseClient)


def patch_aio(convert: Callable[..., Any], make_request: Callable[..., Any], guard: Guard) -> Iterator[Patch]:
    """Wrap aiobotocore's clients like botocore's, if it has been imported.

    Args:
        convert: The wrapper of `AioBaseClient._convert_to_request_dict`.
        make_request: The wrapper of `AioBaseClient._make_request`.
        guard: Blocks requests that would leave the process.
    """
    if "aiobotocore.client" not in sys.modules:
        return

    missing = _missing_hooks()
    if missing:
        yield WrapperPatch(_module("client").AioBaseClient, "_make_api_call", _refuse(missing))
        return

    yield WrapperPatch(_module("client").AioBaseClient, "_convert_to_request_dict", convert)
    yield WrapperPatch(_module("client").AioBaseClient, "_make_request", make_request)
    yield WrapperPatch(_module("endpoint").AioEndpoint, "_send_request", guard.call_aio)
    yield WrapperPatch(_module("httpsession").AIOHTTPSession, "send", guard.send_aio)
    yield WrapperPatch(import_module("aiohttp.connector").BaseConnector, "connect", guard.connect)
    if find_spec("aiobotocore.httpxsession"):  # since 2.22
        yield WrapperPatch(_module("httpxsession").HttpxSession, "send", guard.send_aio)
        for pool in _httpx_pools():
            yield WrapperPatch(pool, "handle_async_request", guard.connect)


def _missing_hooks() -> list[str]:
    """List the names that the fake needs and the installed aiobotocore does not have."""
    return [
        f"{owner}.{name}"
        for module, owner, name in _HOOKS
        if name not in getattr(getattr(_module(module), owner, None), "__dict__", ())
    ]


def _refuse(missing: list[str]) -> Callable[..., Any]:
    """Make a method that refuses all calls, because the fake could not answer them."""
    text = (
        f"The fake does not support aiobotocore {sys.modules['aiobotocore'].__version__}: "
        f"{', '.join(missing)} is missing. These versions work: {SUPPORTED}."
    )

    async def refuse(*_: Any, **__: Any) -> Any:
        raise AutomationFakeError(text)

    return refuse


def patch_aio_credentials() -> Iterator[Patch]:
    """Prevent aiobotocore, if it has been imported, from reading real credentials or running a program for them."""
    if "aiobotocore.client" not in sys.modules or _missing_hooks():
        return

    async def retrieve(*_: object) -> dict[str, str]:
        return dummy_credentials()

    async def load_credentials(original: Callable[..., Any], resolver: Any) -> Any:
        return without_secrets(await original(resolver), credentials.AioCredentials)

    credentials = _module("credentials")
    yield WrapperPatch(credentials.AioCredentialResolver, "load_credentials", load_credentials)
    yield Patch(credentials.AioProcessProvider, "_retrieve_credentials_using", retrieve)


def _httpx_pools() -> Iterator[type]:
    """Yield the class that opens connections for httpx, or its fork httpx2, if one of them is installed."""
    if (httpx := _module("httpxsession").httpx) is not None:
        yield import_module(httpx.__name__.replace("httpx", "httpcore")).AsyncConnectionPool


def _module(name: str) -> Any:
    return import_module(f"aiobotocore.{name}")
