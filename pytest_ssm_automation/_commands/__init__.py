"""The subcommands of `python -m pytest_ssm_automation`."""
