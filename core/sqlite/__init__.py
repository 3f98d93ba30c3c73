"""Django's SQLite backend with one first-come-first-served writer lock per server."""
