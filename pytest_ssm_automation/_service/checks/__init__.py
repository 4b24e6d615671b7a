"""Validation of requests: the service model, its constraints, and documented rules."""
