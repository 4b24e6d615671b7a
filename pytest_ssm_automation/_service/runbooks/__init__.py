"""Runbooks: documents, their declarations and parameters, and the registered ones."""
