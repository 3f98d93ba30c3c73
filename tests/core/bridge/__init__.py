"""Other people's signals and models as events."""
