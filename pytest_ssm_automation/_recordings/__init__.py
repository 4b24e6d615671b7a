"""Recordings of executions at AWS: how they are made, read, and compared with the fake."""
