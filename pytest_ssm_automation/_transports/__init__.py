"""Transports: the ways in which a request reaches the service, and the answer the client."""
