"""The execution of steps: by boto3, and by Python for scripts. It is imported when the first step is executed."""
