"""A whole network of made-up partners and people on loopback sockets, to see the broker at work."""
