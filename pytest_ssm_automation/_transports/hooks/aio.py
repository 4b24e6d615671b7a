"""Support for aiobotocore's clients, whose methods must be awaited.

It is used only if aiobotocore has already been imported.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..._errors import AutomationFakeError
from ..guard import network
from ..guard.environment import dummy_credentials, without_secrets
from ..names import unsupported
from ..patching import Patch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def patch_aio(convert: Callable[..., Any], make_request: Callable[..., Any]) -> Iterator[Patch]:
    """Wrap aiobotocore's clients like botocore's."""
    if (error := unsupported("aiobotocore")) is not None:
        text = str(error)

        async def refuse(*_: Any, **__: Any) -> Any:
            raise AutomationFakeError(text)

        yield Patch(module_of("client").AioBaseClient, "_make_api_call", refuse)
        return

    yield Patch(module_of("client").AioBaseClient, "_convert_to_request_dict", convert)
    yield Patch(module_of("client").AioBaseClient, "_make_request", make_request)
    yield Patch(module_of("httpsession").AIOHTTPSession, "send", network.send_aio)
    yield Patch(import_module("aiohttp.connector").BaseConnector, "connect", network.connect)
    if find_spec("aiobotocore.httpxsession"):  # since 2.22
        yield Patch(module_of("httpxsession").HttpxSession, "send", network.send_aio)
        if (httpx := module_of("httpxsession").httpx) is not None:  # or its fork httpx2
            core = import_module(httpx.__name__.replace("httpx", "httpcore"))
            yield Patch(core.AsyncConnectionPool, "handle_async_request", network.connect)


def patch_aio_credentials() -> Iterator[Patch]:
    """Prevent aiobotocore from reading real credentials or running a program for them."""
    if unsupported("aiobotocore"):
        return

    async def retrieve(*_: object) -> dict[str, str]:
        return dummy_credentials()

    async def load_credentials(original: Callable[..., Any], resolver: Any) -> Any:
        return without_secrets(await original(resolver), credentials.AioCredentials)

    credentials = module_of("credentials")
    yield Patch(credentials.AioCredentialResolver, "load_credentials", load_credentials)
    yield Patch(credentials.AioProcessProvider, "_retrieve_credentials_using", retrieve)


def module_of(name: str) -> Any:
    """Return a module of aiobotocore."""
    return import_module(f"aiobotocore.{name}")
