"""A loopback HTTP server that serves a fake to other processes, such as the AWS CLI and other SDKs."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from io import BufferedReader
from multiprocessing import spawn
from pkgutil import resolve_name
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit
from uuid import uuid4
from weakref import WeakSet

from botocore.exceptions import BotoCoreError
from werkzeug.datastructures import EnvironHeaders
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Response

from ..._forks import on_fork
from ..._service.errors import ServiceError
from ..._service.working import ENDPOINT, close_endpoint, open_endpoint
from ..answers.protocol import encode_error
from ..guard.environment import Changes
from ..guard.network import is_loopback
from ..patching import Patch
from .answering import answer_http, answer_mistake
from .body import read_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from io import RawIOBase

    from ..._service.engine import Service
    from ..answers.protocol import HttpAnswer

_IGNORED: Final = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
_DIRECT: Final = ("NO_PROXY", "no_proxy")
_CONNECTION: Final = "ssm_automation.connection"
_open: WeakSet[_Server] = WeakSet()
_LONGEST_CLOSE: Final = 3.0


class Endpoint:
    """A server on a free port of 127.0.0.1. Child processes find it through `AWS_ENDPOINT_URL_SSM`.

    Attributes:
        url: The URL of the server.
    """

    def __init__(self, service: Service) -> None:
        """Start the server, and set the environment variables."""
        self._service = service
        self._server = _Server("127.0.0.1", 0, self._respond, _Handler)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="ssm-automation-endpoint", daemon=True
        )
        self._thread.start()
        around = {name: ",".join(filter(None, (os.environ.get(name), "127.0.0.1"))) for name in _DIRECT}
        variables = {ENDPOINT: self.url, _IGNORED: None, **around}
        self._changes = Changes(variables, {name: os.environ.get(name) for name in variables})
        open_endpoint(self.url, self._changes.before[ENDPOINT])
        self._changes.make()
        self._patch = Patch(spawn, "get_preparation_data", _prepare).apply()
        _open.add(self._server)

    def close(self) -> None:
        """Stop the server, close all connections, and restore variables that have not been changed since.

        This waits only a few seconds for requests that are still being answered, for example by a function of the test
        that waits for something.
        """
        _open.discard(self._server)
        self._patch.restore()
        self._server.stop(self._thread)
        self._changes.undo()
        close_endpoint(self.url)

    def _respond(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request, or break the connection for a fault."""
        answer = self._answer(environ)
        headers = {name: value for name, value in answer.headers.items() if name not in {"Connection", "Server"}}
        return Response(answer.body, answer.status, headers)(environ, start_response)

    def _answer(self, environ: dict[str, Any]) -> HttpAnswer:
        headers = {name.lower(): value for name, value in EnvironHeaders(environ)}
        if (refusal := _refuse_host(headers.get("host"))) is not None:
            return encode_error(self._service.new_id(), refusal)
        body = read_body(environ[_CONNECTION], headers, _Handler.timeout or 0)
        if self._server.stopping and isinstance(body, ServiceError):
            raise ConnectionResetError  # the end of the server has broken the request off, and not its sender
        try:
            return answer_http(self._service, environ["REQUEST_METHOD"], self.url, headers, body)
        except BotoCoreError:
            raise ConnectionResetError from None
        except BaseException as error:  # noqa: BLE001 - a function of the test may raise anything
            return answer_mistake(self._service, error)


class _Server(ThreadedWSGIServer):
    """A server that knows its open connections and threads, so that it can end them."""

    def __init__(self, *args: Any) -> None:
        self.stopping = False
        self._open: set[socket.socket] = set()
        self._serving: set[threading.Thread] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        # A daemon, so that a thread that hangs in a function of the test does not keep the process alive.
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), name="ssm-automation-call", daemon=True
        )
        self._serving = {each for each in self._serving if each.is_alive()} | {thread}
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def stop(self, loop: threading.Thread) -> None:
        """Stop listening, close all connections, and wait for all threads, with a time limit."""
        end, self.stopping = perf_counter() + _LONGEST_CLOSE, True
        shutdown = threading.Thread(target=self.shutdown, daemon=True)  # it waits without a limit
        shutdown.start()
        for thread in (loop, shutdown):
            thread.join(_LONGEST_CLOSE)
        self.server_close()
        for connection in self._open.copy():
            with suppress(OSError):  # the client has already closed it
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._serving:
            thread.join(max(0.0, end - perf_counter()))


class _Reader(BufferedReader):
    """A reader that returns available data. werkzeug discards data after the request, and must not wait for more."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read once from the connection."""
        return self.read1(-1 if size is None else size)


class _Handler(WSGIRequestHandler):
    """Handle a connection without logging, and with a timeout."""

    timeout = 20
    rbufsize = 0

    def setup(self) -> None:
        """Use a reader that does not wait."""
        super().setup()
        self.rfile = _Reader(cast("RawIOBase", self.rfile))

    def make_environ(self) -> dict[str, Any]:
        """Add the connection, to read the body without werkzeug, whose reader has no limit for chunk sizes."""
        return {**super().make_environ(), _CONNECTION: self.rfile}

    def log(self, *_: Any, **__: Any) -> None:
        """Log nothing."""

    def log_request(self, *_: Any, **__: Any) -> None:
        """Log nothing, and don't decode the address."""

    def parse_request(self) -> bool:
        """Read the request line and the headers; refuse empty request lines, and those of HTTP 0.9."""
        parsed = super().parse_request()
        nothing = not self.raw_requestline.decode("latin-1").split()  # http.server ignores these
        if nothing or (parsed and self.request_version == "HTTP/0.9"):
            self.send_error()
            return False
        return parsed

    def run_wsgi(self) -> None:
        """Answer one request, even if its address is invalid, and close the connection."""
        self.close_connection = True
        try:
            super().run_wsgi()
        except ValueError:
            self.send_error()

    def send_error(self, *_: Any, **__: Any) -> None:
        """Respond to invalid HTTP with the error for an unknown operation."""
        answer = encode_error(str(uuid4()), ServiceError("UnknownOperationException"))
        self.request_version = self.protocol_version
        self.close_connection = True
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name not in {"Connection", "Server", "Date"}:
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)


class _Environment:
    """An object that is unpickled as `os.environ` and sets variables, even if this package can't be imported there."""

    def __init__(self, variables: dict[str, str]) -> None:
        self._variables = variables

    def __reduce__(self) -> tuple[Any, ...]:
        return resolve_name, ("os:environ",), None, None, iter(self._variables.items())


def _prepare(original: Callable[..., dict[str, Any]], *args: Any, **kwargs: Any) -> dict[str, Any]:
    """Wrap `multiprocessing.spawn.get_preparation_data`, to pass the current environment to the new process.

    A fork server keeps the environment with which it was started, possibly by an earlier test. The new process ignores
    unknown keys.
    """
    variables = {
        name: value for name, value in os.environ.items() if name.startswith("AWS_") or name.lower() == "no_proxy"
    }
    return {**original(*args, **kwargs), "ssm_automation": _Environment({_IGNORED: "false", **variables})}


def _refuse_host(host: str | None) -> ServiceError | None:
    """Refuse requests to other host names, because a web page can point its own host name to this machine."""
    with suppress(ValueError):
        if host is None or is_loopback(urlsplit(f"//{host}").hostname or ""):
            return None
    return ServiceError("InvalidSignatureException", f"The Host header names {host!r}, which is not this machine.")


def _leave_to_parent() -> None:
    """In a forked child, close the sockets, so that the ports do not stay open longer than in the parent."""
    for server in list(_open):
        server.socket.close()


on_fork(after_in_child=_leave_to_parent)
