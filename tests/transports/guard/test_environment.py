from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.session import Session
from caller import has
from moto import mock_aws

from pytest_ssm_automation import AutomationFake, NetworkBlockedError, _startup
from pytest_ssm_automation._transports.guard import profiles
from pytest_ssm_automation._transports.guard.environment import _changes

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def settings() -> Iterator[dict[str, str | None]]:
    """Give the settings of the user, which a test may change; what was remembered for others is forgotten."""
    before = dict(_startup.SETTINGS)
    _changes.cache_clear()
    yield _startup.SETTINGS
    _startup.SETTINGS.update(before)
    _changes.cache_clear()


def test_credentials_are_dummies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real credentials, profiles and roles are out of sight while a fake is active, and back after the last one."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDREAL")
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/ops")
    before = dict(os.environ)
    with AutomationFake():
        with AutomationFake():
            inside = dict(os.environ)
        assert dict(os.environ) == inside
        credentials = boto3.Session().get_credentials()
        assert credentials is not None
        assert credentials.access_key == "AKIAIOSFODNN7EXAMPLE"
        assert (credentials.secret_key, credentials.token) == ("testing", "testing")
        assert not {"AWS_PROFILE", "AWS_ROLE_ARN"} & set(os.environ)
        assert os.environ["AWS_CONFIG_FILE"] == os.devnull
    assert dict(os.environ) == before


@pytest.mark.parametrize("variable", ["AWS_DEFAULT_REGION", "AWS_REGION", None])
def test_a_region_that_is_set_stays(monkeypatch: pytest.MonkeyPatch, variable: str | None) -> None:
    """A Region is set only if there is none; botocore does not read AWS_REGION, which other tools read."""
    if variable:
        monkeypatch.setenv(variable, "eu-central-1")
    before, expected = dict(os.environ), "eu-central-1" if variable else "us-east-1"
    with AutomationFake():
        assert os.environ[variable or "AWS_DEFAULT_REGION"] == expected
        assert boto3.client("ssm").meta.region_name == boto3.Session().region_name == expected
    assert dict(os.environ) == before


OWN = """
[default]
region = eu-west-3
[profile plain]
region = eu-west-1
aws_access_key_id = AKIDREAL
aws_secret_access_key = real-secret
aws_account_id = 111122223333
[profile nowhere]
aws_access_key_id = AKIDREAL
aws_secret_access_key = real-secret
[profile program]
region = ap-south-1
credential_process = touch {ran}
[profile sso]
sso_start_url = https://start.example
sso_region = eu-west-1
sso_account_id = 444455556666
sso_role_name = Admin
[profile role]
region = sa-east-1
role_arn = arn:aws:iam::111122223333:role/ops
source_profile = plain
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration file of the test, whose programs would create the file `ran`."""
    file = tmp_path / "config"
    file.write_text(OWN.format(ran=tmp_path / "ran"), encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    return file


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize(
    ("profile", "region"), [("plain", "eu-west-1"), ("program", "ap-south-1"), ("sso", "eu-west-3")]
)
def test_profiles_of_the_test_have_their_region_and_dummy_credentials(
    own: Path, monkeypatch: pytest.MonkeyPatch, profile: str, region: str, *, late: bool
) -> None:
    """A profile of the test's own file is read, whenever the test points to it; no program runs, no secret is used.

    An account id is not secret, and determines which executions a client sees.
    """
    if late:
        monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    with AutomationFake() as fake:
        if late:
            os.environ["AWS_CONFIG_FILE"] = str(own)
        session = boto3.Session(profile_name=profile)
        expected = "us-east-1" if profile == "sso" else region
        assert session.region_name == expected
        credentials = session.get_credentials()
        assert credentials is not None
        assert (credentials.access_key, credentials.secret_key) == ("AKIAIOSFODNN7EXAMPLE", "testing")
        if profile == "plain" and has("account_id"):
            assert credentials.account_id == "111122223333"
        client: Any = session.client("ssm")
        client.start_automation_execution(DocumentName="Doc")
        fake.assert_started_once(region=expected)
    assert not (own.parent / "ran").exists()


def test_the_region_of_a_profile_goes_before_ours(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """us-east-1 is for those who have no Region at all; one that the environment had before beats a profile's."""
    with AutomationFake():
        assert boto3.Session().region_name == "eu-west-3"
        assert boto3.Session(profile_name="nowhere").region_name == "us-east-1"
        assert boto3.Session(profile_name="plain", region_name="us-east-1").region_name == "us-east-1"
        session = Session(profile="plain")
        session.set_config_variable("region", "us-east-1")
        assert session.get_config_variable("region") == "us-east-1"
        assert session.get_config_variable("max_attempts") is None
        monkeypatch.setenv("AWS_PROFILE", "plain")
        assert boto3.Session().region_name == "eu-west-1"
    monkeypatch.delenv("AWS_PROFILE")
    monkeypatch.setenv("AWS_REGION", "us-east-1")  # which botocore does not read
    with AutomationFake():
        assert boto3.Session().region_name == "eu-west-3"
        assert boto3.Session(profile_name="plain").region_name == "eu-west-1"
        assert boto3.Session(profile_name="nowhere").region_name == "us-east-1"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with AutomationFake():
        assert boto3.Session(profile_name="plain").region_name == "us-east-1"


def test_the_profile_that_the_test_chooses_stays(
    own: Path, settings: dict[str, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS_PROFILE stays where the test itself set it for its own file, and goes where it is the user's."""
    monkeypatch.setenv("AWS_PROFILE", "plain")
    with AutomationFake():
        assert boto3.Session().region_name == "eu-west-1"
    settings["AWS_PROFILE"] = "plain"
    _changes.cache_clear()
    with AutomationFake():
        assert "AWS_PROFILE" not in os.environ


def test_roles_of_a_profile_are_assumed(own: Path) -> None:
    """Moto returns the role's credentials without the source's secret; without moto, the call is blocked."""
    with AutomationFake() as fake, mock_aws():
        session = boto3.Session(profile_name="role")
        role: Any = session.client("ssm")
        role.start_automation_execution(DocumentName="Doc")
        credentials = session.get_credentials()
        assert credentials is not None
        assert credentials.access_key.startswith("ASIA")
        fake.assert_started_once(region="sa-east-1")
    with AutomationFake() as fake:
        credentials = boto3.Session(profile_name="role").get_credentials()
        assert credentials is not None
        with pytest.raises(NetworkBlockedError, match=r"\(sts AssumeRole\)"):
            credentials.get_frozen_credentials()
        fake.assert_blocked()


USER = """
[default]
region = eu-north-1
[profile prod eu]
[profile 'prod eu']
region = eu-central-1
role_arn = arn:aws:iam::111122223333:role/ops
source_profile = base
credential_process = touch ran
[profile base]
[sso-session corp]
sso_start_url = https://start.example
[odd "]
[profile odd "]
"""
USER_CREDENTIALS = """
[base]
aws_access_key_id = AKIDREAL
aws_secret_access_key = real-secret
region = ap-east-1
[only-here]
aws_access_key_id = AKIDREAL
aws_secret_access_key = real-secret
region = not a region
"""


@pytest.fixture
def users(tmp_path: Path, settings: dict[str, str | None], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of files that the user's own environment points to."""
    for name, variable, text in (
        ("config", "AWS_CONFIG_FILE", USER),
        ("credentials", "AWS_SHARED_CREDENTIALS_FILE", USER_CREDENTIALS),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        monkeypatch.setenv(variable, str(tmp_path / name))
        settings[variable] = str(tmp_path / name)
    return tmp_path


def test_of_the_users_files_names_and_regions_stay(users: Path) -> None:
    """A session of a profile of the user's can be made, has its Region and dummy credentials, and nothing is secret."""
    with AutomationFake() as fake:
        session = boto3.Session()
        assert sorted(session.available_profiles) == ["base", "default", "only-here", "prod eu"]
        regions = {name: boto3.Session(profile_name=name).region_name for name in session.available_profiles}
        assert regions == {
            "base": "ap-east-1", "default": "eu-north-1", "only-here": "eu-north-1", "prod eu": "eu-central-1"
        }  # fmt: skip
        for name in regions:
            credentials = boto3.Session(profile_name=name).get_credentials()
            assert credentials is not None
            assert (credentials.access_key, credentials.secret_key) == ("AKIAIOSFODNN7EXAMPLE", "testing")
        copy = Path(os.environ["AWS_CONFIG_FILE"])
        assert copy.stat().st_mode & 0o077 == 0
        text = copy.read_text(encoding="utf-8")
        assert not re.search("real|role_arn|process|sso", text, re.IGNORECASE)
        assert os.environ["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
        client: Any = boto3.client("ssm")
        client.start_automation_execution(DocumentName="Doc")
        fake.assert_started_once(region="eu-north-1")
    with AutomationFake():
        assert os.environ["AWS_CONFIG_FILE"] == str(copy)
        copy.unlink()
    with AutomationFake():
        assert Path(os.environ["AWS_CONFIG_FILE"]).read_text(encoding="utf-8") == text


def test_aws_region_and_profiles_of_the_users(users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_PROFILE goes, and its Region stays.

    AWS_REGION replaces the Region of the default profile, and a profile that is named keeps its own.
    """
    monkeypatch.setenv("AWS_PROFILE", "prod eu")
    with AutomationFake():
        assert "AWS_PROFILE" not in os.environ
        assert os.environ["AWS_DEFAULT_REGION"] == "eu-central-1"
    monkeypatch.delenv("AWS_PROFILE")
    monkeypatch.setenv("AWS_REGION", "ca-central-1")
    with AutomationFake():
        regions = {name: boto3.Session(profile_name=name).region_name for name in (None, "default", "base", "prod eu")}
    assert regions == {
        None: "ca-central-1", "default": "ca-central-1", "base": "ap-east-1", "prod eu": "eu-central-1"
    }  # fmt: skip


@pytest.mark.parametrize("text", [b"not an ini file", b"\xff\xfe", b"", b"[profile 'x]\n[other]\n", None])
def test_a_file_that_cannot_be_read_has_no_profiles(
    users: Path, settings: dict[str, str | None], monkeypatch: pytest.MonkeyPatch, text: bytes | None
) -> None:
    """A broken file of the user's, or one in a home that does not exist, breaks no test and hides no other file."""
    if text is None:
        settings["AWS_CONFIG_FILE"] = "~nobody-of-this-name/config"
        monkeypatch.setenv("AWS_CONFIG_FILE", "~nobody-of-this-name/config")
    else:
        (users / "config").write_bytes(text)
    with AutomationFake():
        assert boto3.Session().available_profiles == ["base", "only-here"]
    (users / "credentials").unlink()
    with AutomationFake():
        assert os.environ["AWS_CONFIG_FILE"] == os.devnull
        assert boto3.Session().region_name == "us-east-1"


def test_copies_are_removed_by_the_process_that_made_them(users: Path) -> None:
    """A forked child that ends does not remove the copy."""
    with AutomationFake():
        copy = os.environ["AWS_CONFIG_FILE"]
    profiles._remove(copy, 0)
    assert Path(copy).exists()
    profiles._remove(copy, os.getpid())
    assert not Path(copy).exists()


@pytest.mark.slow
def test_the_ini_option_does_the_same(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules that make sessions when imported see the Regions of the user's profiles, and dummy credentials."""
    (pytester.path / "config").write_text(USER, encoding="utf-8")
    (pytester.path / "credentials").write_text(USER_CREDENTIALS, encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(pytester.path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(pytester.path / "credentials"))
    pytester.makeini("[pytest]\nssm_automation_dummy_credentials = true")
    pytester.makepyfile(
        f"""
        import boto3, os

        CREDENTIALS = boto3.Session(profile_name="base").get_credentials()
        REGIONS = [boto3.Session(profile_name=name).region_name for name in ("prod eu", "base", "only-here")]
        os.environ["AWS_CONFIG_FILE"] = {str(pytester.path / "own")!r}
        with open(os.environ["AWS_CONFIG_FILE"], "w") as file:
            file.write({OWN.format(ran=pytester.path / "ran")!r})
        PROGRAM = boto3.Session(profile_name="program")

        def test_names_and_regions():
            assert CREDENTIALS.secret_key == "testing"
            assert REGIONS == ["eu-central-1", "ap-east-1", "eu-north-1"]

        def test_its_own(ssm_automation):
            PROGRAM.client("ssm").start_automation_execution(DocumentName="Doc")
            ssm_automation.assert_started_once(region="ap-south-1")
            assert PROGRAM.get_credentials().access_key == "AKIAIOSFODNN7EXAMPLE"
            assert not os.path.exists({str(pytester.path / "ran")!r})
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider", "-Werror").assert_outcomes(passed=2)


def test_what_the_test_has_changed_meanwhile_stays() -> None:
    """Restoring never overwrites a variable that other code has set since."""
    before = dict(os.environ)
    with AutomationFake():
        os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"
        del os.environ["AWS_ACCESS_KEY_ID"]
    assert os.environ.pop("AWS_DEFAULT_REGION") == "eu-central-1"
    assert dict(os.environ) == before
