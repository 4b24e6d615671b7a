"""Pictures of runbooks, read by Mermaid itself."""

from __future__ import annotations

import json
import os
import shutil
import string
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pytest_ssm_automation._drawing import Arrow, flowchart

READER = Path(__file__).parent / "read_chart.mjs"
# Where npm has installed Mermaid.
DIRECTORY = Path(os.environ.get("SSM_AUTOMATION_NODE_DIRECTORY", "nowhere"))

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
    pytest.mark.skipif(
        not (DIRECTORY / "node_modules" / "mermaid").is_dir(),
        reason="mermaid is not installed here: tox run -e interop",
    ),
]


def read(chart: str) -> dict[str, Any]:
    """Return the nodes and edges that Mermaid finds."""
    command = [shutil.which("node") or "node", str(READER), str(DIRECTORY.resolve())]
    done = subprocess.run(
        command, input=chart, capture_output=True, text=True, encoding="utf-8", check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_mermaid_reads_what_was_drawn() -> None:
    """Mermaid finds each step with its text, shape and colour, and each way with its text, whatever is in them."""
    odd = f"{string.punctuation[:16]}ü🙂"
    steps = {"end": "aws:sleep", string.punctuation[16:]: "aws:branch", "subgraph": "aws:loop", "`x`": "aws:approve"}
    names = [*steps]
    failure = Arrow("subgraph", "end", "on failure", exceptional=True)
    arrows = [Arrow("end", names[1]), Arrow(names[1], "subgraph", odd), failure]
    found = read(flowchart(steps, arrows, ran={"end", "subgraph"}, failed={"subgraph"}))

    shapes = ("square", "diamond", "hexagon", "stadium")
    colours = ("ran", "never", "failed", "never")
    assert found["nodes"] == [
        {"id": f"s{number}", "text": f"{name}<br>{steps[name]}", "type": shape, "classes": [colour]}
        for number, (name, shape, colour) in enumerate(zip(names, shapes, colours, strict=True))
    ]
    assert found["edges"] == [
        {"start": "s0", "end": "s1", "text": "", "stroke": "normal"},
        {"start": "s1", "end": "s2", "text": odd, "stroke": "normal"},
        {"start": "s2", "end": "s0", "text": "on failure", "stroke": "dotted"},
    ]
    assert found["classes"] == ["ran", "failed", "never"]
