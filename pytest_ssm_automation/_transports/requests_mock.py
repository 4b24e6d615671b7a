"""`responses` for callers that sign their own requests and send them with `requests`, and for TargetLocationsURL."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import requests
import responses
from requests.adapters import HTTPAdapter

from .http import answer_http, is_ours
from .patching import WrapperPatch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._service.engine import Service

# Every Region's endpoint, FIPS, dual-stack and in other partitions.
SSM_URL: Final = re.compile(r"https?://ssm(?:-fips)?\.([a-z0-9-]+)\.(?:[a-z0-9-]+\.)*[a-z0-9-]+(?::\d+)?(?:/.*)?")
_UNMOCKED: Final = HTTPAdapter.send
_TIMEOUT_SECONDS: Final = 5.0


class RequestsMock:
    """A `responses.RequestsMock` on which a service answers, and which hosts target locations.

    Requests for the fake go to it even beneath a mock that was started later, such as moto's; all others go to that mock, or to the one
    that was active before, or nowhere.

    Attributes:
        mock: The `responses.RequestsMock`.
    """

    def __init__(self, service: Service) -> None:
        """Mock nothing yet."""
        self._service = service
        self._hosted: set[str] = set()
        self._adapters: WrapperPatch | None = None
        self.mock = responses.RequestsMock(assert_all_requests_are_fired=False, real_adapter_send=HTTPAdapter.send)
        if HTTPAdapter.send is not _UNMOCKED:  # somebody else's mock: leave to it what is not ours
            self.mock.add_passthru(re.compile(""))

    def start(self) -> None:
        """Stand before all connections of `requests`."""
        self.mock.start()
        self._adapters = WrapperPatch(requests.Session, "get_adapter", self._get_adapter)

    def stop(self) -> None:
        """Step aside."""
        if self._adapters:
            self._adapters.restore()
        self.mock.stop(allow_assert=False)
        self.mock.reset()

    def serve_ssm(self) -> None:
        """Answer what is sent to SSM."""
        for method in ("POST", "GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"):
            self.mock.add_callback(method, SSM_URL, self._answer, match=[self._matches])
        self._serving = True

    def host(self, locations: Any) -> str:
        """Host a JSON array behind a URL that looks like one presigned for S3, and give the URL."""
        key, token = self._service.new_id(), self._service.new_id().replace("-", "")
        url = f"https://target-locations.s3.us-east-1.amazonaws.com/{key}.json"
        query = (
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101%2Fus-east-1%2Fs3%2Faws4_request"
            f"&X-Amz-Date=20260101T000000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature={token}{token}"
        )
        self.mock.add("GET", url, body=json.dumps(locations), content_type="application/json")
        self._hosted.add(url)
        return f"{url}?{query}"

    def _matches(self, request: Any) -> tuple[bool, str]:
        region = SSM_URL.fullmatch(request.url)
        ours = is_ours(
            self._service, _text(request.headers).get("x-amz-target"), region[1] if region else "", _bytes(request.body)
        )
        return ours, "" if ours else "an operation of SSM that the fake leaves alone"

    def _answer(self, request: Any) -> tuple[int, Mapping[str, str], bytes]:
        answer = answer_http(
            self._service, request.method, request.url.partition("?")[0], _text(request.headers), _bytes(request.body)
        )
        return answer.status, answer.headers, answer.body

    def _claims(self, request: Any) -> bool:
        url = request.url.partition("?")[0]
        return url in self._hosted or (
            self._serving and bool(SSM_URL.fullmatch(request.url)) and self._matches(request)[0]
        )

    _serving = False

    def _get_adapter(self, original: Callable[..., Any], session: requests.Session, url: str) -> Any:
        adapter = original(session, url)
        return _Adapter(self, adapter) if isinstance(adapter, HTTPAdapter) else adapter


class _Adapter(HTTPAdapter):
    """Sends what is for the fake to its mock, and all else by the adapter that the session has."""

    def __init__(self, owner: RequestsMock, adapter: HTTPAdapter) -> None:
        super().__init__()
        self._owner = owner
        self._adapter = adapter

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if self._owner._claims(request):
            return self._owner.mock._on_request(self._adapter, request, **kwargs)
        return self._adapter.send(request, *args, **kwargs)


def fetch(url: str) -> tuple[int, bytes] | None:
    """Get status and body of a URL that is hosted on `responses`; `None` if it isn't, since nothing else is ever asked.

    Raises:
        requests.Timeout: It takes too long.
    """
    if HTTPAdapter.send is _UNMOCKED:
        return None
    try:
        answer = requests.get(url, timeout=_TIMEOUT_SECONDS)
    except requests.Timeout:
        raise
    except requests.ConnectionError:
        return None
    return answer.status_code, answer.content


def _text(headers: Mapping[str, Any]) -> dict[str, str]:
    return {
        name.lower(): value.decode("latin-1") if isinstance(value, bytes) else str(value)
        for name, value in headers.items()
    }


def _bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""
