"""Other requests can be sent to moto's server in a thread, whose URL names 0.0.0.0."""

import boto3
import pytest
from moto.server import ThreadedMotoServer


@pytest.fixture(scope="module")
def url():
    server = ThreadedMotoServer(port=0)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_server(url, ssm_automation, transport):
    assert url.startswith("http://0.0.0.0:")
    bucket = boto3.client("s3", region_name="us-east-1", endpoint_url=url)
    bucket.create_bucket(Bucket=transport)
    ssm = boto3.client("ssm", region_name="us-east-1", endpoint_url=url)
    ssm.put_parameter(Name="/document", Value="Doc", Type="String", Overwrite=True)
    name = ssm.get_parameter(Name="/document")["Parameter"]["Value"]
    ssm.start_automation_execution(DocumentName=name)
    ssm_automation.assert_started_once(DocumentName="Doc")
    assert transport in [each["Name"] for each in bucket.list_buckets()["Buckets"]]
