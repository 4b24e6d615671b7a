from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from pytest_ssm_automation import AutomationFake, FakeUsageError

if TYPE_CHECKING:
    from collections.abc import Callable

MARKER = "REALREALREAL"
DUMMY = "AKIAIOSFODNN7EXAMPLE"
# Where a request to the local network would go; nothing listens there.
NOWHERE = "http://127.0.0.1:9"
SCRIPT = f"""
import json, os, sys
import urllib3  # tries whether it can bind ::1

events = []

def hook(event, arguments):
    if event in {{"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen"}}:
        events.append([event, repr(arguments[0 if event == "socket.getaddrinfo" else 1])])
    elif event == "open" and {MARKER!r} in str(arguments[0]):
        events.append([event, str(arguments[0])])

sys.addaudithook(hook)
import boto3, botocore.session
from botocore.exceptions import BotoCoreError
from pytest_ssm_automation import AutomationFake

def work(client):
    id_ = client.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"]
    client.get_automation_execution(AutomationExecutionId=id_)
    client.describe_automation_executions()

mode = sys.argv[1]
if mode == "none":
    session = botocore.session.Session()
    keys = [session.get_credentials().access_key]
else:
    with AutomationFake(transport="wire" if mode == "wire" else "stubber") as fake:
        if mode == "served":
            import requests
            fake.serve_requests()
            fake.serve_endpoint()
            url = "https://ssm.us-east-1.amazonaws.com/"
            requests.post(url, "{{}}", headers={{"X-Amz-Target": "AmazonSSM.StartAutomationExecution"}}, timeout=5)
        for client in (fake.client(), boto3.client("ssm"), botocore.session.Session().create_client("ssm")):
            work(client)
        try:
            boto3.client("s3").list_buckets()
            events.append(["answered", "s3"])
        except BotoCoreError as error:
            assert "would have left the process" in str(error), error
        keys = sorted({{str(call.access_key_id) for call in fake.calls}})
        shown = repr(fake.calls) + repr([call.request for call in fake.calls])
        with open(os.environ["AWS_CONFIG_FILE"]) as copy:
            shown += copy.read()
        assert {MARKER!r} not in shown, shown
print(json.dumps([keys, events]))
"""


@pytest.fixture
def child(tmp_path: Path) -> Callable[[str], tuple[list[str], list[list[str]]]]:
    """Run the script with credentials in all places that botocore reads; return the keys, and what it accessed."""
    home = tmp_path / MARKER
    (home / ".aws").mkdir(parents=True)
    secrets = f"aws_access_key_id = AKIA{MARKER}\naws_secret_access_key = {MARKER}\nregion = eu-west-3\n"
    (home / ".aws" / "credentials").write_text(f"[default]\n{secrets}[real]\n{secrets}", "utf-8")
    (home / ".aws" / "config").write_text(f"[default]\n{secrets}[profile real]\n{secrets}", "utf-8")
    (home / ".boto").write_text(f"[Credentials]\n{secrets}", "utf-8")
    (home / "token").write_text(MARKER, "utf-8")

    def child(mode: str) -> tuple[list[str], list[list[str]]]:
        environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("AWS_")},
            "HOME": str(home),
            "USERPROFILE": str(home),
            "AWS_CONFIG_FILE": str(home / ".aws" / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(home / ".aws" / "credentials"),
            "BOTO_CONFIG": str(home / ".boto"),
            "AWS_PROFILE": "real",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(home / "token"),
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{NOWHERE}/credentials",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": f"{NOWHERE}/metadata",
            "HTTPS_PROXY": NOWHERE,
            "https_proxy": NOWHERE,
        }
        if mode != "none":
            environment |= {
                "AWS_ROLE_ARN": f"arn:aws:iam::123456789012:role/{MARKER}",
                "AWS_WEB_IDENTITY_TOKEN_FILE": str(home / "token"),
                "AWS_ACCESS_KEY_ID": f"AKIA{MARKER}",
                "AWS_SECRET_ACCESS_KEY": MARKER,
                "AWS_SESSION_TOKEN": MARKER,
            }
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, mode],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        keys, events = json.loads(done.stdout.splitlines()[-1])
        return keys, events

    return child


def test_the_places_are_those_that_botocore_reads(child: Callable[[str], Any]) -> None:
    """Without a fake the same process reads the markers, so that what follows would notice."""
    keys, events = child("none")
    assert keys == [f"AKIA{MARKER}"]
    assert {Path(what).name for event, what in events if event == "open"} >= {"credentials"}


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_no_real_credentials_are_read_or_sent(child: Callable[[str], Any], transport: str) -> None:
    """Under a fake the key is the dummy, profiles are read for their names, and no host is connected or resolved."""
    keys, events = child(transport)
    assert keys == [DUMMY]
    assert [(event, Path(what).name) for event, what in events] == [("open", "config"), ("open", "credentials")]


@pytest.mark.slow
def test_nothing_listens_beyond_loopback(child: Callable[[str], Any]) -> None:
    """The server for other processes has one port, of 127.0.0.1, and mocked HTTP has none."""
    keys, events = child("served")
    assert keys == [DUMMY]
    assert [what for event, what in events if event not in {"open", "socket.getaddrinfo"}] == ["('127.0.0.1', 0)"]
    assert {what for event, what in events if event == "socket.getaddrinfo"} <= {"'127.0.0.1'"}


@pytest.mark.slow
@pytest.mark.parametrize("role", [False, True])
def test_no_process_is_asked_for_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, role: bool) -> None:
    """A session that has read the user's profiles before asks none of the programs that they name."""
    ran = tmp_path / "ran"
    program = f"{sys.executable} -c \"open({str(ran)!r}, 'w')\""
    profile = "role_arn = arn:aws:iam::123456789012:role/x\nsource_profile = source\n" if role else ""
    (tmp_path / "config").write_text(
        f"[profile prod]\n{profile or f'credential_process = {program}'}\n"
        f"[profile source]\ncredential_process = {program}\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    session = boto3.Session(profile_name="prod", region_name="us-east-1")
    assert "prod" in session.available_profiles
    with AutomationFake() as fake:
        client: Any = session.client("ssm")
        client.start_automation_execution(DocumentName="Doc")
    assert fake.calls[0].access_key_id in {DUMMY, None}
    assert not ran.exists()


def test_credentials_of_an_older_client_stay_here(fake: AutomationFake) -> None:
    """A client with explicit credentials is answered too, and its signature is not sent."""
    client = fake.client(aws_access_key_id=f"AKIA{MARKER}", aws_secret_access_key=MARKER)
    client.start_automation_execution(DocumentName="Doc")
    assert fake.calls[0].access_key_id == f"AKIA{MARKER}"
    assert f"'{MARKER}'" not in repr(fake.calls)


STEP = {"name": "wait", "action": "aws:sleep"}


def patterned(pattern: str) -> dict[str, Any]:
    """Give a runbook whose parameter X has this pattern."""
    parameters = {"X": {"type": "String", "allowedPattern": pattern}}
    return {"schemaVersion": "0.3", "mainSteps": [STEP], "parameters": parameters}


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("(((a{1000}){1000}){1000})", "longer than 100000 characters"),
        (r"(?:[)\]]{9999}(?:\)){999}){999,}", "longer than 100000 characters"),
        ("(" * 5000 + ")" * 5000, "longer than 1024 characters"),
        ("(" * 500 + ")" * 500, "nested too deeply"),
    ],
    ids=["repeats of repeats", "hidden repeats", "long", "deep"],
)
def test_a_hostile_pattern_is_not_checked(fake: AutomationFake, pattern: str, problem: str) -> None:
    """A pattern that would take much time or memory is taken to match anything, at once and with a short warning."""
    started = time.process_time()
    with pytest.warns(UserWarning, match=rf"^Runbook 'Hostile': parameters\.X\.allowedPattern: .*{problem}") as caught:
        fake.add_runbook(patterned(pattern), name="Hostile")
    assert len(str(caught[0].message)) < 1000
    fake.client().start_automation_execution(DocumentName="Hostile", Parameters={"X": ["a" * 512]})
    assert time.process_time() - started < 10


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["stubber", "wire"])
@pytest.mark.parametrize("pattern", ["((a{1,20}){1,20}){1,10}b", "(?:(?:a|a?)+)+(?:a|aa)+$(?<=b)"])
def test_a_catastrophic_pattern_is_bounded(pattern: str, transport: str) -> None:
    """A call whose value would be matched for ever ends within seconds, with the pattern named."""
    with AutomationFake(transport=transport) as fake:
        fake.add_runbook(patterned(pattern), name="Hostile")
        started = time.process_time()
        with pytest.raises(
            FakeUsageError, match=r"Parameter 'X': allowedPattern .* cannot be used: it takes more than"
        ):
            fake.client().start_automation_execution(DocumentName="Hostile", Parameters={"X": ["a" * 512]})
        assert time.process_time() - started < 10
