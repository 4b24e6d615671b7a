"""What the document operations tell of a runbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.bench import Bench


def described(bench: Bench) -> None:
    """DescribeDocument says that it is a runbook, and which versions of it there are."""
    name = bench.name("sleep")
    shown = bench.client.describe_document(Name=name)["Document"]
    wanted = {"Name": name, "DocumentType": "Automation", "SchemaVersion": "0.3", "Status": "Active"}
    numbers = {"DocumentVersion": "1", "LatestVersion": "1", "DefaultVersion": "1"}
    bench.expect({name: shown.get(name) for name in (*wanted, *numbers)}, {**wanted, **numbers})


def parameters(bench: Bench) -> None:
    """DescribeDocument lists the parameters, with their defaults as text."""
    shown = bench.client.describe_document(Name=bench.name("sleep"))["Document"]
    bench.expect(shown["Parameters"], [{"Name": "Item", "Type": "String", "DefaultValue": "none"}])


def versions(bench: Bench) -> None:
    """ListDocumentVersions lists the one version, which is the default."""
    name = bench.name("sleep")
    (shown,) = bench.client.list_document_versions(Name=name)["DocumentVersions"]
    wanted = {"Name": name, "DocumentVersion": "1", "IsDefaultVersion": True, "Status": "Active"}
    bench.expect({name: shown.get(name) for name in wanted}, wanted)
