"""The conformance kit: plays the broker against one partner, with invented people, and says what it found."""
