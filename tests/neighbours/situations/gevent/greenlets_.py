"""Tests of a project that uses gevent, which `gevent_.py` runs."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

import gevent
import gevent.pool
import gevent.threadpool
import pytest
from work import in_executor, in_threads, spawned, start

from pytest_ssm_automation import AutomationFake, LateCallError

# pools that serve all tests
EXECUTOR, THREADS = ThreadPoolExecutor(2), ThreadPool(2)
GREENLETS, NATIVE = gevent.pool.Pool(2), gevent.threadpool.ThreadPool(2)


def spawned_later(function, values):
    return [job.get() for job in [gevent.spawn_later(0.001, function, value) for value in values]]


WAYS = [
    *(EXECUTOR.map, THREADS.map, GREENLETS.map, GREENLETS.imap_unordered, NATIVE.map),
    *(in_threads, in_executor, spawned, spawned_later),
]


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.parametrize("way", WAYS)
def test_work_belongs_to_the_test_that_submits_it(ssm_automation, way, turn):
    ids = list(way(start, range(6)))
    assert len(ids) == 6
    assert set(ids) == {execution.id for execution in ssm_automation.executions}


@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_greenlets_have_fakes_of_their_own(ssm_automation, transport):
    def count(number):
        with AutomationFake(transport=transport) as fake:
            for each in range(number):
                start(each)
            return len(fake.calls)

    assert spawned(count, range(1, 5)) == [1, 2, 3, 4]
    assert not ssm_automation.calls


@pytest.fixture(scope="module")
def left():
    return {}


def test_leaves_work_behind(ssm_automation, left):
    def work(kind):
        while not left["ready"]:
            time.sleep(0.01) if kind == "thread" else gevent.sleep(0.01)
        try:
            left[kind] = start(kind)
        except LateCallError as error:
            left[kind] = error

    left["ready"] = False
    left["greenlet of"] = gevent.spawn(work, "greenlet")
    left["thread of"] = threading.Thread(target=work, args=("thread",))
    left["thread of"].start()


def test_is_run_next(ssm_automation, left):
    left["ready"] = True
    left["greenlet of"].join()
    left["thread of"].join()
    assert isinstance(left["thread"], LateCallError)
    assert [execution.id for execution in ssm_automation.executions] == [left["greenlet"]]
