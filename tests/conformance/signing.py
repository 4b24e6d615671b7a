"""A client that signs its own requests and sends them with `requests`."""

from __future__ import annotations

from typing import Any

import botocore.parsers
import botocore.serialize
import model
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from requests.structures import CaseInsensitiveDict


class SigningClient:
    """Has the methods of a boto3 client; the service model serializes requests and parses answers."""

    def __init__(
        self,
        access_key_id: str,
        secret_access_key: str = "secret",
        session_token: str | None = None,
        *,
        region: str = "us-east-1",
        url: str = "https://ssm.{region}.amazonaws.com/",
    ) -> None:
        """Keep one session of `requests`."""
        self._credentials = Credentials(access_key_id, secret_access_key, session_token)
        self._region = region
        self._url = url.format(region=region)
        self._session = requests.Session()

    def __getattr__(self, method: str) -> Any:
        """Return the method of an operation."""
        operation = "".join(word.title() for word in method.split("_"))
        return lambda **members: self._call(operation, members)

    def _call(self, operation: str, members: dict[str, Any]) -> Any:
        described = model.operation_model(operation)
        body = botocore.serialize.create_serializer("json").serialize_to_request(members, described)
        request: Any = AWSRequest("POST", self._url, body["headers"], body["body"])
        SigV4Auth(self._credentials, "ssm", self._region).add_auth(request)
        answer = self._session.post(request.url, data=request.data, headers=dict(request.headers.items()), timeout=5)
        headers = CaseInsensitiveDict(answer.headers)
        response = {"body": answer.content, "status_code": answer.status_code, "headers": headers}
        parser = botocore.parsers.create_parser("json")
        parsed = parser.parse(response, model.output_shape(operation))
        if answer.status_code == requests.codes.ok:
            return parsed
        shape: Any = model.error_shapes().get(parsed["Error"]["Code"])
        error: Any = {**parsed, **(parser.parse(response, shape) if shape else {})}
        raise ClientError(error, operation)
