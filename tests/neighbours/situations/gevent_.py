"""The fake of the test that spawned a greenlet answers its calls.

It does not matter whether the standard library is patched before or after boto3's import, or not at all. A greenlet
that a test leaves behind is answered by the fake of a later test, whereas a thread is refused. A patch within a test
works for the threads, pools and greenlets that start later. Pools, servers and workers of pytest-xdist that run already
hang or fail after it, also without the plugin, and `skip_sleep` no longer skips. So patch before pytest starts, with
`python -m gevent.monkey --module pytest`.
"""

import subprocess
import sys
from pathlib import Path

import pytest

PATCH = "from gevent import monkey; monkey.patch_all({})"
PYTEST = "import sys, pytest; sys.exit(pytest.main())"
WAYS = {
    "not patched": ["-m", "pytest"],
    "patched first": ["-c", f"{PATCH.format('')}; import boto3; {PYTEST}"],
    # after botocore has imported it, ssl can't be patched: https://github.com/gevent/gevent/issues/1016
    "patched after boto3's import": [
        "-c",
        f"import boto3, botocore.httpsession; {PATCH.format('ssl=False')}; {PYTEST}",
    ],
    "patched by gevent": ["-m", "gevent.monkey", "--module", "pytest"],
}


@pytest.mark.parametrize(
    ("way", "module"), [*((way, "greenlets_.py") for way in WAYS), ("not patched", "patched_within_.py")]
)
def test_greenlets(way, module, pytestconfig):
    options = [argument for argument in pytestconfig.invocation_params.args if not argument.endswith(".py")]
    command = [sys.executable, *WAYS[way], *options, str(Path(__file__).parent / "gevent" / module)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stdout
