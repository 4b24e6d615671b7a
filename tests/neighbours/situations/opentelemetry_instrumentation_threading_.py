"""Instrumented threads, timers and pools keep the context of the trace, and their calls reach the fake."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from opentelemetry import context
from opentelemetry.instrumentation.threading import ThreadingInstrumentor

from pytest_ssm_automation import AutomationFake


@pytest.fixture
def traced():
    token = context.attach(context.set_value("trace", "of the test"))
    yield
    context.detach(token)


@pytest.fixture
def instrumented():
    ThreadingInstrumentor().instrument()
    yield
    ThreadingInstrumentor().uninstrument()


def start_everywhere(client):
    seen = []

    def start(document):
        client.start_automation_execution(DocumentName=document)
        seen.append(context.get_value("trace"))

    threads = [threading.Thread(target=start, args=["Thread"]), threading.Timer(0, start, ["Timer"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(start, "Pool").result()
    return seen


def check(fake, seen):
    assert seen == ["of the test"] * 3
    assert {call.params["DocumentName"] for call in fake.calls} == {"Thread", "Timer", "Pool"}


# twice each, because the second test meets what the first has left
@pytest.mark.parametrize("turn", [1, 2])
def test_before(instrumented, traced, ssm_automation, ssm_client, turn):
    check(ssm_automation, start_everywhere(ssm_client))


@pytest.mark.parametrize("turn", [1, 2])
def test_inside(ssm_automation, ssm_client, traced, instrumented, turn):
    check(ssm_automation, start_everywhere(ssm_client))


def test_over_the_end(traced):
    with AutomationFake() as fake:
        ThreadingInstrumentor().instrument()
        check(fake, start_everywhere(fake.client()))
    with AutomationFake() as fake:
        check(fake, start_everywhere(fake.client()))
    ThreadingInstrumentor().uninstrument()
    with AutomationFake() as fake:
        assert start_everywhere(fake.client()) == [None] * 3
        assert len(fake.calls) == 3
