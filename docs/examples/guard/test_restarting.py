import unittest

from pytest_ssm_automation import AutomationFake

from restarting import restart


def test_nobody_thought_of_the_fixture():
    assert restart("i-0123456789abcdef0")


class RestartTest(unittest.TestCase):
    def test_the_instance_is_restarted(self):
        restart("i-0123456789abcdef0")

        fake = AutomationFake.current()
        fake.assert_started_once(Parameters={"InstanceId": ["i-0123456789abcdef0"]})
