import pytest

from howto_bake import bake

INSTANCE = "i-0123456789abcdef0"

pytestmark = pytest.mark.ssm_automation(skip_sleep=True)


def test_the_image_id_comes_from_the_outputs(ssm_automation):
    ssm_automation.step_outputs("CreateImage", {"ImageId": "ami-0abc"})

    assert bake(INSTANCE, mail=print) == "ami-0abc"


def test_the_mail_names_the_step_that_failed(ssm_automation):
    ssm_automation.fail_step(
        "CreateImage", "InstanceInvalidState: the instance is not stopped"
    )
    mails = []

    assert bake(INSTANCE, mail=mails.append) is None

    (mail,) = mails
    assert mail.startswith("CreateImage failed for i-0123456789abcdef0: ")
    assert "InstanceInvalidState: the instance is not stopped" in mail
    assert ssm_automation.executions[0].step("Restart")["StepStatus"] == "Success"


@pytest.mark.ssm_automation_step("CreateImage", outputs={"ImageId": "ami-0abc"})
@pytest.mark.parametrize(("platform", "mailed"), [("Windows", 1), ("Linux/UNIX", 0)])
def test_a_windows_instance_needs_a_new_password(ssm_automation, platform, mailed):
    ssm_automation.step_outputs("GetInstance", {"Platform": platform})
    mails = []

    bake(INSTANCE, mail=mails.append)

    assert len(mails) == mailed


def test_one_failed_attempt_is_made_good(ssm_automation):
    ssm_automation.fail_step("CreateImage", "Throttled", times=1)
    ssm_automation.step_outputs("CreateImage", {"ImageId": "ami-0abc"})

    assert bake(INSTANCE, mail=print) == "ami-0abc"
