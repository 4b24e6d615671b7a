"""Hints of failing tests about clients of the wrong account."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.needs("account_id")
def test_a_poll_with_the_wrong_client_is_explained(run: Any) -> None:
    """If a test fails because an execution was not found, a hint shows its account and Region."""
    result = run(
        """
        def of(fake, account, region="us-east-1"):
            keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
            return fake.client(region, aws_account_id=account, **keys)

        def test_it(ssm_automation):
            ssm = of(ssm_automation, "111111111111")
            execution_id = ssm.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"]
            of(ssm_automation, "222222222222").get_automation_execution(AutomationExecutionId=execution_id)

        def test_tags(ssm_automation):
            ssm_automation.add_execution("Doc", execution_id="mine")
            of(ssm_automation, "111111111111", "eu-west-1").list_tags_for_resource(
                ResourceType="Automation", ResourceId="mine"
            )

        def test_nothing_of_the_kind(ssm_client):
            ssm_client.get_automation_execution(AutomationExecutionId="0" * 36)
        """
    )
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            "*SSM Automation: hints*",
            "GetAutomationExecution #2 (222222222222,*) asked the wrong account*: * is in 111111111111 us-east-1",
            "ListTagsForResource #1 (111111111111,*) asked the wrong account*: * mine is in 123456789012 us-east-1",
        ]
    )
    assert str(result.stdout).count("SSM Automation: hints") == 2
