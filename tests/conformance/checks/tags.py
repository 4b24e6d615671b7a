"""The tags of executions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from conformance.bench import Bench

_ENV: Final = {"Key": "Env", "Value": "test"}
_UNKNOWN: Final = "01234567-89ab-cdef-0123-456789abcdef"


def changed(bench: Bench) -> None:
    """The tags of the start are listed; one is replaced, one added, one removed."""
    resource = {"ResourceType": "Automation", "ResourceId": bench.start(Tags=[_ENV])}
    bench.expect(_listed(bench, resource), {"Env": "test"})
    other = [{"Key": "Env", "Value": "other"}, {"Key": "Team", "Value": "ops"}]
    bench.client.add_tags_to_resource(**resource, Tags=other)
    bench.expect(_listed(bench, resource), {"Env": "other", "Team": "ops"})
    bench.client.remove_tags_from_resource(**resource, TagKeys=["Env"])
    bench.expect(_listed(bench, resource), {"Team": "ops"})


def most(bench: Bench) -> None:
    """Five tags are accepted, and a sixth is refused and not there."""
    resource = _tagged(bench)
    bench.client.add_tags_to_resource(**resource, Tags=_others(4))
    bench.refused("add_tags_to_resource", **resource, Tags=[{"Key": "Sixth", "Value": ""}])
    bench.expect(len(_listed(bench, resource)), 5)


def too_many(bench: Bench) -> None:
    """The error has its code."""
    told = bench.refused("add_tags_to_resource", **_tagged(bench), Tags=_others(5))
    bench.expect(told.code, "TooManyTagsError")


def unknown(bench: Bench) -> None:
    """The error has its code."""
    told = bench.refused("list_tags_for_resource", ResourceType="Automation", ResourceId=_UNKNOWN)
    bench.expect(told.code, "InvalidResourceId")


def equal_keys(bench: Bench) -> None:
    """The last value counts, at the start and later."""
    given = [_ENV, {"Key": "Env", "Value": "last"}]
    resource = {"ResourceType": "Automation", "ResourceId": bench.start(Tags=given)}
    bench.expect(_listed(bench, resource), {"Env": "last"})
    bench.client.add_tags_to_resource(**resource, Tags=[{"Key": "Env", "Value": "other"}, _ENV])
    bench.expect(_listed(bench, resource), {"Env": "test"})


def missing(bench: Bench) -> None:
    """The other tags stay."""
    resource = _tagged(bench)
    bench.client.remove_tags_from_resource(**resource, TagKeys=["Never"])
    bench.expect(_listed(bench, resource), {"Env": "test"})


def filter_follows(bench: Bench) -> None:
    """A tag that was added finds the execution, and once removed it does not."""
    resource, key = _tagged(bench), f"Key{bench.started}"
    bench.client.add_tags_to_resource(**resource, Tags=[{"Key": key, "Value": ""}])
    bench.expect(_found(bench, key), [resource["ResourceId"]])
    bench.client.remove_tags_from_resource(**resource, TagKeys=[key])
    bench.expect(_found(bench, key), [])


def _tagged(bench: Bench) -> dict[str, str]:
    """Name an execution as a resource that has one tag; the checks share it."""
    resource = {"ResourceType": "Automation", "ResourceId": bench.finished(Tags=[_ENV])["AutomationExecutionId"]}
    if others := [key for key in _listed(bench, resource) if key != _ENV["Key"]]:
        bench.client.remove_tags_from_resource(**resource, TagKeys=others)
    return resource


def _others(number: int) -> list[dict[str, str]]:
    return [{"Key": f"k{each}", "Value": ""} for each in range(number)]


def _listed(bench: Bench, resource: dict[str, str]) -> dict[str, str]:
    tags: list[Any] = bench.client.list_tags_for_resource(**resource)["TagList"]
    return {tag["Key"]: tag["Value"] for tag in tags}


def _found(bench: Bench, key: str) -> list[str]:
    return [each["AutomationExecutionId"] for each in bench.listed(TagKey=key)]
