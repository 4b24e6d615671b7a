"""Executions can be started on the empty file system of the fixture `fs`, whatever the order of the fixtures."""

import boto3

client = boto3.client("ssm", region_name="us-east-1")


def test_file_system_first(fs, ssm_automation, ssm_client):
    ssm_client.start_automation_execution(DocumentName="Doc")
    ssm_automation.assert_started_once(DocumentName="Doc")


def test_fake_first(ssm_automation, ssm_client, fs):
    ssm_client.start_automation_execution(DocumentName="Doc")
    ssm_automation.assert_started_once(DocumentName="Doc")


def test_client_of_the_module(fs, ssm_automation):
    client.start_automation_execution(DocumentName="Doc")
    ssm_automation.assert_started_once(DocumentName="Doc")
