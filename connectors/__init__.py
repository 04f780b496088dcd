"""Ways of speaking to partners: one folder each."""
