"""Where people look and edit."""
