"""Tests of a project that patches the standard library within a test, which `gevent_.py` runs."""

from multiprocessing.pool import ThreadPool

import gevent
import gevent.monkey
import pytest
from work import in_executor, in_threads, spawned, start

from pytest_ssm_automation import AutomationFake


def in_pool(function, values):
    with ThreadPool(2) as pool:
        return pool.map(function, values)


# the patch stays: the first test makes it while its fake is active, and the others begin with it
@pytest.mark.parametrize("transport", ["stubber", "wire"])
@pytest.mark.parametrize("turn", [1, 2])
def test_calls(transport, turn):
    with AutomationFake(transport=transport) as fake:
        ids = [start(0)]
        gevent.monkey.patch_all(ssl=False)
        for way in (in_threads, in_executor, in_pool, spawned):
            ids += way(start, range(3))
    assert len(ids) == 13
    assert set(ids) == {execution.id for execution in fake.executions}
