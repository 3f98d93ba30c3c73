"""A user's own app: traffic fines, plugged in by standing in INSTALLED_APPS. No room knows it."""
