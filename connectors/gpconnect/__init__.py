"""What the connectors of GP Connect share: who asks, where a practice is found, and what its errors mean."""
