"""What a reference may name where something could be kept from the reader: an allow-list.

The person; who and where; an item that may be seen; and, where no objection holds anything back, a kind
that is permitted wholly, whether the item came or not. Everything else, and every odd spelling, is no.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

from broker.domain.category import SUPPORTING_TYPES, Category, categories_of_type
from broker.domain.decision import Decision
from broker.domain.references import plain_name
from broker.domain.resource import Resource
from broker.pipeline.screening.person import Person

# About one millisecond of work.
_NAMED_IN_A_SLICE = 2_000


class Reach:
    """Answers for one partner's references. An item that falls later takes its names with it."""

    def __init__(
        self,
        decision: Decision,
        person: Person,
        seen: set[str],
        hidden: set[str],
        *,
        hides_words_of_person: bool = False,
    ) -> None:
        """`seen` names what may be shown, as far as each is judged alone; `hidden` what may not. With
        `hides_words_of_person` a reference to the person stands without the words beside it.
        """
        self.hides_words_of_person = hides_words_of_person
        self._decision = decision
        self._person = person
        self._seen = seen
        self._hidden = hidden
        self._answers: dict[str, bool] = {}
        self._kinds: dict[str, bool] = {}

    @property
    def own_name(self) -> str:
        """How the partner names the person's Patient."""
        return self._person.own_name

    def means_person(self, reference: str) -> bool:
        """True when a reference is the person's own Patient."""
        return self._person.is_named(reference)

    def falls(self, resource: Resource) -> None:
        """From now on `resource` is hidden too."""
        self._hidden.update(names_of(resource))
        self._answers.clear()

    def opens(self, reference: str) -> bool:
        """True when the text of a reference, other than `#…`, may stand."""
        answer = self._answers.get(reference)
        if answer is None:
            answer = self._answers[reference] = self._opens(reference)
        return answer

    @property
    def opens_unnamed_medicine(self) -> bool:
        """True when a medicine may be told without a name: nothing that it could be is withheld."""
        return not _holds_parts(self._decision) and self._kind_opens("Medication")

    def _opens(self, reference: str) -> bool:
        name = plain_name(reference)
        spellings = {reference} if name is None else {reference, name}
        if not spellings.isdisjoint(self._person.names):
            return True
        if not spellings.isdisjoint(self._hidden):
            return False
        if not spellings.isdisjoint(self._seen):
            return True
        return name is not None and self._kind_opens(name.partition("/")[0])

    def _kind_opens(self, kind: str) -> bool:
        answer = self._kinds.get(kind)
        if answer is None:
            answer = self._kinds[kind] = _opens_kind(kind, self._decision)
        return answer


def _opens_kind(kind: str, decision: Decision) -> bool:
    """True when something of this kind may be named that was not received."""
    if kind in SUPPORTING_TYPES:
        return True
    if decision.resource_types and kind not in decision.resource_types:
        return False
    if kind == "Medication":
        return Category.MEDICINES in decision.categories
    return not _holds_parts(decision) and categories_of_type(kind) <= decision.categories


def _holds_parts(decision: Decision) -> bool:
    """True when something of a permitted category could be kept from this reader and not from another."""
    return bool(decision.withholds) or not decision.hidden_classes.only_legal


def names_of(resource: Resource) -> tuple[str, ...]:
    """Every way in which the partner's own references may name an entry."""
    if resource.full_url is None:
        return (resource.local_reference,)
    return (resource.local_reference, resource.full_url)


def names_of_all(resources: Sequence[Resource]) -> Generator[None, None, set[str]]:
    """Every name of all of them, in slices."""
    names: set[str] = set()
    for start in range(0, len(resources), _NAMED_IN_A_SLICE):
        for resource in resources[start : start + _NAMED_IN_A_SLICE]:
            names.update(names_of(resource))
        yield
    return names
