"""The seams: one Protocol a file, each with its duty on failure. Imports only domain."""
