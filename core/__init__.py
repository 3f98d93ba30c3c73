"""The words every room shares. Imports no other room."""
