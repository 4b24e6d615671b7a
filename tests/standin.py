"""A loopback server that stands in for SSM: a fake, documents that can be created, and planted faults."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from pytest_ssm_automation import FakeUsageError
from pytest_ssm_automation._transports.http.answering import answer_http

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_ssm_automation import AutomationFake

Members = dict[str, Any]
Answer = tuple[int, Members]
LOST: Answer = (0, {})


def error(code: str, text: str = "", status: int = 400) -> Answer:
    """Make an error's answer."""
    return status, {"__type": code, "message": text}


class StandIn:
    """Answers requests to SSM.

    Attributes:
        fake: What answers Automation operations.
        interfere: Takes an operation and its request, which it may change; may return an answer.
        deviate: Takes an operation, its request and the answer's members, which it may change.
        documents: The documents that were created and not deleted.
        operations: The operations that were asked for, in order.
    """

    def __init__(self, fake: AutomationFake) -> None:
        """Answer as the fake does."""
        self.fake = fake
        self.interfere: Callable[[str, Members], Answer | None] = lambda *_: None
        self.deviate: Callable[[str, Members, Members], None] = lambda *_: None
        self.documents: dict[str, Members] = {}
        self.operations: list[str] = []

    def __call__(self, environ: Members, start_response: Any) -> Iterable[bytes]:
        """Answer a request, or break the connection."""
        request = Request(environ)
        operation = request.headers.get("X-Amz-Target", "").removeprefix("AmazonSSM.")
        self.operations.append(operation)
        members = json.loads(request.get_data()) if operation else {}
        answer = self.interfere(operation, members) or self._documents(operation, members)
        if answer == LOST:
            raise ConnectionResetError
        if answer is None:
            answer = self._automation(request, members)
        self.deviate(operation, members, answer[1])
        headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": self.fake._service.new_id()}
        return Response(json.dumps(answer[1]), answer[0], headers)(environ, start_response)

    def _automation(self, request: Request, members: Members) -> Answer:
        headers, body = dict(request.headers), json.dumps(members).encode()
        answered = answer_http(self.fake._service, request.method, request.base_url, headers, body)
        return answered.status, json.loads(answered.body)

    def _documents(self, operation: str, members: Members) -> Answer | None:
        name = members.get("Name", "")
        if operation == "CreateDocument":
            try:
                self.fake.add_runbook(json.loads(members["Content"]), name=name)
            except FakeUsageError as refused:
                return error("InvalidDocumentContent", str(refused))
            self.documents[name] = members
            return 200, {"DocumentDescription": {"Name": name, "Status": "Creating"}}
        if operation == "ListDocuments":
            return 200, {"DocumentIdentifiers": [{"Name": name} for name in self.documents]}
        if operation == "DeleteDocument":
            return (200, {}) if self.documents.pop(name, None) else error("InvalidDocument")
        return None


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any, **__: Any) -> None:
        """Keep quiet."""

    def run_wsgi(self) -> None:
        """Close the connection after each request, also one that was broken off."""
        self.close_connection = True
        super().run_wsgi()


@contextmanager
def served(application: Any) -> Iterator[str]:
    """Serve a WSGI application on a free port of 127.0.0.1, and return its URL."""
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
