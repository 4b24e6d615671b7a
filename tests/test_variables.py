from __future__ import annotations

import os
import subprocess
import sys
from operator import attrgetter

import pytest

from pytest_ssm_automation import _variables


@pytest.mark.parametrize("missing", ["", "kind", "_data", "encodekey", "encodevalue", "decodevalue"])
def test_variables_with_and_without_the_private_names_of_os(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """`os.environ` is read and changed correctly with and without its private names."""
    monkeypatch.setenv("AWS_PROFILE", "müller")
    monkeypatch.setenv("AWS_ROLE_ARN", "role")
    for name in ("AWS_REGION", "AWS_CREDENTIAL_FILE"):
        monkeypatch.delenv(name, raising=False)
    if missing == "kind":
        monkeypatch.setattr(os, "environ", dict(os.environ))
    elif missing:
        names = ("_data", "encodekey", "encodevalue", "decodevalue")
        monkeypatch.setattr(
            _variables, "_names_of", attrgetter(*(f"{each}s" if each == missing else each for each in names))
        )
    assert _variables.read_variables(("AWS_PROFILE", "AWS_REGION")) == {"AWS_PROFILE": "müller", "AWS_REGION": None}
    assert (_variables.read_variable("AWS_PROFILE"), _variables.read_variable("AWS_REGION")) == ("müller", None)
    wanted = {"AWS_PROFILE": "jürgen", "AWS_REGION": "eu-west-1", "AWS_ROLE_ARN": None, "AWS_CREDENTIAL_FILE": None}
    _variables.change_variables(wanted)
    assert {name: os.environ.get(name) for name in wanted} == wanted
    if not missing:  # the variables of the process too, which its children inherit
        code = f"import os; print({{name: os.environ.get(name) for name in {[*wanted]}}} == {wanted})"
        assert subprocess.check_output([sys.executable, "-c", code], text=True) == "True\n"
