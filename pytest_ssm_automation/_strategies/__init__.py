"""What the public strategies are made of."""
