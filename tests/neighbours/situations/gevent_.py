"""The fake of the test that spawned a greenlet answers its calls.

It does not matter whether the standard library is patched before or after boto3's import, or not at all. A greenlet
that a test leaves behind is answered by the fake of a later test, whereas a thread is refused.
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


@pytest.mark.parametrize("way", WAYS)
def test_greenlets(way, pytestconfig):
    options = [argument for argument in pytestconfig.invocation_params.args if not argument.endswith(".py")]
    tests = Path(__file__).parent / "gevent" / "greenlets_.py"
    ran = subprocess.run(
        [sys.executable, *WAYS[way], *options, str(tests)], stdout=subprocess.PIPE, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout
