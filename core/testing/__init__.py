"""What the tests of an app with machines of its own may build on. The server itself imports nothing from here."""
