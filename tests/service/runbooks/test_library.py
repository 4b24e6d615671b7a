from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from caller import load

from pytest_ssm_automation import AutomationFake, FakeUsageError

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_ssm_automation import Runbook

STEPS = [{"name": "Wait", "action": "aws:sleep"}]
YAML = """
schemaVersion: 0.3
description: Restarts instances.
assumeRole: '{{ AutomationAssumeRole }}'
parameters:
  InstanceIds:
    type: List<AWS::EC2::Instance::Id>
    description: (Required) The instances.
    minItems: 1
    maxItems: 50
  AutomationAssumeRole: {type: 'AWS::IAM::Role::Arn', default: ''}
  Action:
    type: String
    default: Restart
    allowedValues: [Restart, Stop]
    allowedPattern: ^[A-Z][a-z]+$
    minChars: '1'
    maxChars: 20
    displayType: textarea
    interpolationType: ENV_VAR
variables: {Count: {type: Integer, default: 1}}
mainSteps:
  - name: Restart
    action: aws:executeAwsApi
    onFailure: Abort
  - {name: Wait, action: 'aws:sleep', inputs: {Duration: PT5S}}
outputs: [Restart.Output]
files: {}
"""


def book(
    name: str = "My-Runbook", version: int | str | None = None, region: str | None = None, **parts: Any
) -> Runbook:
    """Load a small runbook with these parts."""
    return load({"schemaVersion": "0.3", "mainSteps": STEPS, **parts}, name=name, version=version, region=region)


def add(
    fake: AutomationFake, name: str = "My-Runbook", region: Any = None, version: Any = None, **parts: Any
) -> Runbook:
    """Register a small runbook with these parts."""
    return fake.add_runbook(
        {"schemaVersion": "0.3", "mainSteps": STEPS, **parts}, name=name, region=region, version=version
    )


def described(fake: AutomationFake, name: str = "My-Runbook", region: str = "us-east-1") -> str | None:
    """Give the description of a document; `None` if it is unknown."""
    client = fake.client(region)
    try:
        return str(client.describe_document(Name=name)["Document"]["Description"])
    except client.exceptions.InvalidDocument:
        return None


def library(folder: Path, **texts: str) -> Path:
    """Write files of these names and texts."""
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def problems(**parts: Any) -> list[str]:
    """Give what is wrong with a runbook that has these parts."""
    with pytest.raises(FakeUsageError) as caught:
        book(**parts)
    first, *rest = str(caught.value).splitlines()
    assert first == "Runbook 'My-Runbook' is not valid:"
    return [line.strip() for line in rest]


def test_all_that_a_runbook_says_is_read() -> None:
    """The name, version, parameters and steps of a runbook are those of its text."""
    runbook = load(YAML, name="My-Runbook", version=3, region="eu-west-1")
    assert (runbook.name, runbook.version, runbook.region) == ("My-Runbook", "3", "eu-west-1")
    assert (runbook.description, runbook.assume_role) == ("Restarts instances.", "{{ AutomationAssumeRole }}")
    assert runbook.steps == (("Restart", "aws:executeAwsApi"), ("Wait", "aws:sleep"))
    unset: dict[str, Any] = {"default": None, "allowed_values": (), "allowed_pattern": None, "description": None}
    unset |= dict.fromkeys(("min_chars", "max_chars", "min_items", "max_items"))
    optional = {**unset, "required": False, "type": "String"}
    assert [dataclasses.asdict(parameter) for parameter in runbook.parameters.values()] == [
        {
            **optional,
            "name": "InstanceIds",
            "type": "List<AWS::EC2::Instance::Id>",
            "required": True,
            "min_items": 1,
            "max_items": 50,
            "description": "(Required) The instances.",
        },
        {**optional, "name": "AutomationAssumeRole", "type": "AWS::IAM::Role::Arn", "default": ""},
        {
            **optional,
            "name": "Action",
            "default": "Restart",
            "allowed_values": ("Restart", "Stop"),
            "allowed_pattern": "^[A-Z][a-z]+$",
            "min_chars": 1,
            "max_chars": 20,
        },
    ]
    assert [parameter.is_list for parameter in runbook.parameters.values()] == [True, False, False]
    assert runbook.document["outputs"] == ["Restart.Output"]
    assert repr(runbook) == "Runbook(name='My-Runbook', version='3', region='eu-west-1')"


def test_a_runbook_is_a_value() -> None:
    """Nothing that was handed out changes it; runbooks of the same content are equal, and can be copied and sent."""
    parameters = {"X": {"type": "String", "default": "x"}}
    runbook = book(parameters=parameters)
    with pytest.raises(dataclasses.FrozenInstanceError):
        runbook.name = "Other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    runbook.document["mainSteps"].clear()
    assert runbook.document["mainSteps"] == STEPS
    declared: Any = runbook.parameters
    with pytest.raises(TypeError):
        declared["Y"] = declared["X"]
    assert len({runbook, book(parameters=parameters), book(version=2)}) == 2
    assert len({*runbook.parameters.values()}) == 1
    sent = pickle.loads(pickle.dumps(runbook))  # noqa: S301  # our own
    assert [copy.copy(runbook), copy.deepcopy(runbook), sent] == [runbook] * 3


@pytest.mark.parametrize(
    "declaration",
    [
        *({"type": kind} for kind in ("String", "StringList", "Integer", "Boolean", "MapList", "StringMap")),
        *({"type": kind} for kind in ("AWS::EC2::Instance::Id", "List<AWS::EC2::Subnet::Id>", "AWS::KMS::Key")),
        {"type": "StringList", "default": None},
        {"type": "StringList", "default": []},
        {"type": "StringList", "default": "{{ssm:x}}"},
        {"type": "String", "default": 3},
        {"type": "Boolean", "default": True},
        {"type": "StringMap", "default": {}},
        {"type": "MapList", "default": [{}]},
        {"type": "Integer", "default": "3"},
        {"type": "AWS::X::Y::Z", "default": ""},
    ],
)
def test_declarations(declaration: dict[str, Any]) -> None:
    """AWS types and lists of them are known; any default, also null, makes a parameter optional."""
    declared = book(parameters={"X": declaration}).parameters["X"]
    assert (declared.type, declared.default) == (declaration["type"], declaration.get("default"))
    assert declared.required is ("default" not in declaration)


def test_everything_wrong_is_told_at_once() -> None:
    """A malformed runbook is refused with the place of every mistake."""
    content = {
        "schemaVersion": "2.2",
        "description": 1,
        "parameters": {
            "A": {"type": "Strng", "alowedValues": ["x"]},
            "B": "String",
            "C": {"allowedPattern": "(", "minItems": 3, "maxItems": 2, "minChars": -1, "maxChars": True},
            "D": {"type": "String", "default": ["x"], "allowedValues": [], "zzz": 1},
            "E": {"type": "StringList", "default": {"a": 1}},
            "F": {"type": "StringMap", "default": 7, "allowedPattern": 7},
            "G": {"type": ["String"]},
        },
        "mainSteps": [
            {"name": "One", "action": "aws:sleep"},
            "Two",
            {"name": "Three"},
            {"name": "One", "action": 1},
            {"name": "", "action": "aws:sleep"},
            {"action": "aws:sleep"},
        ],
    }
    keys = (
        "type, description, default, allowedValues, allowedPattern, "
        "minChars, maxChars, minItems, maxItems, displayType, interpolationType"
    )
    assert problems(**content) == [
        "schemaVersion: expected '0.3', as in all runbooks, got '2.2' (type=str)",
        "description: expected a string, got 1 (type=int)",
        "parameters.A.alowedValues: unknown; did you mean 'allowedValues'?",
        "parameters.A.type: 'Strng' is not a type; did you mean 'String'?",
        "parameters.B: expected a declaration with a type, got 'String' (type=str)",
        "parameters.C.type: missing",
        "parameters.C.minChars: expected a number of at least 0, got -1 (type=int)",
        "parameters.C.maxChars: expected a number of at least 0, got True (type=bool)",
        "parameters.C.minItems: 3 is more than maxItems, 2",
        "parameters.C.allowedPattern: '(' cannot be used: unclosed group at position 1",
        f"parameters.D.zzz: unknown; expected one of {keys}",
        "parameters.D.allowedValues: expected a list of values, got [] (type=list)",
        "parameters.D.default: expected a String, got ['x'] (type=list)",
        "parameters.E.default: expected a StringList, got {'a': 1} (type=dict)",
        "parameters.F.allowedPattern: expected a string, got 7 (type=int)",
        "parameters.F.default: expected a StringMap, got 7 (type=int)",
        "parameters.G.type: ['String'] is not a type; did you mean 'String'?",
        "mainSteps[1]: expected a step, got 'Two' (type=str)",
        "mainSteps[2].action: missing",
        "mainSteps[3].action: expected a string, got 1 (type=int)",
        "mainSteps[3].name: 'One' is also the name of mainSteps[0]",
        "mainSteps[4].name: missing",
        "mainSteps[5].name: missing",
    ]


def test_what_is_missing_altogether_is_told() -> None:
    """A document without version and steps, or with something else in their place, is refused."""
    with pytest.raises(FakeUsageError, match=r"not valid:\n  schemaVersion: missing\n  mainSteps: missing$"):
        load({}, name="My-Runbook")
    assert problems(mainSteps=[], parameters=[]) == [
        "parameters: expected a mapping, got [] (type=list)",
        "mainSteps: expected a list of steps, got [] (type=list)",
    ]
    assert problems(assumeRole=["x" * 500])[0].startswith("assumeRole: expected a string, got ['xxx")
    assert len(problems(assumeRole=["x" * 500])[0]) < 300
    assert book(parameters=None).parameters == {}


@pytest.mark.parametrize("name", ["ab", "with space", "arn:aws:ssm:us-east-1::document/Name", "x" * 129, "Name\n", 7])
def test_names_that_a_document_cannot_have_are_refused(name: Any) -> None:
    """A name has to match the model's pattern of document names."""
    with pytest.raises(FakeUsageError, match="Expected a document name that matches"):
        book(name)


def test_a_name_is_needed() -> None:
    """A runbook that is not from a file needs a name, and the message says how to pass it."""
    with pytest.raises(FakeUsageError, match="needs a name: add_runbook"):
        load(YAML)


@pytest.mark.parametrize("version", [0, -1, "0", "$LATEST", "1.0", 1.5, True, "\u0661"])
def test_versions_are_positive_numbers(version: Any) -> None:
    """A version is a positive number, as a number or in digits."""
    with pytest.raises(FakeUsageError, match="Expected a positive number but got version="):
        book(version=version)


def test_regions_are_kept_apart() -> None:
    """A runbook of one Region is unknown in others, and one of no Region is known in all."""
    with AutomationFake(unknown_documents="reject") as fake:
        for name, region in (("My-Runbook", "us-east-1"), ("Everywhere", None), ("My-Runbook", "eu-west-1")):
            add(fake, name, region=region, description=str(region))
        found = [described(fake, region=region) for region in ("us-east-1", "eu-west-1", "ap-south-1")]
        assert found == ["us-east-1", "eu-west-1", None]
        assert described(fake, "Everywhere", "ap-south-1") == "None"
        client = fake.client("ap-south-1")
        with pytest.raises(client.exceptions.InvalidDocument):
            client.list_document_versions(Name="My-Runbook")


def test_a_version_is_registered_once(fake: AutomationFake) -> None:
    """The same version again is a mistake, in one Region as in all; without a version it gets the next number."""
    add(fake, region="us-east-1", version=4)
    for region in ("us-east-1", None):
        with pytest.raises(FakeUsageError, match="'My-Runbook' already has a version 4; omit"):
            add(fake, region=region, version=4)
    assert [add(fake, region=region).version for region in ("us-east-1", "eu-west-1", None)] == ["5", "1", "6"]


def test_files_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    """A file is parsed once for all fakes that have it, and again once it has changed; a broken one does not matter."""
    library(tmp_path, Good=YAML, Broken="a: [")
    with AutomationFake(runbooks=[tmp_path]) as fake:
        assert described(fake, "Good") == "Restarts instances."
        library(tmp_path, Good=YAML.replace("Restarts", "Rebuilds"))
        assert described(fake, "arn:aws:ssm:eu-west-1:123456789012:document/Good") == "Restarts instances."
        for _ in range(2):
            with pytest.raises(FakeUsageError, match=r"Broken\.yaml is not valid YAML: line 2"):
                described(fake, "Broken")
        library(tmp_path, Broken=YAML)
        assert described(fake, "Broken") == "Restarts instances."
    read = set[datetime]()
    for _ in range(2):
        with AutomationFake(runbooks=[tmp_path]) as fake:
            assert described(fake, "Good") == "Rebuilds instances."
            read.add(fake.client().describe_document(Name="Good")["Document"]["CreatedDate"])
    assert len(read) == 1


def test_what_is_wrong_with_files_is_told_when_they_are_asked_for(tmp_path: Path) -> None:
    """A malformed runbook comes with its file, two files of a name are ambiguous, and all others can be used."""
    (tmp_path / "Run.json").write_text("{}", encoding="utf-8")
    library(tmp_path, Run=YAML, Other=YAML, Bad="schemaVersion: '2.2'\nmainSteps: []\n")
    malformed = r"Runbook 'Bad' \(/.*/Bad\.yaml\) is not valid:\n  schemaVersion: expected"
    ambiguous = r"Runbook 'Run' is in several files: /.*/Run\.json, /.*/Run\.yaml$"
    with AutomationFake(runbooks=[tmp_path]) as fake:
        assert described(fake, "Other") == "Restarts instances."
        for name, message in (("Bad", malformed), ("Run", ambiguous)):
            with pytest.raises(FakeUsageError, match=message):
                described(fake, name)
        with pytest.raises(FakeUsageError, match=ambiguous):
            fake.fail_step("Wait")


def test_a_registered_runbook_goes_before_a_file(tmp_path: Path) -> None:
    """It does so in its Region, and a runbook of no Region in all."""
    library(tmp_path, Run=YAML.replace("Restarts", "Stops").replace("Wait", "Rest"), Only=YAML)
    with AutomationFake(runbooks=[tmp_path]) as fake:
        assert described(fake, "Run") == "Stops instances."
        assert add(fake, "Run", region="us-east-1", description="own").version == "1"
        found = [described(fake, "Run"), described(fake, "Run", "eu-west-1"), described(fake, "Only")]
        assert found == ["own", "Stops instances.", "Restarts instances."]
        for runbook in ("Run", None):
            fake.fail_step("Rest", runbook=runbook)
        add(fake, "Run", description="everywhere")
        assert described(fake, "Run", "eu-west-1") == "everywhere"
    with AutomationFake(runbooks=[tmp_path]) as fake:
        add(fake, "Run")
        with pytest.raises(FakeUsageError, match="Unknown step 'Rest'"):
            fake.fail_step("Rest")


def test_steps_are_those_of_the_whole_library(tmp_path: Path) -> None:
    """Other documents are left out, a broken file is named, and the nearest name may be that of a file."""
    library(tmp_path, One=YAML, Command="schemaVersion: '2.2'\nmainSteps: []\n")
    with AutomationFake(runbooks=[tmp_path]) as fake:
        fake.fail_step("Wait")
        with pytest.raises(FakeUsageError, match=r"Unknown step 'Wiat'\. Did you mean 'Wait'?"):
            fake.fail_step("Wiat")
        with pytest.raises(FakeUsageError, match=r"Unknown runbook 'Commund'\. Did you mean 'Command'"):
            fake.fail_step("Wait", runbook="Commund")
    library(tmp_path, Two="broken")
    with AutomationFake(runbooks=[tmp_path]) as fake, pytest.raises(FakeUsageError, match=r"Two\.yaml: expected a map"):
        fake.fail_step("Wait")


def test_a_runbook_has_the_format_that_it_was_read_in(tmp_path: Path) -> None:
    """Its content is the original text in that format, and converted in the other."""
    (tmp_path / "Run.json").write_text('{"schemaVersion":  "0.3", "mainSteps": [{"name": "a", "action": "aws:sleep"}]}')
    of_file = load(tmp_path / "Run.json")
    assert (of_file.name, of_file.document_format, of_file.content()) == (
        "Run",
        "JSON",
        (tmp_path / "Run.json").read_text(),
    )
    assert load(str(tmp_path / "Run.json"), name="Other").name == "Other"
    assert of_file.content("YAML") == "schemaVersion: '0.3'\nmainSteps:\n- name: a\n  action: aws:sleep\n"
    of_text = load(YAML, name="Run")
    assert (of_text.document_format, of_text.content(), of_text.content("YAML")) == ("YAML", YAML, YAML)
    assert json.loads(of_text.content("JSON")) == of_text.document
    of_mapping = book()
    assert of_mapping.document_format == "JSON"
    assert of_mapping.content() == json.dumps(of_mapping.document, indent=2)


@pytest.mark.parametrize("microsecond", [0, 999, 1000, 123456])
def test_a_runbook_was_created_when_it_was_read(monkeypatch: pytest.MonkeyPatch, microsecond: int) -> None:
    """The time is in UTC and has milliseconds, as the service sends them, of which there is always one."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime(2026, 1, 2, 3, 4, 5, microsecond, tzinfo=tz)

    monkeypatch.setattr("pytest_ssm_automation._service.runbooks.declarations.datetime", Clock)
    expected = {123456: 123000}.get(microsecond, 1000)
    assert book().created_at == datetime(2026, 1, 2, 3, 4, 5, expected, tzinfo=UTC)
