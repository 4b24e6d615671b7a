"""The service: a request in, an answer or a ServiceError out. It knows neither pytest nor botocore's clients."""
