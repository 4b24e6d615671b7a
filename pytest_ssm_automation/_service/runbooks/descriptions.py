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


def _members(shape: str, runbook: Runbook, **more: Any) -> dict[str, Any]:
    """Return the members that describe a version of a document, as far as the shape has them."""
    common = {
        "Name": runbook.name,
        "CreatedDate": runbook.created_at,
        "DocumentVersion": runbook.version,
        "Status": "Active",
        "DocumentType": "Automation",
        "DocumentFormat": runbook.document_format,
    }
    return model.present_members(shape, {**common, **more})


def document_members(runbook: Runbook, versions: Sequence[Runbook], default: Runbook, account: str) -> dict[str, Any]:
    """Return the members of `DocumentDescription` in the response of DescribeDocument, for one of all versions.

    The account owns the document, unless the name shows that Amazon does.
    """
    return _members(
        "DocumentDescription",
        runbook,
        Hash=hashlib.sha256(runbook.content().encode("utf-8", "surrogatepass")).hexdigest(),
        HashType="Sha256",
        Owner="Amazon" if is_of_aws(runbook.name) else account,
        Description=runbook.description,
        Parameters=[_parameter_members(parameter) for parameter in runbook.parameters.values()],
        # Nearly all of AWS's own runbooks have this value, whatever their steps run on.
        PlatformTypes=list(model.enum("PlatformType")),
        SchemaVersion="0.3",
        LatestVersion=versions[-1].version,
        DefaultVersion=default.version,
        Tags=[],
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
    content = runbook.content(document_format)
    return _members("GetDocumentResult", runbook, Content=content, DocumentFormat=document_format)


def version_members(runbook: Runbook, default: Runbook) -> dict[str, Any]:
    """Return the members of `DocumentVersionInfo` in the response of ListDocumentVersions."""
    return _members("DocumentVersionInfo", runbook, IsDefaultVersion=runbook is default)
