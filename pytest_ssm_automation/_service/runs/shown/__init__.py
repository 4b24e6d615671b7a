"""How executions are read: their members, steps, outputs and events."""
