"""Tests of a project that patches the standard library within a test, which `gevent_.py` runs."""

import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

import boto3
import gevent
import gevent.monkey
import pytest

from pytest_ssm_automation import AutomationFake

CLIENT = boto3.client("ssm", "us-east-1", aws_access_key_id="AKIDTEST", aws_secret_access_key="secret")


def start(number):
    gevent.sleep(0)
    return CLIENT.start_automation_execution(DocumentName=f"Doc-{number}")["AutomationExecutionId"]


def in_threads(function, values):
    done = []
    threads = [threading.Thread(target=lambda value=value: done.append(function(value))) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def in_executor(function, values):
    with ThreadPoolExecutor(2) as executor:
        return list(executor.map(function, values))


def in_pool(function, values):
    with ThreadPool(2) as pool:
        return pool.map(function, values)


def spawned(function, values):
    return [job.get() for job in [gevent.spawn(function, value) for value in values]]


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
