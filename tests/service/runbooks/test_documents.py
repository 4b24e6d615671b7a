from __future__ import annotations

import datetime as dt
import json
import time
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from caller import load

from pytest_ssm_automation import FakeUsageError

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 64 * 1024
STEPS = {"schemaVersion": "0.3", "mainSteps": [{"name": "Wait", "action": "aws:sleep"}]}
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# a mapping that contains itself
ENDLESS: dict[str, Any] = {}
ENDLESS["a"] = ENDLESS


@pytest.fixture(params=["libyaml", "PyYAML alone"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test with libyaml, and with a PyYAML that was built without it."""
    if request.param != "libyaml":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    elif not yaml.__with_libyaml__:
        pytest.skip("this PyYAML was built without libyaml")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a file in another encoding."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "latin.yaml").write_bytes("é: 1".encode("latin-1"))
    return tmp_path


def read(content: Any) -> dict[str, Any]:
    """Return the content of a runbook, without its steps."""
    return {name: value for name, value in load(content, name="Doc").document.items() if name not in STEPS}


def read_yaml(text: str) -> dict[str, Any]:
    """Return the content of YAML text that has only steps besides."""
    return read(f"{yaml.safe_dump(STEPS)}\n{text}")


def test_yaml_and_json_text_and_files_are_the_same_document(tmp_path: Path) -> None:
    """A document has the same content from a mapping, from text and from a file."""
    text = "a:\n  b: [1, x]\n"
    path = tmp_path / "My-Doc.yaml"
    path.write_text(f"\ufeff{text}{yaml.safe_dump(STEPS)}", encoding="utf-8")
    mapping = {**STEPS, "a": {"b": (1, "x")}}
    for content in (mapping, f"  {json.dumps(mapping)}", path, str(path)):
        assert read(content) == read_yaml(text) == {"a": {"b": [1, "x"]}}


@pytest.mark.parametrize("form", ["JSON", "YAML"])
def test_a_document_that_was_written_reads_the_same(form: Any) -> None:
    """What is written in either format has the same values, types and order of members when it is read."""
    members = {"z": ["012", "no", "2024-01-01", "1:30", "=", "<<", "~", "", "a: b", "é\nü", "1e3"], "a": [1, 1.5, True]}
    members = {**STEPS, **members, "deep": {"null": None, "<<": {"no": {}}, "list": []}}
    again = load(f"{load(members, name='Doc').content(form)}\n", name="Doc")
    assert (again.document, list(again.document), again.document_format) == (members, list(members), form)


def test_yaml_scalars_have_the_types_of_json() -> None:
    """Account ids, times, dates and words that YAML 1.1 turns into something else stay strings, keys too."""
    text = """
      id: 012345670123
      other: 123456789012
      time: 12:30
      date: 2024-01-01
      no: no
      yes: True
      null: ~
      1: 1_000
      a: -1.5
      exp: .inf
      value: =
      2024-01-01: '012'
      merged: &m {x: 1}
      <<: *m
      marks: <<
    """
    assert read_yaml(dedent(text)) == {
        "id": "012345670123",
        "other": 123456789012,
        "time": "12:30",
        "date": "2024-01-01",
        "no": "no",
        "yes": True,
        "null": None,
        "1": "1_000",
        "a": -1.5,
        "exp": ".inf",
        "value": "=",
        "2024-01-01": "012",
        "merged": {"x": 1},
        "x": 1,
        "marks": "<<",
    }


def test_each_value_is_the_documents_own() -> None:
    """A mapping is copied, and each use of an alias is a separate value."""
    content: dict[str, Any] = {**STEPS, "a": [1]}
    runbook = load(content, name="Doc")
    content["a"].append(2)
    assert runbook.document["a"] == [1]
    document = read_yaml("a: &a [1]\nb: *a\n")
    assert document["a"] == document["b"]
    assert document["a"] is not document["b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: c: d\n", "the text is not valid YAML: line 2, column 5: mapping values are not allowed "),
        ('{"a": 1,\n "b" 2}', "the text is not valid JSON: line 2, column 6: Expecting ':' delimiter"),
        ("a: 1\n---\nb: 2\n", "line 2, column 1: but found another document"),
        ("a: !Ref b\n", "line 1, column 4: could not determine a constructor for the tag '!Ref'"),
        ("a: !!python/object/apply:os.system [true]\n", "line 1, column 4: could not determine a constructor"),
        ("a: \0\n", "unacceptable character"),
        ("? [a]\n: b\n", "line 1, column 3: found unhashable key"),
        ("\n\n", "the text is not valid YAML: it is empty"),
        ("- a\n- b\n", 'the text: expected a mapping, got ["a", "b"]'),
        ("a: \n  " + "9" * 5000, "Exceeds the limit"),
        # what is in a string is no nesting, to its last character
        ('{"a": "' + "[" * 999, "Unterminated string"),
        ('{"a": "' + "b]" * 999, "Unterminated string"),
    ],
)
def test_unreadable_text_is_refused_with_its_place(text: str, message: str) -> None:
    """Text with an error of syntax is refused with line and column; tags make no objects."""
    with pytest.raises(FakeUsageError) as caught:
        read(text)
    assert message in str(caught.value)


def laughs(levels: int, line: str) -> str:
    """Make each of many lines refer to the one before ten times."""
    return "a: &a {x: 1}\n" + "".join(
        line.format(key=LETTERS[level + 1], list=", ".join([f"*{LETTERS[level]}"] * 10)) for level in range(levels)
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (laughs(20, "{key}: &{key} [{list}]\n"), "more than 65536 values after expanding aliases"),
        ("a:\n  " + "[" * 30_000, "nested more than 64 levels deep"),
        ("a:\n  " + "[" * 30_000 + "]" * 30_000, "nested more than 64 levels deep"),
        ("- " * 30_000 + "\n", "nested more than 64 levels deep"),
        ("a:\n  " + "[" * 70 + "]" * 70, "nested more than 64 levels deep"),
        ("a:\n  " + "{a: " * 10_000, "nested more than 64 levels deep"),
        ('{"a":' * 10_000, "nested more than 64 levels deep"),
        # json itself can read these
        ('{"a": ' + "[" * 64 + "0" + "]" * 64 + "}", "nested more than 64 levels deep"),
        ('{"a": ' + "[" * 200, "nested more than 64 levels deep"),
        ("a:\n" + "- ? " * 15_000 + "\n", "nested more than 64 levels deep"),
        ("a\n" * MAX_BYTES, "larger than 65536 bytes"),
        ("\u00e9\n" * (MAX_BYTES // 3 + 1), "larger than 65536 bytes"),
        ('{"a":' + " " * 4 * MAX_BYTES + "1}", "larger than 65536 bytes"),
        ('{"a": "' + "b" * MAX_BYTES + '"}', "larger than 65536 bytes"),
        ({"a": [0] * 70_000}, "more than 65536 values"),
        ("a: &a [*a]\n", "the text is nested more than 64 levels deep"),
        (ENDLESS, "the document is nested more than 64 levels deep"),
    ],
)
def test_hostile_content_is_refused_at_once(content: object, message: str) -> None:
    """Aliases that multiply, endless nesting and mere size end with a clear error in little time."""
    started = time.process_time()
    with pytest.raises(FakeUsageError, match=message) as caught:
        read(content)
    assert len(str(caught.value)) < 1000
    assert time.process_time() - started < 10


def test_merges_cannot_multiply() -> None:
    """What is merged again and again is there once, and read in little time."""
    started = time.process_time()
    members = read_yaml(laughs(20, "{key}: &{key} {{<<: [{list}]}}\n"))
    assert members == {letter: {"x": 1} for letter in LETTERS[:21]}
    assert time.process_time() - started < 10


def test_white_space_of_json_does_not_count() -> None:
    """JSON that was indented when it was copied may be larger than SSM's limit, if its content is not."""
    assert read(json.dumps({**STEPS, "a": 1}).replace(" ", " " * MAX_BYTES, 1)) == {"a": 1}


@pytest.mark.parametrize("line", ["- " * 999, "[" * 999])
def test_rulers_in_a_script_are_no_nesting(line: str) -> None:
    """Dashes and brackets in a string may be many."""
    assert read_yaml(f"a: |\n  {line}\n") == {"a": f"{line}\n"}


@pytest.mark.parametrize("text", ["[" * 999, '\\"' + "[" * 999, "\\" * 3 + "[" * 999])
def test_brackets_in_a_string_of_json_are_no_nesting(text: str) -> None:
    """There may be many, including after quotes and backslashes."""
    content = {"a": [text], "b": [[]] * 99}
    assert read(json.dumps({**STEPS, **content})) == content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"a": {1: 2}}, "a: the key 1 is not a string"),
        ({"a": float("nan")}, r"a: nan \(type=float\) is not a JSON value"),
        ('{"a": 1e999}', r"a: inf \(type=float\) is not a JSON value"),
        ({1: 2}, "the document: the key 1 is not a string"),
        (
            {"a": [0, dt.date(2024, 1, 1)]},
            r"a\[1\]: datetime.date\(2024, 1, 1\) \(type=date\) is not a JSON value",
        ),
        (42, r"Expected a mapping, JSON or YAML text, or a path, but got 42 \(type=int\)"),
    ],
)
def test_what_json_cannot_say_is_refused(content: object, message: str) -> None:
    """A mapping has to be one that a document could have been read from; the message has the place."""
    with pytest.raises(FakeUsageError, match=message):
        read(content)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("missing.yaml", "No such file or directory"),
        ("latin.yaml/x", "Not a directory"),
        (".", "Is a directory"),
        ("\0", "embedded null"),
        ("schemaVersion: " + "x" * 5000, "File name too long"),
    ],
)
def test_files_that_cannot_be_read_are_refused(path: str, reason: str) -> None:
    """Missing files, directories and names that cannot be get the reason, and what a text is."""
    with pytest.raises(
        FakeUsageError, match=f" cannot be read: {reason}.*; a string is text only if it begins with {{"
    ):
        read(path)


def test_files_of_other_content_are_refused(folder: Path) -> None:
    """Other encodings and sizes are told with the file."""
    with pytest.raises(FakeUsageError, match=r"latin\.yaml is not UTF-8"):
        read("latin.yaml")
    (folder / "large.yaml").write_bytes("é".encode() * 4 * MAX_BYTES)
    with pytest.raises(FakeUsageError, match=r"large\.yaml is larger than 65536 bytes"):
        read("large.yaml")
