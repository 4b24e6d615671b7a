"""The conformance suite: every fact about the service, and the check that puts it to an endpoint."""
