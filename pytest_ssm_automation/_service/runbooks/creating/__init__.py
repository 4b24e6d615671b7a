"""What the service checks when a runbook is created."""
