from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from faker import Faker


def test_it_is_fakers_own_fixture(faker: Faker, ssm_faker: Faker) -> None:
    """It is the same object, with our provider added, so that seeding one seeds the other."""
    assert ssm_faker is faker
    assert ssm_faker.name()
    ssm_faker.seed_instance(7)
    ids = [ssm_faker.automation_execution_id(), ssm_faker.instance_id()]
    ssm_faker.seed_instance(7)
    assert ids == [ssm_faker.automation_execution_id(), ssm_faker.instance_id()]


def test_its_requests_are_accepted(ssm_automation: Any, ssm_client: Any, ssm_faker: Faker) -> None:
    """What it makes up can be sent."""
    request = ssm_faker.automation_request()
    ssm_client.start_automation_execution(**request)
    ssm_automation.assert_started_once(exact=True, **request)


def test_the_provider_is_there_once(run: Any) -> None:
    """Faker keeps it for all tests, so it is added once, and never to a subclass of the user's. No fake is needed."""
    source = """
        import pytest
        from pytest_ssm_automation import AutomationFake, AutomationFakeError
        from pytest_ssm_automation.providers import AutomationProvider

        class Own(AutomationProvider):
            def runbook_name(self):
                return "Own"

        def test_own(faker, request):
            faker.add_provider(Own)
            assert request.getfixturevalue("ssm_faker").runbook_name() == "Own"

        @pytest.mark.parametrize("number", range(3))
        def test_one_locale(ssm_faker, number):
            (generator,) = ssm_faker.factories
            assert sum(isinstance(each, AutomationProvider) for each in generator.get_providers()) == 1
            with pytest.raises(AutomationFakeError):
                AutomationFake.current()
    """
    run(source).assert_outcomes(passed=4)


@pytest.mark.slow
@pytest.mark.parametrize("fixture", ["faker_locale", "faker_session_locale"])
@pytest.mark.parametrize("locales", ["['en_US', 'ja_JP', 'de_DE']", "{'it_IT': 1, 'sv_SE': 9}", "'fr_FR'"])
def test_several_locales(run: Any, locales: str, fixture: str) -> None:
    """With Faker's fixtures for locales each generator has the provider, once, and the locales stay as they were."""
    source = f"""
        import pytest
        from pytest_ssm_automation.providers import AutomationProvider

        LOCALES = {locales}

        @pytest.fixture(scope="{"session" if "session" in fixture else "function"}", autouse=True)
        def {fixture}():
            return LOCALES

        @pytest.mark.parametrize("number", range(3))
        def test_it(ssm_faker, number):
            assert ssm_faker.locales == ([LOCALES] if isinstance(LOCALES, str) else list(LOCALES))
            for generator in ssm_faker.factories:
                assert sum(isinstance(each, AutomationProvider) for each in generator.get_providers()) == 1
            for _ in range(30):
                assert ssm_faker.automation_request()["DocumentName"]
            for locale in ssm_faker.locales:
                assert ssm_faker[locale].instance_id().startswith("i-")
    """
    run(source).assert_outcomes(passed=3)
