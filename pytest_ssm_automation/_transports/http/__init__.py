"""Callers without botocore, in this process and in others."""
