"""One person's record as a stream: each partner's part as it answers, each released by itself.

What can be known only when everybody has answered, and what no time may tell, waits for the end: the
negatives, and every partner that is kept closely.
"""

from broker.pipeline.streaming.way import Streaming

__all__ = ["Streaming"]
