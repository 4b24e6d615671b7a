"""What goes back to a client of botocore."""
