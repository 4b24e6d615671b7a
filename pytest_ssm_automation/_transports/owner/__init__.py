"""Who answers a call: the fake in whose context it was made."""
