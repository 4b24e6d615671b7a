from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from caller import load

from pytest_ssm_automation import FakeUsageError
from pytest_ssm_automation._service.runbooks.declarations import Parameter, Runbook
from pytest_ssm_automation._service.runbooks.library import RunbookFiles, RunbookStore, how_to_register

if TYPE_CHECKING:
    from pathlib import Path

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
    assert list(runbook.parameters.values()) == [
        Parameter(
            "InstanceIds",
            "List<AWS::EC2::Instance::Id>",
            min_items=1,
            max_items=50,
            description="(Required) The instances.",
        ),
        Parameter("AutomationAssumeRole", "AWS::IAM::Role::Arn", required=False, default=""),
        Parameter(
            "Action",
            "String",
            required=False,
            default="Restart",
            allowed_values=("Restart", "Stop"),
            allowed_pattern="^[A-Z][a-z]+$",
            min_chars=1,
            max_chars=20,
        ),
    ]
    assert [parameter.is_list for parameter in runbook.parameters.values()] == [True, False, False]
    assert runbook.document["outputs"] == ["Restart.Output"]
    assert repr(runbook) == "Runbook(name='My-Runbook', version='3', region='eu-west-1')"


def test_a_file_names_its_runbook(tmp_path: Path) -> None:
    """A runbook from a file has the stem of the file's name, unless a name is passed."""
    path = tmp_path / "Restart-It.yml"
    path.write_text(YAML, encoding="utf-8")
    assert load(path).name == "Restart-It"
    assert load(str(path), name="Other").name == "Other"


def test_a_runbook_cannot_be_changed() -> None:
    """Neither attributes, nor parameters, nor a document that was handed out change the runbook."""
    runbook = book(parameters={"X": {"type": "String"}})
    with pytest.raises(dataclasses.FrozenInstanceError):
        runbook.name = "Other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    runbook.document["mainSteps"].clear()
    assert runbook.document["mainSteps"] == STEPS
    parameters: Any = runbook.parameters
    with pytest.raises(TypeError):
        parameters["Y"] = parameters["X"]


def test_runbooks_can_be_compared_and_hashed() -> None:
    """Two runbooks of the same content are equal, and fit into sets."""
    assert len({book(), book(), book(version=2)}) == 2
    assert len({*book(parameters={"X": {"type": "String", "default": "x"}}).parameters.values()}) == 1


@pytest.mark.parametrize("default", [None, "", [], "{{ssm:x}}"])
def test_any_default_makes_a_parameter_optional(default: object) -> None:
    """A default of null is a default; only parameters without one are required."""
    parameters = {"X": {"type": "StringList", "default": default}, "Y": {"type": "StringList"}}
    runbook = book(parameters=parameters)
    assert not runbook.parameters["X"].required
    assert runbook.parameters["X"].default == default
    assert runbook.parameters["Y"].required


@pytest.mark.parametrize(
    "kind",
    [
        *("String", "StringList", "Integer", "Boolean", "MapList", "StringMap", "AWS::EC2::Instance::Id"),
        *("List<AWS::EC2::Instance::Id>", "AWS::IAM::Role::Arn", "AWS::S3::Bucket::Name", "AWS::SSM::Parameter::Name"),
        *("AWS::EC2::SecurityGroup::Id", "List<AWS::EC2::Subnet::Id>", "AWS::KMS::Key"),
    ],
)
def test_types_of_live_runbooks_are_known(kind: str) -> None:
    """The six types, AWS types and lists of them can be declared."""
    assert book(parameters={"X": {"type": kind}}).parameters["X"].type == kind


@pytest.mark.parametrize(
    ("kind", "default"),
    [("String", 3), ("Boolean", True), ("StringMap", {}), ("MapList", [{}]), ("Integer", "3"), ("AWS::X::Y::Z", "")],
)
def test_defaults_of_their_type_are_accepted(kind: str, default: object) -> None:
    """Numbers and booleans are fine as defaults of strings, and strings anywhere."""
    assert book(parameters={"X": {"type": kind, "default": default}}).parameters["X"].default == default


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
        "parameters.C.minChars: expected a non-negative number, got -1 (type=int)",
        "parameters.C.maxChars: expected a non-negative number, got True (type=bool)",
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
    store = RunbookStore()
    here = store.add(book(region="us-east-1"))
    everywhere = store.add(book("Everywhere"))
    there = store.add(book(region="eu-west-1"))
    assert store.find("My-Runbook", None, "us-east-1") is here
    assert store.find("My-Runbook", None, "eu-west-1") is there
    assert store.find("My-Runbook", None, "ap-south-1") is None
    assert store.find("Everywhere", None, "ap-south-1") is everywhere
    assert store.versions("My-Runbook", "ap-south-1") == []


def test_a_version_is_registered_once() -> None:
    """The same version again is a mistake, in one Region as in all; without a version it gets the next number."""
    store = RunbookStore()
    store.add(book(region="us-east-1", version=4))
    for region in ("us-east-1", None):
        with pytest.raises(FakeUsageError, match="'My-Runbook' already has a version 4; omit"):
            store.add(book(region=region, version=4))
    assert store.add(book(region="us-east-1"), renumber=True).version == "5"
    assert store.add(book(region="eu-west-1"), renumber=True).version == "1"
    assert store.add(book(), renumber=True).version == "6"


def library(folder: Path, **texts: str) -> RunbookFiles:
    """Write files of these names and texts, and make a library of them."""
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return RunbookFiles([str(folder)], folder)


def test_files_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    """A file is read once, when its document is first used; before that, a broken file does not matter."""
    files = library(tmp_path, Good=YAML, Broken="a: [")
    store, other = RunbookStore([files]), RunbookStore([files])
    assert store.knows("Good", "us-east-1")
    assert store.knows("arn:aws:ssm:us-east-1:123456789012:document/Broken:7", "us-east-1")
    assert not store.knows("None-Such", "us-east-1")
    assert store.find("None-Such", None, "us-east-1") is None
    found = store.find("Good", "$LATEST", "us-east-1")
    assert found
    assert (found.name, found.version, found.region) == ("Good", "1", None)
    (tmp_path / "Good.yaml").unlink()
    assert other.find("arn:aws:ssm:eu-west-1:123456789012:document/Good", "1", "eu-west-1") is found
    assert other.versions("Good", "eu-west-1") == [found]
    for _ in range(2):
        with pytest.raises(FakeUsageError, match=r"Broken\.yaml is not valid YAML: line 2"):
            store.find("Broken", None, "us-east-1")
    (tmp_path / "Broken.yaml").write_text(YAML, encoding="utf-8")
    assert store.find("Broken", None, "us-east-1")


def test_fakes_with_the_same_files_share_what_was_read(tmp_path: Path) -> None:
    """A file that two libraries have is parsed once, and again once its text has changed."""
    first, second = (library(tmp_path, Run=YAML) for _ in range(2))
    assert first.load("Run") is second.load("Run")
    third = library(tmp_path, Run=YAML.replace("Restarts", "Rebuilds"))
    assert third.load("Run").description == "Rebuilds instances."
    assert first.load("Run").description == "Restarts instances."


def test_a_malformed_file_is_named(tmp_path: Path) -> None:
    """What is wrong with a runbook of a file comes with the file."""
    store = RunbookStore([library(tmp_path, Bad="schemaVersion: '2.2'\nmainSteps: []\n")])
    with pytest.raises(
        FakeUsageError, match=r"Runbook 'Bad' \(/.*/Bad\.yaml\) is not valid:\n  schemaVersion: expected"
    ):
        store.find("Bad", None, "us-east-1")


def test_a_name_in_two_files_is_refused_when_it_is_asked_for(tmp_path: Path) -> None:
    """Two files with the same name are ambiguous; all other files can be used."""
    (tmp_path / "Run.json").write_text("{}", encoding="utf-8")
    files = library(tmp_path, Run=YAML, Other=YAML)
    store = RunbookStore([files])
    assert store.find("Other", None, "us-east-1")
    with pytest.raises(FakeUsageError, match=r"Runbook 'Run' is in several files: /.*/Run\.json, /.*/Run\.yaml$"):
        store.find("Run", None, "us-east-1")
    with pytest.raises(FakeUsageError, match="Runbook 'Run' is in several files"):
        store.load_all()


def test_the_nearest_runbook_wins(tmp_path: Path) -> None:
    """A registered runbook goes before a file, in its Region, and a later library before an earlier one."""
    for name in ("far", "near"):
        (tmp_path / name).mkdir()
    far = library(tmp_path / "far", Run=YAML, Only=YAML)
    near = library(tmp_path / "near", Run=YAML.replace("Restarts", "Stops"))
    store = RunbookStore([far, near])
    found = store.find("Run", None, "us-east-1")
    assert found
    assert found.description == "Stops instances."
    registered = store.add(book("Run", region="us-east-1"), renumber=True)
    assert registered.version == "1"
    assert store.find("Run", None, "us-east-1") is registered
    assert store.find("Run", None, "eu-west-1") is found
    assert store.find("Only", None, "us-east-1")
    assert {(each.name, each.region, each.description) for each in store.load_all()} == {
        ("Run", "us-east-1", None),
        ("Run", None, "Stops instances."),
        ("Only", None, "Restarts instances."),
    }
    everywhere = store.add(book("Run"), renumber=True)
    assert store.load_all() == [registered, everywhere, store.find("Only", None, "us-east-1")]


def test_the_whole_library_is_loaded_once(tmp_path: Path) -> None:
    """Every file is read once, other documents than runbooks are left out, and a broken file is named."""
    files = library(tmp_path, One=YAML, Two=YAML, Command="schemaVersion: '2.2'\nmainSteps: []\n")
    store = RunbookStore([files])
    one = store.find("One", None, "us-east-1")
    assert sorted(runbook.name for runbook in store.load_all()) == ["One", "Two"]
    assert one in store.load_all()
    (tmp_path / "Two.yaml").write_text("broken", encoding="utf-8")
    assert len(RunbookStore([files]).load_all()) == 2
    with pytest.raises(FakeUsageError, match=r"Two\.yaml: expected a mapping"):
        RunbookStore([library(tmp_path)]).load_all()


def test_a_runbook_has_the_format_that_it_was_read_in(tmp_path: Path) -> None:
    """Its content is the original text in that format, and converted in the other."""
    (tmp_path / "Run.json").write_text('{"schemaVersion":  "0.3", "mainSteps": [{"name": "a", "action": "aws:sleep"}]}')
    of_file = load(tmp_path / "Run.json")
    assert (of_file.document_format, of_file.content()) == ("JSON", (tmp_path / "Run.json").read_text())
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


def test_how_to_register_a_runbook_is_said() -> None:
    """The hint names the function, the option and the command that gets the document."""
    hint = how_to_register("AWS-StopEC2Instance")
    assert "add_runbook()" in hint
    assert "the option runbooks" in hint
    assert hint.endswith("python -m pytest_ssm_automation download AWS-StopEC2Instance --to tests/runbooks")


def test_runbooks_can_be_copied() -> None:
    """A copy of a runbook, even one that crosses processes, equals it."""
    runbook = book(parameters={"X": {"type": "String"}})
    assert copy.copy(runbook) == runbook
    assert copy.deepcopy(runbook) == runbook
    assert pickle.loads(pickle.dumps(runbook)) == runbook  # noqa: S301  # our own


def test_a_misspelt_name_is_compared_with_those_of_files(tmp_path: Path) -> None:
    """The nearest name of a runbook may be that of a file that was not read yet."""
    store = RunbookStore([library(tmp_path, Patch="no runbook")])
    with pytest.raises(FakeUsageError, match=r"Unknown runbook 'Pach'\. Did you mean 'Patch'"):
        store.load("Pach")
