"""Other people's signals and models as events, by configuration: which signal, which event, which facts."""
