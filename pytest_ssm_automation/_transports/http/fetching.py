"""Fetch the file behind a TargetLocationsURL from what mocks `requests`."""

from __future__ import annotations

import contextvars
import threading
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final, NoReturn

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
    except BaseException as error:  # noqa: BLE001 - it is raised in the other thread
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
