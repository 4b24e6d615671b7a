"""The wire transport for clients of aiobotocore."""

from __future__ import annotations

from importlib import import_module
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from ..owner.claim import claim_of
from .wire import WireTap, created

if TYPE_CHECKING:
    from .protocol import HttpAnswer


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
        concluded = self._concluded(event_name, responses)
        if concluded is not None:
            return concluded
        claim = claim_of(created.get({}))
        if claim is not None:
            claim.asks(claimed[1], None)
        try:
            return self._answered(claimed, kwargs["request"].url)
        finally:
            if claim is not None:
                await claim.suspend()

    def _response(self, url: str, answer: HttpAnswer) -> Any:
        kind: Any = import_module("aiobotocore.awsrequest").AioAWSResponse
        return kind(url, answer.status, dict(answer.headers), _Body(answer))


class _Body:
    """The body of a response, with the interface of aiohttp and httpx that aiobotocore uses."""

    def __init__(self, answer: HttpAnswer) -> None:
        self._content = answer.body
        # for aiobotocore before 2.14
        self.raw_headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]

    async def read(self) -> bytes:
        """Return the whole body."""
        return self._content
