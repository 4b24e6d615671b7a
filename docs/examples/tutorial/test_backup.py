from backup import handler

EVENT = {
    "id": "6f1c2b9e-64a0-4f6e-9a54-0d3c5b1f7e21",
    "instance": "i-0123456789abcdef0",
    "reason": "release 42",
}


def test_an_image_is_made(ssm_automation):
    response = handler(EVENT, None)

    execution = ssm_automation.assert_started_once(
        DocumentName="AWS-CreateImage",
        Parameters={"InstanceId": ["i-0123456789abcdef0"]},
    )
    assert response == {"status": "started", "execution": execution.id}
