"""Doors to outside services, each with a double that records instead."""
