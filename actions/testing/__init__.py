"""Trying rules of one's own: fixtures for pytest, and what they are made of."""
