"""`responses` for callers that sign their own requests and send them with `requests`, and for TargetLocationsURL."""

from __future__ import annotations

import contextvars
import json
import re
import threading
from functools import cache, partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final, NoReturn

import botocore.exceptions
import requests
import responses
from requests.adapters import HTTPAdapter

from .._service.checks import model
from .._service.runs.locations import refused
from .http import answer_http, is_ours
from .patching import WrapperPatch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._service.engine import Service
    from .._service.errors import ServiceError

_METHODS: Final = ("POST", "GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")
_TIMEOUT_SECONDS: Final = 5.0


@cache
def ssm_url() -> re.Pattern[str]:
    """Give the pattern of SSM's endpoints: of every Region and partition, FIPS, dual-stack and of a VPC."""
    partitions = model.loader().load_data("partitions")["partitions"]
    suffixes = {each["outputs"][name] for each in partitions for name in ("dnsSuffix", "dualStackDnsSuffix")}
    domains = "|".join(map(re.escape, sorted(suffixes, key=len, reverse=True)))
    return re.compile(
        rf"https?://(?:[a-z0-9-]+\.)?ssm(?:-fips)?\.[a-z0-9-]+\.(?:vpce\.)?(?:{domains})(?::\d+)?(?:[/?].*)?",
        re.IGNORECASE | re.DOTALL,
    )


class RequestsMock:
    """A `responses.RequestsMock` on which a service answers, and which hosts target locations.

    Requests for the fake go to it even beneath a mock that was started later, such as moto's; all others go to that
    mock, or to the one that was active before, or nowhere.

    Attributes:
        mock: The `responses.RequestsMock`.
    """

    def __init__(self, service: Service) -> None:
        """Mock nothing yet."""
        self._service = service
        self._hosted: set[str] = set()
        self._serving = False
        self._patch = WrapperPatch(requests.Session, "get_adapter", self._get_adapter)
        beneath: Any = HTTPAdapter.send
        self.mock = responses.RequestsMock(assert_all_requests_are_fired=False, real_adapter_send=beneath)
        if beneath.__module__ != HTTPAdapter.__module__:  # somebody else's mock: leave to it what is not ours
            self.mock.add_passthru(re.compile(""))

    def start(self) -> None:
        """Stand before all connections of `requests`."""
        self.mock.start()
        self._patch.apply()

    def stop(self) -> None:
        """Step aside."""
        self._patch.restore()
        self.mock.stop(allow_assert=False)
        self.mock.reset()

    def serve_ssm(self) -> None:
        """Answer what is sent to SSM."""
        if not self._serving:
            self._serving = True
            for method in _METHODS:
                self.mock.add_callback(method, ssm_url(), self._answer, match=[self._matches])

    def host(self, locations: Any) -> str:
        """Host a JSON array behind a URL that looks like one presigned for S3, and give the URL."""
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
        return ours, "" if ours else "an operation of SSM that the fake leaves alone"

    def _answer(self, request: Any) -> tuple[int, Mapping[str, str], bytes]:
        url = request.url.partition("?")[0]
        try:
            answer = answer_http(self._service, request.method, url, _text(request.headers), _read_body(request))
        except botocore.exceptions.BotoCoreError as error:
            raise _of_requests(error)(error, request=request) from error
        return answer.status, answer.headers, b"" if request.method == "HEAD" else answer.body

    def claims(self, request: Any) -> bool:
        """Tell whether a request is for the fake, or for what it hosts."""
        url = request.url.partition("?")[0]
        return url in self._hosted or (self._serving and bool(ssm_url().fullmatch(url)) and self._matches(request)[0])

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
        if self._owner.claims(request):
            mock: Any = self._owner.mock
            return mock._on_request(self._adapter, request, **kwargs)
        return self._adapter.send(request, *args, **kwargs)


class _Offline(HTTPAdapter):
    """An adapter that is answered by mocks, or not at all."""

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> Any:
        raise requests.ConnectionError("Nobody hosts it")


def fetch(url: str) -> tuple[int, bytes] | None:
    """Get status and body of a URL that is mocked; `None` if it isn't, since no connection is ever made.

    A callback of a mock knows no time limit. So it runs in a thread of its own, and is left there if it takes too long.

    Raises:
        ServiceError: It takes too long, or fails.
    """
    done: SimpleQueue[Callable[[], tuple[int, bytes] | None]] = SimpleQueue()
    arguments = (contextvars.copy_context().run, url, done)
    threading.Thread(target=_fetch_into, args=arguments, name="ssm-automation-fetch", daemon=True).start()
    try:
        result = done.get(timeout=_TIMEOUT_SECONDS)
    except Empty:
        raise _too_slow() from None
    return result()


def _fetch_into(run: Callable[..., Any], url: str, done: SimpleQueue[Any]) -> None:
    try:
        answer = run(_get, url)
    except BaseException as error:  # noqa: BLE001 - it is raised where the URL is fetched
        done.put(partial(_raise, error))
    else:
        done.put(lambda: answer)


def _raise(error: BaseException) -> NoReturn:
    raise error


def _get(url: str) -> tuple[int, bytes] | None:
    with requests.Session() as session:
        session.trust_env = False
        for scheme in ("https://", "http://"):
            session.mount(scheme, _Offline())
        try:
            answer = session.get(url, timeout=_TIMEOUT_SECONDS)
        except requests.Timeout:
            raise _too_slow() from None
        except (requests.ConnectionError, requests.exceptions.InvalidURL):
            return None
        except requests.RequestException as error:
            raise refused(f"it can't be read: {type(error).__name__}") from None
    return answer.status_code, answer.content


def _too_slow() -> ServiceError:
    return refused(f"no answer within {_TIMEOUT_SECONDS:.0f} seconds")


def _of_requests(error: Exception) -> type[requests.RequestException]:
    """Give what `requests` raises where botocore raises `error`."""
    if isinstance(error, botocore.exceptions.ConnectTimeoutError):
        return requests.ConnectTimeout
    return requests.ReadTimeout if isinstance(error, botocore.exceptions.ReadTimeoutError) else requests.ConnectionError


def _text(headers: Mapping[str, Any]) -> dict[str, str]:
    return {
        name.lower(): value.decode("latin-1") if isinstance(value, bytes) else str(value)
        for name, value in headers.items()
    }


def _read_body(request: Any) -> bytes:
    """Read the body, and keep it: it may be a file or a generator, which can be read only once."""
    body: Any = request.body or b""
    if hasattr(body, "read"):
        body = body.read()
    elif not isinstance(body, str | bytes):
        body = b"".join(body)
    content: bytes = body.encode() if isinstance(body, str) else body
    request.body = content
    return content
