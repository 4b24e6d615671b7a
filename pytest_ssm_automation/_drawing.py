"""Draw runbooks as Mermaid flowcharts, which GitHub and GitLab show wherever they show Markdown."""

from __future__ import annotations

from string import ascii_letters, digits
from typing import TYPE_CHECKING, Final, NamedTuple

from ._service.runbooks.actions import BRANCH, LOOP, PAUSING
from ._service.runbooks.conditions import written

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from ._service.runbooks.flow import Flow, Step

_LONGEST: Final = 60
# Everything else is written as a number, because quotes, brackets and keywords have a meaning in Mermaid.
_PLAIN: Final = frozenset(f"{ascii_letters}{digits} .,:-_=/+")
_SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    BRANCH: ("{", "}"),
    LOOP: ("{{", "}}"),
    **dict.fromkeys(PAUSING, ("([", "])")),
}
_BOX: Final = ("[", "]")
# The text has a colour of its own, since the page around the picture may be dark.
_CLASSES: Final = (
    "classDef ran fill:#d8f3dc,stroke:#2d6a4f,color:#081c15",
    "classDef failed fill:#ffdfb8,stroke:#a34e00,color:#2e1600",
    "classDef never fill:#f1f3f5,stroke:#868e96,color:#343a40,stroke-dasharray:5 5",
)


class Arrow(NamedTuple):
    """A way from one step to another.

    Attributes:
        start: The name of the step that it leaves.
        end: The name of the step to which it leads.
        label: When it is taken; empty if always.
        exceptional: Whether it is taken only after a failure or a stop.
    """

    start: str
    end: str
    label: str = ""
    exceptional: bool = False


def arrows_of(flow: Flow) -> list[Arrow]:
    """List the ways between the steps of a runbook."""
    return [arrow for step in flow.steps for arrow in _arrows(flow, step)]


def flowchart(
    steps: Mapping[str, str],
    arrows: Iterable[Arrow],
    *,
    ran: Collection[str] | None = None,
    failed: Collection[str] = (),
) -> str:
    """Draw a runbook as the text of a Mermaid flowchart: its steps, each with its action, and the ways between them.

    If `ran` is given, steps that have run, and those among them that have failed, are coloured.
    """
    ids = {name: f"s{number}" for number, name in enumerate(steps)}
    lines = ["flowchart TD"]
    for name, action in steps.items():
        before, after = _SHAPES.get(action, _BOX)
        colour = "" if ran is None else ":::failed" if name in failed else ":::ran" if name in ran else ":::never"
        lines.append(f'{ids[name]}{before}"{_text(name)}<br/>{_text(action)}"{after}{colour}')
    for start, end, label, exceptional in arrows:
        line = "-.->" if exceptional else "-->"
        lines.append(f"{ids[start]} {line}" + (f'|"{_text(label)}"|' if label else "") + f" {ids[end]}")
    return "\n    ".join([*lines, *(() if ran is None else _CLASSES)])


def _arrows(flow: Flow, step: Step) -> Iterator[Arrow]:
    """List the ways out of a step, as a walk takes them."""

    def to(place: int, label: str = "", *, exceptional: bool = False) -> Arrow:
        return Arrow(step.name, flow.steps[place].name, label, exceptional)

    for condition, place in step.choices:
        yield to(place, written(condition, _bare))
    if step.first is not None:
        yield to(step.first, "each iteration")
    after = step.otherwise if step.otherwise is not None else step.parent
    if after is not None:
        yield to(after, "otherwise" if step.choices else "afterwards" if step.action == LOOP else "")
    if isinstance(step.on_failure, int):
        yield to(step.on_failure, "on failure", exceptional=True)
    if step.on_cancel is not None:
        yield to(step.on_cancel, "on cancel", exceptional=True)


def _bare(value: object) -> str:
    """Write a value without the braces of a reference."""
    return " ".join(str(value).replace("{{", "").replace("}}", "").split())


def _text(text: str) -> str:
    shown = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return "".join(char if char in _PLAIN else f"#{ord(char)};" for char in shown)
