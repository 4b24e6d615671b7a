"""The execution of scripts: in this process, and without a trace of them afterwards."""
