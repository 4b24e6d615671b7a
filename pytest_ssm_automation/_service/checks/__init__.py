"""Whether a request is well-formed: the model, its constraints, and the rules of the documentation."""
