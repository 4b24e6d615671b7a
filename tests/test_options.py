"""The options of a fake, as keywords; tests/plugin/test_options.py has the ini file and the markers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from caller import load, start

from pytest_ssm_automation import AutomationFake, FakeUsageError

if TYPE_CHECKING:
    from pathlib import Path


ITEM = "each item of runbooks to be a Runbook, a file, a folder or a glob"


def test_defaults_are_the_documented_ones() -> None:
    """Without a word from anybody a fake behaves like this."""
    assert AutomationFake().options._asdict() == {
        "transport": "stubber",
        "strict": True,
        "relax": (),
        "enforce": (),
        "runbooks": (),
        "pace": "run",
        "execute_steps": False,
        "unknown_documents": "accept",
        "unknown_urls": "accept",
        "execution_limit": None,
        "skip_sleep": False,
        "allow_network": False,
        "seed": None,
    }


def test_runbooks_are_files_and_runbooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are relative to the current directory; a runbook that another fake has read serves as well."""
    content = {"schemaVersion": "0.3", "mainSteps": [{"name": "a", "action": "aws:sleep"}]}
    (tmp_path / "One-Book.json").write_text(load(content, "Any").content(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with AutomationFake(runbooks=["*.json", load(content, "Two-Book")], unknown_documents="reject") as fake:
        for name in ("One-Book", "Two-Book"):
            start(fake.client(), DocumentName=name)


@pytest.mark.parametrize(
    ("given", "kept"),
    [(True, True), (False, False), (["A.Example"], ("a.example",)), ((), ()), (frozenset({"b"}), ("b",))],
)
def test_hosts_are_names_in_any_letter_case(given: Any, kept: Any) -> None:
    """`allow_network` is yes, no, or names."""
    assert AutomationFake(allow_network=given).options.allow_network == kept


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
        ({"faults": ["InvalidTarget"]}, "Expected each item of faults to be a Fault, but got 'InvalidTarget'"),
        ({"enforce": ["Mode:enums"]}, "Unknown constraint 'Mode:enums'. Did you mean 'Mode:enum'?"),
        ({"relax": ("Parametrs:max",)}, "Unknown constraint 'Parametrs:max'. Did you mean 'Parameters:max'?"),
        *(
            ({"runbooks": given}, "Expected " + message)
            for given, message in (
                ("tests", "runbooks to be a list or tuple of files and folders, but got runbooks='tests' (type=str)"),
                ([{"a": 1}], f"{ITEM}, but got {{'a': 1}} (type=dict); register a mapping or text with add_runbook("),
                (["a:\n  b"], f"{ITEM}, but got 'a:\\n  b' (type=str); register a mapping or text with add_runbook("),
                ([b"x"], f"{ITEM}, but got b'x' (type=bytes)"),
            )
        ),
        ({"seed": 1.5}, "Expected seed to be a string or a whole number, but got seed=1.5 (type=float)"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(given: dict[str, Any], message: str) -> None:
    """Unknown names and values are mistakes in the test, and the message lists the right ones."""
    with pytest.raises(FakeUsageError, match=f"^{re.escape(message)}"):
        AutomationFake(**given)
