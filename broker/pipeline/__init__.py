"""One request, one way: the eleven stages in order. Read this file first.

authentication   headers                     -> Requester
identification   search parameters           -> one Patient identity, or a refusal
decision         facts x objections x policy -> one Decision for each partner
planning         query x decisions           -> whom to ask for what, by when
fanout           plan                        -> one outcome for each partner
normalisation    pages                       -> resources with their source, right patient
screening        resources x decision        -> released + withheld
merging          released + outcomes         -> the view: groups, conflicts, completeness
selecting        view x criteria             -> what of it is shown, in which order
presentation     view                        -> Bundle, event stream
audit            the trail of all of it      -> durable, before release

A document goes the same way (opening): its holder alone is asked again, and what it lists is screened
again, before its bytes are handed on as they come. A stream releases each partner's part by itself
(streaming). The register of objections is read by itself (reading_register), by governance alone: nobody is
asked for it.
"""

from broker.pipeline.entrance import answer
from broker.pipeline.question import Question, Reply
from broker.pipeline.services import Services

__all__ = ["Question", "Reply", "Services", "answer"]
