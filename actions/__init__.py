"""Effects on the world: dispatch of events, and the runs that carry out what rules ask for."""
