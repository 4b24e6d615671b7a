"""Where the service model is read from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

from pytest_ssm_automation._service.checks import model

if TYPE_CHECKING:
    import pytest


def test_the_model_of_a_client_that_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is that of any class of SSM clients, also of one that derives from another class, but of no other method."""
    client: Any = boto3.client("ssm", region_name="us-east-1")

    class Clients:
        """What stands for botocore's base class."""

    class Others(Clients):
        """A class with a method of the same name."""

        def start_automation_execution(self) -> None:
            """Start."""

    monkeypatch.setattr(model, "BaseClient", Clients)
    assert model._model_of_a_client() is None
    kept = type("SSM", (Others,), {"start_automation_execution": type(client).start_automation_execution})
    found = model._model_of_a_client()
    assert (kept.__name__, found and found.service_name) == ("SSM", "ssm")
