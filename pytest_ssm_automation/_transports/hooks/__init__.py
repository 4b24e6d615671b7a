"""Where botocore is met: the patches that lead the calls of its clients to a fake."""
