"""What should follow an event. Sees events and facts only, never a domain model."""
