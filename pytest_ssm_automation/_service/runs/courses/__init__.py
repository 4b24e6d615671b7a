"""What happens next in a run: one module for each kind of course."""
