"""The door: HTTP requests to questions for the pipeline, and its replies to responses."""
