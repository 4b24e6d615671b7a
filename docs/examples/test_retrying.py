import pytest
from hypothesis import find, given
from pytest_ssm_automation import AutomationFake, strategies

from retrying import patch_carefully, patch_carelessly


def starts_twice(patch, plan):
    with AutomationFake(faults=plan) as fake:
        patch(fake.client(), "web")
        try:
            fake.assert_no_duplicate_starts()
        except AssertionError:
            return True
    return False


@given(strategies.fault_plans())
def test_the_fleet_is_patched_at_most_once(plan):
    assert not starts_twice(patch_carefully, plan)


def test_the_careless_function_patches_twice():
    plan = find(
        strategies.fault_plans(), lambda plan: starts_twice(patch_carelessly, plan)
    )

    assert [repr(fault) for fault in plan] == ["Fault('ReadTimeoutError', lost=True)"]


def test_what_the_property_prints():
    with AutomationFake() as fake:
        fake.lose_response()
        patch_carelessly(fake.client(), "web")

        with pytest.raises(
            AssertionError, match="The same request started more than one execution"
        ):
            fake.assert_no_duplicate_starts()
