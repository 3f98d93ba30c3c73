"""An index of the room's models."""
