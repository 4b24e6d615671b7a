from unittest import TestCase

from pytest_ssm_automation import AutomationFake

from howto_unittest import restart


class TestRestartWithoutPytest(TestCase):
    def setUp(self):
        self.fake = self.enterContext(AutomationFake())

    def test_the_instance_is_restarted(self):
        restart("i-0aaaaaaa")

        self.fake.assert_started_once(DocumentName="AWS-RestartEC2Instance")
        self.fake.verify()
