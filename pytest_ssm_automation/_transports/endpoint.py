"""A loopback HTTP server that serves a fake to other processes: the AWS CLI, other SDKs."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from botocore.exceptions import BotoCoreError
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Response

from .._service.errors import ServiceError
from .environment import change_environment
from .http import MOST_BYTES, answer_http, too_large
from .wire import encode_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._service.engine import Service

VARIABLE: Final = "AWS_ENDPOINT_URL_SSM"
_IGNORED: Final = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
_DIRECT: Final = ("NO_PROXY", "no_proxy")
_PIECE: Final = 64 * 1024


class Endpoint:
    """A server on a free port of 127.0.0.1; child processes find it by `AWS_ENDPOINT_URL_SSM`.

    Attributes:
        url: Where it listens.
    """

    def __init__(self, service: Service) -> None:
        """Start to listen."""
        self._service = service
        self._server = _Server("127.0.0.1", 0, self._respond, _Handler)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="ssm-automation-endpoint", daemon=True
        )
        self._thread.start()
        around = {name: ",".join(filter(None, (os.environ.get(name), "127.0.0.1"))) for name in _DIRECT}
        self._set: dict[str, str | None] = {VARIABLE: self.url, _IGNORED: None, **around}
        self._before = {name: os.environ.get(name) for name in self._set}
        change_environment(self._set)

    def close(self) -> None:
        """Stop listening, break the connections that are left, and put back what nobody has changed since."""
        self._server.shutdown()
        self._server.break_connections()
        self._thread.join()
        untouched = (name for name, value in self._set.items() if os.environ.get(name) == value)
        change_environment({name: self._before[name] for name in untouched})

    def _respond(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request; break the connection where a fault says so."""
        body = _read(environ)
        try:
            answer = answer_http(self._service, environ["REQUEST_METHOD"], self.url, _headers(environ), body)
        except BotoCoreError:
            raise ConnectionResetError from None
        except Exception as error:  # noqa: BLE001 - of the test's own, such as a fault's condition
            text = f"{type(error).__name__}: {error}"
            answer = encode_error(self._service.new_id(), ServiceError("InternalFailure", text))
        headers = {name: value for name, value in answer.headers.items() if name not in {"Connection", "Server"}}
        return Response(answer.body, answer.status, headers)(environ, start_response)


class _Server(ThreadedWSGIServer):
    """Knows its open connections, so that none outlives it."""

    daemon_threads = False  # so that closing the server waits for them

    def __init__(self, *args: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def break_connections(self) -> None:
        for connection in self._open.copy():
            with suppress(OSError):  # the other side was faster
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(WSGIRequestHandler):
    """Handles a connection without a word, and gives up one that stays silent."""

    timeout = 20

    def log(self, *_: Any, **__: Any) -> None:
        """Keep quiet."""

    def log_request(self, *_: Any, **__: Any) -> None:
        """Keep quiet, and don't even read the address for it."""

    def parse_request(self) -> bool:
        """Read the request line and the headers; refuse the request line of HTTP 0.9, and none at all."""
        parsed = super().parse_request()
        nothing = not self.raw_requestline.decode("latin-1").split()  # which http.server passes over without a word
        if nothing or (parsed and self.request_version == "HTTP/0.9"):
            self.send_error(400)
            return False
        return parsed

    def run_wsgi(self) -> None:
        """Answer one request, also where the address can't be read, and close the connection."""
        self.close_connection = True
        try:
            super().run_wsgi()
        except ValueError:
            self.send_error(400)

    def send_error(self, *_: Any, **__: Any) -> None:
        """Refuse what is not HTTP as AWS refuses an operation that it doesn't know."""
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


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
    return {**headers, "Content-Type": environ.get("CONTENT_TYPE", "")}


def _read(environ: dict[str, Any]) -> bytes | ServiceError:
    """Read the body to its end, but keep no more of it than is allowed; or give what to answer instead."""
    stream, chunked = environ["wsgi.input"], environ.get("wsgi.input_terminated", False)
    try:
        left = 2**63 if chunked else int(environ.get("CONTENT_LENGTH") or 0)
        kept, size = bytearray(), 0
        while piece := stream.read(min(_PIECE, left - size)):
            kept += piece[: MOST_BYTES + 1 - len(kept)]
            size += len(piece)
    except TimeoutError:
        return ServiceError("RequestTimeoutException")
    except (ValueError, OSError):  # no length, or no chunks
        return ServiceError("SerializationException")
    if not chunked and size < left:
        return ServiceError("SerializationException", f"The request ended after {size} of {left} bytes.")
    return too_large() if size > MOST_BYTES else bytes(kept)
