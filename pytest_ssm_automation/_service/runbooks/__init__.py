"""What can be run: registered runbooks, their declarations and parameters."""
