"""What runs, and how it shows."""
