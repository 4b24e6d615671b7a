"""The fake of the test that spawned a greenlet answers its calls."""

import gevent


def test_greenlets(ssm_automation, ssm_client):
    def start(number):
        gevent.sleep(0)
        return ssm_client.start_automation_execution(DocumentName=f"Doc-{number}")["AutomationExecutionId"]

    jobs = [gevent.spawn(start, number) for number in range(20)]
    gevent.joinall(jobs, raise_error=True)
    assert {job.value for job in jobs} == {execution.id for execution in ssm_automation.executions}
    assert len(ssm_automation.executions) == 20
