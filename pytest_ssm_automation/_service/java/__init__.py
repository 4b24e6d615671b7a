"""Translate Java's regular expressions, which AWS's patterns are, for `re` and the module `regex`."""
