"""The parts of the public strategies."""
