"""The walk of a run along the steps of its runbook."""
