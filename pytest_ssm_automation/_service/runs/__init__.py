"""Executions: how they run, and how the service shows them."""
