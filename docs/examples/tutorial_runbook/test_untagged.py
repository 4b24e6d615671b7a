def test_a_volume_without_tags_stays(ssm_automation, volume, grow):
    ssm_automation.step_outputs("FindVolume", {"VolumeId": volume.id})

    assert grow().status == "Success"

    assert ssm_automation.executions[0].step("Grow")["StepStatus"] == "Pending"
