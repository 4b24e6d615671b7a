"""Answer callers that sign their own requests and send them with `requests`, and host files for TargetLocationsURL."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import botocore.exceptions
import requests
import responses
from requests.adapters import HTTPAdapter

from ..._errors import is_own
from ..._service.checks import model
from ..patching import Patch
from .answering import answer_http, answer_mistake, is_ours

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..._service.engine import Service

_METHODS: Final = ("POST", "GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")


@cache
def ssm_url() -> re.Pattern[str]:
    """Return the pattern of SSM's endpoints: all Regions and partitions, FIPS, dual-stack and VPC endpoints."""
    partitions = model.loader().load_data("partitions")["partitions"]
    suffixes = {each["outputs"][name] for each in partitions for name in ("dnsSuffix", "dualStackDnsSuffix")}
    domains = "|".join(map(re.escape, sorted(suffixes, key=len, reverse=True)))
    return re.compile(
        rf"https?://(?:[a-z0-9-]+\.)?ssm(?:-fips)?\.[a-z0-9-]+\.(?:vpce\.)?(?:{domains})(?::\d+)?(?:[/?].*)?\Z",
        re.IGNORECASE | re.DOTALL,
    )


class RequestsMock:
    """A `responses.RequestsMock` that answers for a service, and hosts target locations.

    It receives requests for the fake even if another mock, such as moto's, was started later. All other requests go to
    that mock, or to the one that was active before.

    Attributes:
        mock: The `responses.RequestsMock`.
    """

    def __init__(self, service: Service) -> None:
        """Start without mocks."""
        self._service = service
        self._hosted: set[str] = set()
        self._serving = False
        self._patch = Patch(requests.Session, "get_adapter", self._get_adapter)
        beneath: Any = HTTPAdapter.send
        self.mock = responses.RequestsMock(assert_all_requests_are_fired=False, real_adapter_send=beneath)
        if beneath.__module__ != HTTPAdapter.__module__:  # another mock, which answers everything else
            self.mock.add_passthru(re.compile(""))

    def start(self) -> None:
        """Patch `requests`."""
        self.mock.start()
        self._patch.apply()

    def stop(self) -> None:
        """Restore `requests`."""
        self._patch.restore()
        self.mock.stop(allow_assert=False)
        self.mock.reset()

    def serve_ssm(self) -> None:
        """Answer requests to SSM."""
        if not self._serving:
            self._serving = True
            for method in _METHODS:
                self.mock.add_callback(method, ssm_url(), self._answer, match=[self._matches])

    def host(self, locations: Any) -> str:
        """Host a JSON array, and return its URL, which looks like a presigned URL of S3."""
        key, token = self._service.new_id(), self._service.new_id().replace("-", "")
        url = f"https://target-locations.s3.us-east-1.amazonaws.com/{key}.json"
        query = (
            "X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101%2Fus-east-1%2Fs3%2Faws4_request"
            f"&X-Amz-Date=20260101T000000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature={token}{token}"
        )
        self.mock.add("GET", url, body=json.dumps(locations), content_type="application/json")
        self._hosted.add(url)
        return f"{url}?{query}"

    def _matches(self, request: Any) -> tuple[bool, str]:
        ours = is_ours(self._service, _text(request.headers), _read_body(request))
        return ours, "" if ours else "an operation of SSM that the fake does not answer"

    def _answer(self, request: Any) -> tuple[int, Mapping[str, str], bytes]:
        url = request.url.partition("?")[0]
        try:
            answer = answer_http(self._service, request.method, url, _text(request.headers), _read_body(request))
        except botocore.exceptions.BotoCoreError as error:
            raise _of_requests(error)(error, request=request) from error
        except BaseException as error:
            if not is_own(error):
                raise
            answer = answer_mistake(self._service, error)
        return answer.status, answer.headers, b"" if request.method == "HEAD" else answer.body

    def claims(self, request: Any) -> bool:
        """Return whether a request is for the fake, or for a hosted file."""
        url = request.url.partition("?")[0]
        return url in self._hosted or (self._serving and bool(ssm_url().fullmatch(url)) and self._matches(request)[0])

    def _get_adapter(self, original: Callable[..., Any], session: requests.Session, url: str) -> Any:
        adapter = original(session, url)
        return _Adapter(self, adapter) if isinstance(adapter, HTTPAdapter) else adapter


class _Adapter(HTTPAdapter):
    """Send requests for the fake to its mock, and all others with the adapter of the session."""

    def __init__(self, owner: RequestsMock, adapter: HTTPAdapter) -> None:
        super().__init__()
        self._owner = owner
        self._adapter = adapter

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if self._owner.claims(request):
            mock: Any = self._owner.mock
            return mock._on_request(self._adapter, request, **kwargs)
        return self._adapter.send(request, *args, **kwargs)


def _of_requests(error: Exception) -> type[requests.RequestException]:
    """Return the exception of `requests` that corresponds to one of botocore."""
    if isinstance(error, botocore.exceptions.ConnectTimeoutError):
        return requests.ConnectTimeout
    return requests.ReadTimeout if isinstance(error, botocore.exceptions.ReadTimeoutError) else requests.ConnectionError


def _text(headers: Mapping[str, Any]) -> dict[str, str]:
    return {
        name.lower(): value.decode("latin-1") if isinstance(value, bytes) else str(value)
        for name, value in headers.items()
    }


def _read_body(request: Any) -> bytes:
    """Read the body, and store it in the request, because a file or a generator can be read only once."""
    body: Any = request.body or b""
    if hasattr(body, "read"):
        body = body.read()
    elif not isinstance(body, str | bytes):
        body = b"".join(body)
    content: bytes = body.encode() if isinstance(body, str) else body
    request.body = content
    return content
