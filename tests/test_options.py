from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from pytest_ssm_automation import FakeUsageError, _markers
from pytest_ssm_automation._options import NAMES, Options, from_ini
from pytest_ssm_automation._service.runbooks.library import RunbookFiles
from pytest_ssm_automation._service.runbooks.loading import load_runbook

if TYPE_CHECKING:
    from pathlib import Path

NOTHING_SAID: dict[str, Any] = {
    "transport": "",
    "strict": None,
    "relax": [],
    "execution_limit": None,
    "allow_network": None,
    "seed": "",
}


def test_defaults_are_the_documented_ones() -> None:
    """Without a word from anybody a fake behaves like this."""
    assert Options()._asdict() == {
        "transport": "stubber",
        "strict": True,
        "relax": (),
        "enforce": (),
        "runbooks": (),
        "pace": "run",
        "execute_steps": False,
        "unknown_documents": "accept",
        "execution_limit": None,
        "skip_sleep": False,
        "allow_network": False,
        "seed": None,
        **{name: getattr(Options(), name) for name in NAMES if name == "unknown_urls"},
    }


def test_the_last_word_wins_option_by_option() -> None:
    """Other options stay, and the original object does not change."""
    first = Options().but({"strict": False, "seed": "a"})
    second = first.but({"seed": 7})
    assert (second.strict, second.seed) == (False, 7)
    assert first.seed == "a"


def test_relaxed_constraints_add_up() -> None:
    """`relax` and `enforce` are added to, in the order of the ids."""
    for name in ("relax", "enforce"):
        assert getattr(Options().but({name: ["a"]}).but({name: ["b"]}).but({name: {"c"}}), name) == ("a", "b", "c")


def test_the_last_word_on_a_constraint_wins() -> None:
    """A constraint that is relaxed farther away and enforced nearer is enforced, and the other way round."""
    enforced = Options().but({"relax": ["a", "b"]}).but({"enforce": ["a"]})
    assert (enforced.relax, enforced.enforce) == (("b",), ("a",))
    relaxed = enforced.but({"relax": ["a"]})
    assert (relaxed.relax, relaxed.enforce) == (("b", "a"), ())


def test_runbooks_add_up(tmp_path: Path) -> None:
    """`runbooks` adds up like `relax`; paths are relative to the folder of the ini file."""
    (tmp_path / "One-Book.json").touch()
    runbook = load_runbook({"schemaVersion": "0.3", "mainSteps": [{"name": "a", "action": "aws:sleep"}]}, name="Two")
    options = from_ini({"runbooks": ["*.json"]}, tmp_path).but({"runbooks": [runbook]})
    files, kept = options.runbooks
    assert isinstance(files, RunbookFiles)
    assert "One-Book" in files
    assert kept is runbook
    assert Options().but({"runbooks": options.runbooks}).runbooks == options.runbooks


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            "tests/runbooks",
            "Expected runbooks to be a list or tuple of files and folders, but got runbooks='tests/",
        ),
        (
            [{"a": 1}],
            r"to be a Runbook, a file, a folder or a glob, but got {'a': 1} \(type=dict\); register a mapping",
        ),
        (["a:\n  b"], r"a folder or a glob, but got 'a:\\n  b' \(type=str\); register a mapping or text with add_runb"),
        ([b"x"], r"but got b'x' \(type=bytes\)"),
    ],
)
def test_what_is_no_list_of_runbooks_is_refused(given: Any, message: str) -> None:
    """A value that is not a list, or whose items are not files, is refused, with a hint to add_runbook."""
    with pytest.raises(FakeUsageError, match=message):
        Options().but({"runbooks": given})


@pytest.mark.parametrize(
    ("given", "kept"),
    [(True, True), (False, False), (["A.Example"], ("a.example",)), ((), ()), (frozenset({"b"}), ("b",))],
)
def test_hosts_are_names_in_any_letter_case(given: Any, kept: Any) -> None:
    """`allow_network` is yes, no, or names."""
    assert Options().but({"allow_network": given}).allow_network == kept


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"transprot": "wire"}, "Unknown option 'transprot'. Did you mean 'transport'? Allowed: "),
        ({"stict": False}, "Unknown option 'stict'. Did you mean 'strict'?"),
        ({"transport": "stuber"}, "Unknown value of transport 'stuber'. Did you mean 'stubber'?"),
        ({"unknown_documents": "rejects"}, "Unknown value of unknown_documents 'rejects'. Did you mean 'reject'?"),
        ({"strict": "no"}, "Expected strict to be True or False, but got strict='no' (type=str)"),
        ({"skip_sleep": 1}, "Expected skip_sleep to be True or False, but got skip_sleep=1 (type=int)"),
        ({"relax": "Parameters:min"},
         "Expected relax to be a list or tuple of names, but got relax='Parameters:min' (type=str): write relax=['"),
        ({"enforce": "Mode:enum"}, "Expected enforce to be a list or tuple of names, but got enforce='Mode:enum'"),
        ({"relax": ["b", "a"], "enforce": ["a", "c"]},
         "Expected relax and enforce to name different constraints, but both name ['a']"),
        ({"relax": [1]}, "Expected relax to be a list or tuple of names, but got relax=[1] (type=list)"),
        ({"execution_limit": -1}, "Expected execution_limit to be a whole number of at least 0, or None, but got "),
        ({"execution_limit": True}, "Expected execution_limit to be a whole number"),
        ({"execution_limit": False}, "Expected execution_limit to be a whole number"),
        ({"execution_limit": "3"}, "Expected execution_limit to be a whole number"),
        ({"allow_network": "s3.amazonaws.com"}, "Expected allow_network to be a list or tuple of names, but got "),
        ({"allow_network": ["https://a.b"]}, "Expected allow_network to contain only host names"),
        ({"allow_network": ["a.b,c.d"]}, "Expected allow_network to contain only host names"),
        ({"allow_network": None}, "Expected allow_network to be a list or tuple of names, but got "),
        ({"seed": 1.5}, "Expected seed to be a string or a whole number, but got seed=1.5 (type=float)"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(given: dict[str, Any], message: str) -> None:
    """Unknown names and values are mistakes in the test, and the message lists the right ones."""
    with pytest.raises(FakeUsageError, match=f"^{re.escape(message)}"):
        Options().but(given)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("strict", False, False),
        ("relax", ["a", "b"], ("a", "b")),
        ("execution_limit", "3", 3),
        ("execution_limit", "None", None),
        ("allow_network", ["TRUE"], True),
        ("allow_network", ["false"], False),
        ("allow_network", ["A.example", "true"], ("a.example", "true")),
        ("seed", "x", "x"),
    ],
)
def test_the_ini_file_has_text(name: str, text: Any, value: Any) -> None:
    """Text becomes what the option takes."""
    assert getattr(from_ini({**NOTHING_SAID, name: text}), name) == value


def test_what_the_ini_file_does_not_say_is_the_default() -> None:
    """Neither an option that isn't there, nor one without a value, changes anything."""
    assert from_ini(NOTHING_SAID) == from_ini({}) == Options()


@pytest.mark.parametrize("text", ["-1", "many", "1.5"])
def test_numbers_of_the_ini_file_are_checked(text: str) -> None:
    """A limit that is not a number is refused."""
    with pytest.raises(FakeUsageError, match=f"at least 0, or none, but got '{text}'"):
        from_ini({"execution_limit": text})


def test_an_option_that_pytest_refuses_and_no_file_has_is_refused() -> None:
    """Where pytest cannot read an option, and the ini file does not have it, the error names the option."""

    class Config:
        """A configuration without options."""

        inicfg: ClassVar[dict[str, object]] = {}

        def getini(self, _name: str) -> object:
            raise ValueError("no such value")

    config: Any = Config()
    with pytest.raises(FakeUsageError, match="Invalid value of ssm_automation_strict: no such value"):
        _markers._ini_value(config, "ssm_automation_strict")
