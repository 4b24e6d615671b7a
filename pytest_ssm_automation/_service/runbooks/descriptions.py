"""Members of responses that describe documents, for registered runbooks."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from ..checks import model
from .library import is_of_aws

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .declarations import Parameter, Runbook
    from .reading.documents import Format


def document_members(runbook: Runbook, versions: Sequence[Runbook], default: Runbook, account: str) -> dict[str, Any]:
    """Return the members of `DocumentDescription` in the response of DescribeDocument, for one of all versions.

    The account owns the document, unless the name shows that Amazon does.
    """
    return model.present_members(
        "DocumentDescription",
        {
            "Hash": hashlib.sha256(runbook.content().encode("utf-8", "surrogatepass")).hexdigest(),
            "HashType": "Sha256",
            "Name": runbook.name,
            "Owner": "Amazon" if is_of_aws(runbook.name) else account,
            "CreatedDate": runbook.created_at,
            "Status": "Active",
            "DocumentVersion": runbook.version,
            "Description": runbook.description,
            "Parameters": [_parameter_members(parameter) for parameter in runbook.parameters.values()],
            # Nearly all of AWS's own runbooks have this value, whatever their steps run on.
            "PlatformTypes": list(model.enum("PlatformType")),
            "DocumentType": "Automation",
            "SchemaVersion": "0.3",
            "LatestVersion": versions[-1].version,
            "DefaultVersion": default.version,
            "DocumentFormat": runbook.document_format,
            "Tags": [],
        },
    )


def _parameter_members(parameter: Parameter) -> dict[str, Any]:
    default = parameter.default
    return model.present_members(
        "DocumentParameter",
        {
            "Name": parameter.name,
            "Type": "StringList" if parameter.is_list else "String",
            "Description": parameter.description,
            "DefaultValue": default if default is None or isinstance(default, str) else json.dumps(default),
        },
    )


def content_members(runbook: Runbook, document_format: Format) -> dict[str, Any]:
    """Return the members of the response of GetDocument."""
    return model.present_members(
        "GetDocumentResult",
        {
            "Name": runbook.name,
            "CreatedDate": runbook.created_at,
            "DocumentVersion": runbook.version,
            "Status": "Active",
            "Content": runbook.content(document_format),
            "DocumentType": "Automation",
            "DocumentFormat": document_format,
        },
    )


def version_members(runbook: Runbook, default: Runbook) -> dict[str, Any]:
    """Return the members of `DocumentVersionInfo` in the response of ListDocumentVersions."""
    return model.present_members(
        "DocumentVersionInfo",
        {
            "Name": runbook.name,
            "DocumentVersion": runbook.version,
            "CreatedDate": runbook.created_at,
            "IsDefaultVersion": runbook is default,
            "DocumentFormat": runbook.document_format,
            "Status": "Active",
        },
    )
