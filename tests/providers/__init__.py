"""Real packages that speak in signals, driven by their own webhook views with real payloads."""
