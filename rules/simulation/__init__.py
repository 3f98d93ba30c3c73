"""History through changed rules, beside the live ones. Performs nothing: whoever imports this cannot."""
