import pytest
from botocore.exceptions import ClientError, ParamValidationError
from hypothesis import given
from pytest_ssm_automation import AutomationFake, strategies


def start(ssm, request):
    try:
        return ssm.start_automation_execution(**request)["AutomationExecutionId"]
    except (ClientError, ParamValidationError):
        return None


@given(strategies.valid_requests(DocumentName="AWS-RestartEC2Instance"))
def test_a_valid_request_is_started(request):
    with AutomationFake() as fake:
        assert (
            start(fake.client(), request)
            == fake.assert_started_once(exact=True, **request).id
        )


@given(strategies.invalid_requests())
def test_an_invalid_request_is_refused(invalid):
    with AutomationFake() as fake:
        assert start(fake.client(), invalid.params) is None
        fake.assert_rejected(constraint=invalid.violation.constraint)


@given(strategies.invalid_requests(constraints=["request:targets_exclude_target_maps"]))
def test_what_the_service_says(invalid):
    with (
        AutomationFake() as fake,
        pytest.raises(ClientError, match="Targets and TargetMaps"),
    ):
        fake.client().start_automation_execution(**invalid.params)
