"""The transports, which bring requests to the service, and responses to the client."""
