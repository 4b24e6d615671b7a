"""A marked `TestCase` has the fake in its tests. `setUpTestData` runs earlier, and needs its own fake."""

import boto3
import django
import pytest
from django.conf import settings
from django.test import TestCase

from pytest_ssm_automation import AutomationFake

if not settings.configured:
    settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
    django.setup()


def start():
    boto3.client("ssm", region_name="us-east-1").start_automation_execution(DocumentName="Doc")


@pytest.mark.ssm_automation
class TestRunbooks(TestCase):
    @classmethod
    def setUpTestData(cls):
        with AutomationFake() as fake:
            start()
            cls.calls = [call.params for call in fake.calls]

    def test_start(self):
        start()
        AutomationFake.current().assert_started_once(DocumentName="Doc")
        assert self.calls == [{"DocumentName": "Doc"}]
