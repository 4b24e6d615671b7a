import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import boto3
import pytest

# Since version 3.12, Python warns of a fork in a process with threads.
# The fixture's server is a thread.
pytestmark = pytest.mark.filterwarnings(
    "ignore:This process .* is multi-threaded:DeprecationWarning"
)


def stop(instance_id):
    boto3.client("ssm").start_automation_execution(
        DocumentName="AWS-StopEC2Instance", Parameters={"InstanceId": [instance_id]}
    )


@pytest.mark.usefixtures("ssm_automation_endpoint")
def test_a_pool_of_processes_stops_instances(ssm_automation):
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(stop, ["i-0aaaaaaaaaaaaaaaa", "i-0bbbbbbbbbbbbbbbb"]))

    ssm_automation.assert_started(times=2, DocumentName="AWS-StopEC2Instance")


@pytest.mark.usefixtures("ssm_automation_endpoint")
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_a_process_stops_an_instance(ssm_automation, method):
    process = multiprocessing.get_context(method).Process(
        target=stop, args=("i-0aaaaaaaaaaaaaaaa",)
    )
    process.start()
    process.join()

    ssm_automation.assert_started_once(
        Parameters={"InstanceId": ["i-0aaaaaaaaaaaaaaaa"]}
    )
