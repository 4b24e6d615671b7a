"""The operations on documents, as any client meets them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import boto3
import moto
import pytest
import yaml
from botocore import xform_name
from botocore.exceptions import ParamValidationError

from pytest_ssm_automation import AutomationFake
from pytest_ssm_automation._service.checks import model

RUNBOOK: dict[str, Any] = {
    "schemaVersion": "0.3",
    "parameters": {"InstanceId": {"type": "String"}, "Times": {"type": "Integer", "default": 1}},
    "mainSteps": [{"name": "ask", "action": "aws:approve"}, {"name": "act", "action": "aws:sleep"}],
}


def call(client: Any, operation: str, **members: Any) -> Any:
    """Call an operation by its name in the model."""
    return getattr(client, xform_name(operation))(**members)


def test_registered_documents_are_described(fake: AutomationFake, client: Any) -> None:
    """DescribeDocument tells of a registered runbook what it declares, with its versions."""
    runbook = fake.add_runbook({**RUNBOOK, "description": "Restarts"}, name="Run", version=3)
    fake.add_runbook(
        {
            **RUNBOOK,
            "parameters": {
                "Names": {"type": "StringList", "default": ["a"]},
                "X": {"type": "String", "default": "b", "description": "Why"},
            },
        },
        name="Run",
        version=1,
    )
    document = client.describe_document(Name="Run")["Document"]
    assert document == {
        "Hash": hashlib.sha256(runbook.content().encode()).hexdigest(),
        "HashType": "Sha256",
        "Name": "Run",
        "Owner": "123456789012",
        "CreatedDate": runbook.created_at,
        "Status": "Active",
        "DocumentVersion": "3",
        "Description": "Restarts",
        "Parameters": [
            {"Name": "InstanceId", "Type": "String"},
            {"Name": "Times", "Type": "String", "DefaultValue": "1"},
        ],
        "PlatformTypes": ["Windows", "Linux", "MacOS"],
        "DocumentType": "Automation",
        "SchemaVersion": "0.3",
        "LatestVersion": "3",
        "DefaultVersion": "3",
        "DocumentFormat": "JSON",
        "Tags": [],
    }
    assert client.describe_document(Name="Run", DocumentVersion="$LATEST")["Document"] == document
    assert client.describe_document(Name="Run", DocumentVersion="$DEFAULT")["Document"] == document
    first = client.describe_document(Name="Run", DocumentVersion="1")["Document"]
    assert first["Parameters"] == [
        {"Name": "Names", "Type": "StringList", "DefaultValue": '["a"]'},
        {"Name": "X", "Type": "String", "Description": "Why", "DefaultValue": "b"},
    ]
    assert first["DefaultVersion"] == "3"
    assert first["Hash"] != document["Hash"]


@pytest.mark.parametrize(
    ("name", "owner"), [("AWS-Run", "Amazon"), ("Amazon-Run", "Amazon"), ("My-AWS-Run", "123456789012")]
)
def test_documents_of_amazon_are_amazons(fake: AutomationFake, client: Any, name: str, owner: str) -> None:
    """Names that only Amazon may use belong to Amazon, and all others to the account."""
    fake.add_runbook(RUNBOOK, name=name)
    assert client.describe_document(Name=name)["Document"]["Owner"] == owner


def test_the_content_of_registered_documents(fake: AutomationFake, client: Any) -> None:
    """GetDocument returns JSON unless YAML is requested: the original text, or the converted content."""
    text = f"# why\n{yaml.safe_dump(RUNBOOK)}"
    runbook = fake.add_runbook(text, name="Run")
    answer = client.get_document(Name="Run")
    content = answer.pop("Content")
    del answer["ResponseMetadata"]
    assert json.loads(content) == RUNBOOK
    assert answer == {
        "Name": "Run",
        "CreatedDate": runbook.created_at,
        "DocumentVersion": "1",
        "Status": "Active",
        "DocumentType": "Automation",
        "DocumentFormat": "JSON",
    }
    answer = client.get_document(Name="Run", DocumentFormat="YAML")
    assert (answer["Content"], answer["DocumentFormat"]) == (text, "YAML")
    assert client.describe_document(Name="Run")["Document"]["DocumentFormat"] == "YAML"
    assert client.list_document_versions(Name="Run")["DocumentVersions"][0]["DocumentFormat"] == "YAML"


def test_versions_of_documents_are_got(fake: AutomationFake, client: Any) -> None:
    """GetDocument finds the versions that a start finds: a number, `$LATEST`, `$DEFAULT`, and that of an ARN."""
    for number in (1, 2, 3):
        fake.add_runbook({**RUNBOOK, "description": str(number)}, name="Run")

    def got(**given: str) -> str:
        description: str = json.loads(client.get_document(**{"Name": "Run", **given})["Content"])["description"]
        return description

    assert [got(DocumentVersion=version) for version in ("$DEFAULT", "$LATEST", "2")] == ["1", "3", "2"]
    assert got(Name="arn:aws:ssm:us-east-1:123456789012:document/Run:2") == "2"
    assert got(Name="arn:aws:ssm:us-east-1:123456789012:document/Run") == "1"
    with pytest.raises(client.exceptions.InvalidDocumentVersion):
        got(Name="arn:aws:ssm:us-east-1:123456789012:document/Run:9")


@pytest.mark.parametrize("operation", model.DOCUMENT_OPERATIONS)
def test_unknown_documents_are_refused_where_the_option_says_so(operation: str) -> None:
    """With `unknown_documents="reject"` a document that is not registered does not exist for any operation."""
    with AutomationFake(unknown_documents="reject", seed="unknown") as fake:
        fake.add_runbook(RUNBOOK, name="Run", region="eu-west-1")
        client: Any = fake.client()
        with pytest.raises(client.exceptions.InvalidDocument):
            call(client, operation, Name="Run")
        call(fake.client("eu-west-1"), operation, Name="Run")
        assert [(call.operation, call.outcome, call.error) for call in fake.calls] == [
            (operation, "rejected", "InvalidDocument"),
            (operation, "answered", None),
        ]
        fake.verify()


def test_members_that_the_model_lacks_are_left_out(
    fake: AutomationFake, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older botocore gets the members that its model has."""
    fake.add_runbook(RUNBOOK, name="Run")
    known = {name: model.members(name) for name in ("DocumentDescription", "GetDocumentResult", "DocumentVersionInfo")}
    known["DocumentParameter"] = model.members("DocumentParameter")
    monkeypatch.setattr(model, "members", lambda name: known[name] - {"CreatedDate", "HashType"})
    assert not {"CreatedDate", "HashType"} & client.describe_document(Name="Run")["Document"].keys()
    assert "CreatedDate" not in client.get_document(Name="Run")
    assert "CreatedDate" not in client.list_document_versions(Name="Run")["DocumentVersions"][0]


def test_versions_are_listed(fake: AutomationFake, client: Any) -> None:
    """ListDocumentVersions lists the versions of a registered runbook, oldest number first, in pages."""
    for number in (5, 1, 3):
        fake.add_runbook(RUNBOOK, name="Run", version=number)
    pages = list(client.get_paginator("list_document_versions").paginate(Name="Run", PaginationConfig={"PageSize": 2}))
    shown = [(each["DocumentVersion"], each["IsDefaultVersion"]) for page in pages for each in page["DocumentVersions"]]
    assert shown == [("1", False), ("3", False), ("5", True)]
    assert [len(page["DocumentVersions"]) for page in pages] == [2, 1]
    with pytest.raises(client.exceptions.InvalidNextToken):
        client.list_document_versions(Name="Run", NextToken="x")


@pytest.mark.parametrize("operation", model.DOCUMENT_OPERATIONS)
def test_malformed_requests_about_documents_are_botocores(fake: AutomationFake, client: Any, operation: str) -> None:
    """A name that is not a string raises botocore's own error."""
    fake.add_runbook(RUNBOOK, name="Run")
    with pytest.raises(ParamValidationError):
        call(client, operation, Name=5)
    assert not fake.calls


def test_other_documents_are_left_to_moto() -> None:
    """Beside moto, registered runbooks are the fake's, and all other documents are moto's."""
    with moto.mock_aws(), AutomationFake(seed="moto") as fake:
        client: Any = boto3.client("ssm", region_name="us-east-1")
        client.create_document(Name="Mine", Content='{"schemaVersion": "2.2", "mainSteps": []}', DocumentType="Command")
        fake.add_runbook(RUNBOOK, name="Run")
        assert client.describe_document(Name="Mine")["Document"]["DocumentType"] == "Command"
        assert client.describe_document(Name="Run")["Document"]["DocumentType"] == "Automation"
        assert client.list_document_versions(Name="Run")["DocumentVersions"][0]["Name"] == "Run"
        assert client.get_document(Name="Mine")["DocumentType"] == "Command"
        assert client.get_document(Name="Run")["DocumentType"] == "Automation"
        with pytest.raises(client.exceptions.InvalidDocument):
            client.describe_document(Name="None-Such")
