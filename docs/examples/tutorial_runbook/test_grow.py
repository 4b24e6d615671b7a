def test_a_small_volume_grows(volume, grow):
    volume.create_tags(Tags=[{"Key": "Gigabytes", "Value": "20"}])

    assert grow().status == "Success"

    volume.reload()
    assert volume.size == 20
