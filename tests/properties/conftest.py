"""How many examples properties are tried with: `everyday`, or `--hypothesis-profile=large`."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("everyday", max_examples=150, deadline=None, derandomize=bool(os.environ.get("CI")))
settings.register_profile("large", max_examples=20_000, deadline=None)
settings.load_profile("everyday")
