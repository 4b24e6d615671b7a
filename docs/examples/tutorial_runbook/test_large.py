def test_a_volume_that_is_large_enough_stays(ssm_automation, volume, grow):
    volume.create_tags(Tags=[{"Key": "Gigabytes", "Value": str(volume.size)}])
    ssm_automation.step_outputs("FindVolume", {"VolumeId": volume.id})

    assert grow().step("Grow")["StepStatus"] == "Pending"
