"""A second judgement of a request, from the words of the policies alone, with none of the product's code.

    words = read_words(folder)      # `policies/` or an edited revision; KeyError or ValueError where wrong
    whole = judge_all(case, words)  # the request, with `whole.partners[id]` for each of `case.partners`
    verdict = judge(case, words)    # `verdict.request`, and `verdict.partner` for `case.partner` alone

`case` may be any object with the members of `Case`, and its parts any with those of `Registered`, `Objected`,
`CarveOut` and `Granted`; `engine` and `store` may be left out and are then `ok`. All partners of one request
cost little more than one. `Words` is made once for each revision, and remembers the names of partners.
What the words leave open is settled in READINGS.md.
"""

from __future__ import annotations

from tests.prove.oracle.facts import CarveOut, Case, Granted, Objected, Registered
from tests.prove.oracle.judging import judge, judge_all
from tests.prove.oracle.verdict import OfPartner, Part, Verdict, Whole
from tests.prove.oracle.words import Words, read_words, words_of

__all__ = [
    "CarveOut",
    "Case",
    "Granted",
    "Objected",
    "OfPartner",
    "Part",
    "Registered",
    "Verdict",
    "Whole",
    "Words",
    "judge",
    "judge_all",
    "read_words",
    "words_of",
]
