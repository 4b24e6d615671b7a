"""What the document operations tell of a runbook."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from conformance.runbooks import RUNBOOKS

if TYPE_CHECKING:
    from conformance.bench import Bench


def described(bench: Bench) -> None:
    """DescribeDocument shows that it is a runbook, and its versions."""
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


def content(bench: Bench) -> None:
    """GetDocument returns JSON, or YAML if requested."""
    name = bench.name("sleep")
    shown = bench.client.get_document(Name=name)
    bench.expect((shown["DocumentFormat"], json.loads(shown["Content"])), ("JSON", RUNBOOKS["sleep"]))
    shown = bench.client.get_document(Name=name, DocumentFormat="YAML")
    bench.expect((shown["DocumentFormat"], shown["Content"].lstrip().startswith("{")), ("YAML", False))


def platforms(bench: Bench) -> None:
    """DescribeDocument shows all platforms, though the steps touch no machine."""
    shown = bench.client.describe_document(Name=bench.name("sleep"))["Document"]
    bench.expect(sorted(shown.get("PlatformTypes", ())), ["Linux", "MacOS", "Windows"])


def hashed(bench: Bench) -> None:
    """The hash is that of the content that GetDocument returns."""
    name = bench.name("sleep")
    shown = bench.client.describe_document(Name=name)["Document"]
    given = bench.client.get_document(Name=name, DocumentFormat=shown["DocumentFormat"])["Content"]
    bench.expect((shown.get("HashType"), shown.get("Hash")), ("Sha256", hashlib.sha256(given.encode()).hexdigest()))


def unknown_version(bench: Bench) -> None:
    """Both kinds of version are refused, by DescribeDocument and by GetDocument."""
    name = bench.name("sleep")
    for method in ("describe_document", "get_document"):
        for version in ({"DocumentVersion": "99"}, {"VersionName": "none-such"}):
            bench.expect(bench.refused(method, Name=name, **version).code, "InvalidDocumentVersion")
