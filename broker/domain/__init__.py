"""The words of the trade. Nothing here awaits, reads a clock, logs or does I/O."""
