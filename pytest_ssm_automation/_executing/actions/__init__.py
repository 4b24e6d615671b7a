"""The actions that are executed: one module for each family of them, and the table of all."""
