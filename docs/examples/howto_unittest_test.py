from unittest import TestCase

import pytest
from botocore.exceptions import ClientError
from pytest_ssm_automation import AutomationFake

from howto_unittest import restart


@pytest.mark.ssm_automation
class TestRestart(TestCase):
    def test_the_instance_is_restarted(self):
        restart("i-0aaaaaaa")

        fake = AutomationFake.current()
        fake.assert_started_once(Parameters={"InstanceId": ["i-0aaaaaaa"]})

    @pytest.mark.ssm_automation_error("ThrottlingException")
    def test_the_caller_sees_the_error(self):
        with self.assertRaisesRegex(ClientError, "ThrottlingException"):
            restart("i-0aaaaaaa")
