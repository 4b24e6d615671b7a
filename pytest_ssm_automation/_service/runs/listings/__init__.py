"""Listings: their filters, and how executions are found."""
