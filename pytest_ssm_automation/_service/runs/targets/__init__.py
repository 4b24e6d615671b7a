"""Runs on several targets, accounts and Regions."""
