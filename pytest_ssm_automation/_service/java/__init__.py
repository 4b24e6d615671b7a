"""Java's regular expressions, in which AWS writes its patterns, for Python's `re` and the module `regex`."""
