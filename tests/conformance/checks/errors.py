"""What errors look like."""

from __future__ import annotations

import re
from functools import partial
from html import unescape
from typing import TYPE_CHECKING

import model

from conformance.bench import CannotTell

if TYPE_CHECKING:
    from conformance.bench import Bench


def _text(bench: Bench, error: str, text: str, status: int = 400) -> None:
    told = bench.provoked(error)
    bench.expect((told.code, told.text, told.status), (error, text, status))


_EXPIRED = "The security token included in the request is expired"
_UNKNOWN_CLIENT = "The security token included in the request is invalid."
_FAILURE = "The request has failed due to a temporary failure of the server."
CHECKS = {
    "text_of_throttling": partial(_text, error="ThrottlingException", text="Rate exceeded"),
    "text_of_expired_token": partial(_text, error="ExpiredTokenException", text=_EXPIRED),
    "text_of_unrecognized_client": partial(_text, error="UnrecognizedClientException", text=_UNKNOWN_CLIENT),
    "texts_of_common_errors": partial(_text, error="ServiceUnavailable", text=_FAILURE, status=503),
}


def text_of_denied_access(bench: Bench) -> None:
    """It names who asked, for what, and on which resource."""
    told = bench.provoked("AccessDeniedException")
    form = (
        r"User: arn:aws:sts::\d{12}:assumed-role/[^/]+/\S+ is not authorized to perform: ssm:StartAutomationExecution "
        r"on resource: arn:aws:ssm:[a-z0-9-]+:\d*:automation-definition/\S+:\S+ "
        "because no identity-based policy allows the ssm:StartAutomationExecution action"
    )
    bench.expect(bool(re.fullmatch(form, told.text)) or told.text, wanted=True)
    bench.expect(told.status, 400)


def denied_document(bench: Bench) -> None:
    """One of AWS, an own one and a shared one."""
    shared = "210987654321"
    for name, account in (("AWS-X", ""), ("Own", r"\d{12}"), (f"arn:aws:ssm:us-east-1:{shared}:document/X", shared)):
        told = bench.provoked("AccessDeniedException", name).text
        form = f"resource: arn:aws:ssm:[a-z0-9-]+:{account}:automation-definition/"
        bench.expect(bool(re.search(form, told)) or told, wanted=True)


def _first_sentence(error: str) -> str:
    documentation = model.error_shapes()[error].documentation
    text = " ".join(unescape(re.sub("<[^>]+>", " ", documentation)).split())
    return re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]


def texts_of_the_model(bench: Bench) -> None:
    """Errors without an observed message have the documentation of the model."""
    for error in ("InvalidTarget", "AutomationExecutionLimitExceededException"):
        bench.expect(bench.provoked(error).text, _first_sentence(error))


def statuses(bench: Bench) -> None:
    """Client errors are 400, the server's own is 500."""
    found = {error: bench.provoked(error).status for error in ("InvalidTarget", "InternalServerError")}
    bench.expect(found, {"InvalidTarget": 400, "InternalServerError": 500})


def member_of_the_text(bench: Bench) -> None:
    """The text is `Message` in an error of SSM, and `message` in a common one; botocore reads both."""
    found = {error: bench.provoked(error).members for error in ("InvalidTarget", "ThrottlingException")}
    wanted = {"InvalidTarget": {"Message": _first_sentence("InvalidTarget")}, "ThrottlingException": {}}
    bench.expect(found, wanted)


def attempts_of_botocore(bench: Bench) -> None:
    """In standard mode a throttled start is tried three times, and one that a limit refuses once."""
    if bench.target.title not in {"wire", "endpoint"}:
        raise CannotTell("botocore's retries don't run here")
    counts = {}
    for error in ("ThrottlingException", "AutomationExecutionLimitExceededException"):
        first = len(bench.fake.calls)
        bench.provoked(error)
        counts[error] = len(bench.fake.calls) - first
    bench.expect(counts, {"ThrottlingException": 3, "AutomationExecutionLimitExceededException": 1})
