"""The user's AWS settings, which are read on import, before a test can change them."""

from __future__ import annotations

import os
from typing import Final

CONFIG_FILE: Final = "AWS_CONFIG_FILE"
CREDENTIALS_FILE: Final = "AWS_SHARED_CREDENTIALS_FILE"
PROFILES: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
SETTINGS: Final[dict[str, str | None]] = {
    name: os.environ.get(name) for name in (CONFIG_FILE, CREDENTIALS_FILE, *PROFILES)
}
