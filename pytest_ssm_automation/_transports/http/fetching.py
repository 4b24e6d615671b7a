"""Fetch the file behind a TargetLocationsURL from what mocks `requests`."""

from __future__ import annotations

import contextvars
import threading
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Any, Final

import requests
from requests.adapters import HTTPAdapter

from ..._service.runs.targets.locations import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..._service.errors import ServiceError

_TIMEOUT_SECONDS: Final = 5.0


class _Offline(HTTPAdapter):
    """An adapter without connections, whose requests only mocks answer."""

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> Any:
        raise requests.ConnectionError("It is not hosted")


def fetch(url: str) -> tuple[int, bytes] | None:
    """Return the status and the body of a mocked URL; `None` for other URLs, because no connection is made.

    Callbacks of mocks have no time limit, so they run in another thread, which is abandoned after a timeout.

    Raises:
        ServiceError: The mock takes too long, or fails.
    """
    answer: Future[tuple[int, bytes] | None] = Future()
    arguments = (answer, contextvars.copy_context().run, url)
    threading.Thread(target=_fetch_into, args=arguments, name="ssm-automation-fetch", daemon=True).start()
    if wait([answer], _TIMEOUT_SECONDS).not_done:
        raise _too_slow()
    return answer.result()


def _fetch_into(answer: Future[Any], run: Callable[..., Any], url: str) -> None:
    try:
        answer.set_result(run(_get, url))
    except BaseException as error:  # noqa: BLE001 - it is raised in the other thread
        answer.set_exception(error)


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
