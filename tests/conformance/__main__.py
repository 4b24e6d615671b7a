"""Check every fact about the service against the fake, an endpoint or AWS: `tox run -e conformance -- --help`."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from . import record, register, runner
from .bench import MOST_EXECUTIONS
from .drift import notes
from .runbooks import HARMLESS, MOST_STEPS, RUNBOOKS, actions
from .targets import LEFT, PREFIX, TRANSPORTS, Service, account_of, clean, fake_target, leftovers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .register import Fact
    from .runner import Verdict

# https://aws.amazon.com/systems-manager/pricing/ - a step, where the free tier does not cover it
_DOLLARS_A_STEP: Final = 0.002
# AWS lets an account start about one execution a second.
_LIVE: Final[dict[str, Any]] = {"start_seconds": 1.1, "poll_seconds": 1.0}


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser("conformance", description=__doc__)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--target", metavar="URL", help="an endpoint, instead of the fake with each of its transports")
    where.add_argument("--live", action="store_true", help="AWS, with your own credentials; never in CI")
    parser.add_argument("--profile", help="the AWS profile")
    parser.add_argument("--region", default="us-east-1", help="the Region; default: us-east-1")
    parser.add_argument("--clean", action="store_true", help="only delete what earlier runs have left behind")
    parser.add_argument("--yes", action="store_true", help="don't ask for confirmation")
    parser.add_argument("--only", metavar="ID", nargs="+", help="check only these facts")
    parser.add_argument("--json", metavar="PATH", type=Path, help="write the results to this file")
    parser.add_argument(
        "--record",
        metavar="PATH",
        type=Path,
        help="write anonymized responses to this file, and executions to a folder of its name",
    )
    given = parser.parse_args(arguments)
    if given.target and (urlsplit(given.target).hostname or "").endswith((".amazonaws.com", ".amazonaws.com.cn")):
        parser.error("an endpoint of AWS needs --live")
    if given.live and os.environ.get("CI"):
        parser.error("--live does not run in CI, and CI is set in the environment")
    if given.clean and not (given.live or given.target):
        parser.error("--clean needs --live or --target: the fake keeps nothing")
    unknown = set(given.only or ()) - {fact.id for fact in register.load()}
    if unknown:
        parser.error(f"there is no fact {', '.join(sorted(unknown))}")
    return given


def main(arguments: Sequence[str]) -> int:
    """Check the facts and show the results; return 1 if something differs or was left behind."""
    given = parse(arguments)
    facts = [fact for fact in register.load() if not given.only or fact.id in given.only]
    left = False
    if given.live or given.target:
        service, account = connect(given)
        reach(service)
        if given.clean:
            return sweep(service, asked=given.yes)
        if given.live and not (describe(service, account, given.region, given.yes)):
            return 2
        verdicts, left = put_to(service, facts, given.record)
    else:
        verdicts = put_to_the_fake(facts)
    about = {"target": given.target or ("AWS" if given.live else "the fake"), "botocore": botocore.__version__}
    print(*record.table(verdicts), *notes(), sep="\n")
    if given.json:
        given.json.write_text(record.result(verdicts, about), encoding="utf-8")
    if given.record:
        given.record.write_text(record.recording(verdicts, {**about, "region": given.region}), encoding="utf-8")
    untold = not (given.live or given.target) and any(each.outcome == runner.UNDETERMINED for each in verdicts)
    return int(left or untold or any(each.outcome == runner.DIFFERS for each in verdicts))


def put_to_the_fake(facts: Sequence[Fact]) -> list[Verdict]:
    """Check the fake over each transport, and combine the verdicts."""
    runs = []
    for transport in TRANSPORTS:
        with fake_target(transport) as target:
            runs.append(runner.examine(target, facts))
    return runner.merged(runs)


def put_to(service: Service, facts: Sequence[Fact], recorded: Path | None = None) -> tuple[list[Verdict], bool]:
    """Check a service, and delete what was made in any case; tell whether something is left.

    Args:
        service: The service.
        facts: The facts.
        recorded: The file for the responses. The executions are recorded in a folder of its name.
    """
    told = [f"{LEFT}, as the run was interrupted again"]
    try:
        verdicts = runner.examine(service, facts, lambda verdict: print(f"{verdict.outcome:<12} {verdict.fact.id}"))
        if recorded:
            print(*record.record_executions(service.client, service.made, recorded.with_suffix("")), sep="\n")
    finally:
        try:
            print(f"Deleting what was created, {service.prefix}...", flush=True)
            told = service.clean()
            print(*told, f"{len(service.made)} executions stay in the history of the account.", sep="\n")
        finally:
            left = any(LEFT in line for line in told)
            if left:
                print("Something is left: run it again with --clean.")
    return verdicts, left


def reach(service: Service) -> None:
    """Send one harmless request, which fails early if there is no endpoint or no credentials."""
    with suppress(ClientError, ConnectionClosedError, ReadTimeoutError, ResponseParserError):
        service.client.list_documents(MaxResults=1)


def connect(given: argparse.Namespace) -> tuple[Service, str]:
    """Make a client for an endpoint or for AWS, and return it with the account."""
    if given.live:
        session = boto3.Session(profile_name=given.profile, region_name=given.region)
        config = Config(retries={"mode": "adaptive", "total_max_attempts": 8})
        connect = partial(session.client, "ssm", config=config)
        return Service("AWS", connect(), connect=connect, **_LIVE), account_of(session)
    keys: dict[str, Any] = {}
    if not (given.profile or os.environ.get("AWS_ACCESS_KEY_ID")):
        keys = {"aws_access_key_id": "AKIDCONFORMANCE", "aws_secret_access_key": "secret"}
    session = boto3.Session(profile_name=given.profile, region_name=given.region, **keys)
    config = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=5, read_timeout=20)
    connect = partial(session.client, "ssm", endpoint_url=given.target, config=config)
    return Service(given.target, connect(), connect=connect, poll_seconds=0.1), ""


def describe(service: Service, account: str, region: str, yes: bool) -> bool:  # noqa: FBT001 - the command line's
    """Print what a live run does and costs, and ask for confirmation."""
    count = sum(actions(runbook) <= HARMLESS for runbook in RUNBOOKS.values())
    most = MOST_EXECUTIONS * MOST_STEPS * _DOLLARS_A_STEP
    print(
        f"In account {account}, {region}, this creates at most {count} runbooks named {service.prefix}-...,",
        f"whose actions are {', '.join(sorted(HARMLESS))}, and starts at most {MOST_EXECUTIONS} executions of them,",
        "one per second. It deletes the runbooks at the end; executions stay in the account's history.",
        f"Without a free tier, the steps cost at most {most:.2f} US dollars.",
        sep="\n",
    )
    return _agreed(yes)


def sweep(service: Service, *, asked: bool) -> int:
    """Delete what earlier runs have left behind."""
    documents, executions = leftovers(service.client)
    if not (documents or executions):
        print("Nothing is left behind.")
        return 0
    print("These runbooks and executions were left behind:", *documents, *executions, sep="\n")
    if not _agreed(asked):
        return 2
    told = clean(service.client, PREFIX, documents, executions, pause=service.poll_seconds)
    print(*told, sep="\n")
    return int(any(LEFT in line for line in told))


def _agreed(yes: bool) -> bool:  # noqa: FBT001 - the command line's
    try:
        return yes or input("Go on? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        print("There is no terminal for the confirmation: repeat it with --yes.")
        return False


def run(arguments: Sequence[str]) -> int:
    """Run `main`, and print an error of AWS or the network in one line."""
    try:
        return main(arguments)
    except (BotoCoreError, ClientError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
