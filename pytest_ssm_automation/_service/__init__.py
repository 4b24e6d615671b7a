"""The service, which answers a request or raises a ServiceError. It does not know pytest or botocore's clients."""
