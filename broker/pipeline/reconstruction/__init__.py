"""A disclosure on file, held against what its partners hold now: judged, audited and asked like a request,
and nothing of what came is shown.
"""

from broker.pipeline.reconstruction.may import may_reconstruct

__all__ = ["may_reconstruct"]
