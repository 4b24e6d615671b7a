import pytest
from botocore.exceptions import ClientError

from howto_drain import drain

INSTANCES = [f"i-{number:017x}" for number in range(25)]


@pytest.mark.ssm_automation(unknown_documents="reject")
def test_batches_are_small_enough(ssm_automation):
    assert len(drain("web", INSTANCES)) == 3

    last = ssm_automation.assert_started(DocumentName="Operations-Drain", times=3)
    assert last.parameters == {
        "TargetGroup": ["web"],
        "InstanceIds": INSTANCES[20:],
        "Mode": ["graceful"],
    }


def test_an_unknown_mode_is_refused(ssm_automation):
    with pytest.raises(ClientError, match=r"not found in \[graceful, immediate\]"):
        drain("web", INSTANCES, mode="quick")

    call = ssm_automation.assert_rejected(
        error="InvalidAutomationExecutionParametersException"
    )
    assert [violation.constraint for violation in call.violations] == [
        "runbook:Mode:allowedValues"
    ]


def test_a_runbook_with_smaller_batches(ssm_automation, ssm_client):
    document = ssm_client.get_document(Name="Operations-Drain", DocumentFormat="YAML")
    ssm_automation.add_runbook(
        document["Content"].replace("maxItems: 10", "maxItems: 5"),
        name="Operations-Drain",
    )

    with pytest.raises(ClientError):
        drain("web", INSTANCES)

    ssm_automation.assert_rejected(constraint="runbook:InstanceIds:maxItems")
