"""What the database itself refuses: a change of state without its event, and any change of the log.

Installed for every registered machine after each migrate, by name and hash of the body, and put back when missing.
"""
