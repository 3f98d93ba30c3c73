"""What may change: the machines of the domain and their transition API."""
