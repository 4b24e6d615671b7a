"""A loopback HTTP server that serves a fake to other processes: the AWS CLI, other SDKs."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import HTTPClientError
from werkzeug.exceptions import ClientDisconnected, HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from .http import answer_http

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._service.engine import Service

VARIABLE: Final = "AWS_ENDPOINT_URL_SSM"


class _Handler(WSGIRequestHandler):
    """Handles a connection without a word, and gives up one that stays silent."""

    timeout = 30

    def log(self, *_: Any) -> None:
        """Keep quiet."""


class Endpoint:
    """A server on a free port of 127.0.0.1; child processes find it by `AWS_ENDPOINT_URL_SSM`.

    Attributes:
        url: Where it listens.
    """

    def __init__(self, service: Service) -> None:
        """Start to listen."""
        self._service = service
        self._server = make_server("127.0.0.1", 0, self._respond, threaded=True, request_handler=_Handler)
        self._server.daemon_threads = True  # type: ignore[attr-defined]  # of ThreadingMixIn
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="ssm-automation-endpoint", daemon=True)
        self._thread.start()
        self._before = os.environ.get(VARIABLE)
        os.environ[VARIABLE] = self.url

    def close(self) -> None:
        """Stop listening, and put the environment back."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if os.environ.get(VARIABLE) == self.url:
            if self._before is None:
                del os.environ[VARIABLE]
            else:
                os.environ[VARIABLE] = self._before

    def _respond(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request; break the connection where a fault says so."""
        request = Request(environ)
        try:
            answer = answer_http(
                self._service, request.method, request.base_url, dict(request.headers), request.get_data()
            )
        except HTTPClientError as error:
            raise ConnectionResetError from error
        except (ClientDisconnected, HTTPException):
            raise ConnectionResetError from None
        hop_by_hop = {"connection", "content-length"}
        headers = {name: value for name, value in answer.headers.items() if name.lower() not in hop_by_hop}
        return Response(answer.body, answer.status, headers)(environ, start_response)
