"""Executions can be started while sockets are disabled. The endpoint needs `allow_hosts(["127.0.0.1"])`."""

import subprocess
import sys

import pytest

from pytest_ssm_automation import AutomationFakeError

CHILD = "import boto3; boto3.client('ssm', region_name='us-east-1').start_automation_execution(DocumentName='Doc')"


@pytest.mark.disable_socket
@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_no_sockets(ssm_automation, ssm_client):
    ssm_client.start_automation_execution(DocumentName="Doc")
    with pytest.raises(AutomationFakeError, match=r"allow_hosts\(\['127.0.0.1'\]\)"):
        ssm_automation.serve_endpoint()


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_endpoint(ssm_automation, ssm_automation_endpoint):
    subprocess.run([sys.executable, "-c", CHILD], check=True)
    ssm_automation.assert_started_once(DocumentName="Doc")
