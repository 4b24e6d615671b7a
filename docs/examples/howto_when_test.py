from howto_when import restart_everywhere

REGIONS = ["us-east-1", "eu-west-1"]


def in_ireland(call):
    return call.region == "eu-west-1" and "Force" in call.params["Parameters"]


def test_one_region_fails(ssm_automation):
    ssm_automation.fail_with("ThrottlingException", when=in_ireland)

    assert restart_everywhere("i-0aaaaaaa", REGIONS) == ["eu-west-1"]


def test_one_document_fails(ssm_automation):
    ssm_automation.fail_with(
        "ThrottlingException",
        when={"DocumentName": "AWS-RestartEC2Instance"},
        times=2,
    )

    assert restart_everywhere("i-0aaaaaaa", REGIONS) == REGIONS
