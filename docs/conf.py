"""How Sphinx builds this documentation: `tox run -e docs`."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "pytest-ssm-automation"
author = "pytest-ssm-automation contributors"
project_copyright = author
version = release = version_of(project)

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinxcontrib.mermaid",
    "ssm_breaks",
    "ssm_changes",
    "ssm_reference",
    "ssm_run",
]
exclude_patterns = ["_build", "changes", "examples"]
templates_path: list[str] = []

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# The docstrings write code between single backticks.
default_role = "literal"
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
python_use_unqualified_type_names = True

# Types of other packages are named and not linked, so that a build needs no network.
nitpick_ignore_regex = [
    ("py:class", r"(botocore|collections|datetime|faker|hypothesis|os|pathlib|re|requests|responses|types|typing)\..*"),
    # what annotations are written with, and aliases inside the package
    ("py:class", r"(Any|BaseClient|BaseProvider|Callable|Collection|Iterable|Mapping|Path|Self|Sequence)"),
    ("py:class", r"(AnyMembers|CheckedOperationName|ErrorName|Injected|OperationName|OptionValues|RefusedMembers)"),
    ("py:class", r"(Format|Outputs|Override|Runbooks|SSMClient|StartMembers|StatusName|Statuses)"),
    (
        "py:class",
        r"(CallingStep|CaughtBy|datetime|DeclaredOutput|Outcome|Parameter|Request|Resolver|Shape|Strategy|Target|When|st\.SearchStrategy|Literal)",
    ),
    ("py:class", r"pytest_ssm_automation\._.*"),
]

mermaid_fullscreen = False
mermaid_init_config = {"startOnLoad": False, "flowchart": {"useMaxWidth": True}}

html_theme = "furo"
html_title = "pytest-ssm-automation"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "source_repository": "https://github.com/pytest-ssm-automation/pytest-ssm-automation",
    "source_branch": "main",
    "source_directory": "docs/",
}
pygments_style = "friendly"
pygments_dark_style = "monokai"
