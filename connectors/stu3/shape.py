"""One STU3 element with its members to the R4 element, member by member, by the rules of its table."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from itertools import zip_longest
from typing import Any, TypeAlias

from connectors.r4 import Tree, as_given
from connectors.stu3.carrying import append_extension, unknown_extension
from connectors.stu3.context import Context
from connectors.stu3.one_or_many import as_list

# What writes one member's value where it belongs in the R4 element that is being made.
Put: TypeAlias = Callable[[Any, Tree, Context], None]
Finish: TypeAlias = Callable[[Tree, Tree, Context], None]

# As many elements as take well under 5 ms.
_SLICE = 400
MODIFIERS = "modifierExtension"
ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


class Shape:
    """The rules of one type or one element with members. Filled once, when the tables are read."""

    def __init__(self, path: str) -> None:
        """`path` is the element's own in STU3, as `Encounter.location`."""
        self.path = path
        self.rules: dict[str, Put] = {}
        self.last: list[Required | Lined] = []
        self.finish: Finish | None = None

    def convert(self, source: Tree, context: Context) -> Tree:
        """The R4 element. A member that no rule names is carried in an extension."""
        out: Tree = {}
        rules = self.rules
        outer = self._open(context)
        for name, value in source.items():
            rule = rules.get(name)
            if rule is not None:
                if value is not None:
                    rule(value, out, context)
            elif value is not None:
                self._put_unknown(name, value, out, context)
        self._complete(source, out, context)
        self._close(out, context, outer)
        return out

    def convert_in_slices(self, source: Tree, context: Context) -> Generator[None, None, Tree]:
        """The same for a large element: it lets go of the loop between the slices of its long lists."""
        out: Tree = {}
        outer = self._open(context)
        for name, value in source.items():
            rule = self.rules.get(name)
            if rule is None:
                self._put_unknown(name, value, out, context)
                continue
            for part in _parts(value):
                rule(part, out, context)
                yield
        self._complete(source, out, context)
        self._close(out, context, outer)
        return out

    def _put_unknown(self, name: str, value: Any, out: Tree, context: Context) -> None:
        """A modifier of a type that can hold none waits for the element around; all else is carried."""
        if name == MODIFIERS:
            context.modifiers.extend(as_list(value))
        else:
            append_extension(out, unknown_extension(self.path, name, value))

    def _open(self, context: Context) -> list[Any]:
        """Where modifiers can stand, those from within are told from those of the elements before."""
        outer = context.modifiers
        if MODIFIERS in self.rules:
            context.modifiers = []
        return outer

    def _close(self, out: Tree, context: Context, outer: list[Any]) -> None:
        """Take the modifiers of what stands within. One may hold another, in the value that it has."""
        rule = self.rules.get(MODIFIERS)
        if rule is None:
            return
        while context.modifiers:
            waiting, context.modifiers = context.modifiers, []
            rule(waiting, out, context)
        context.modifiers = outer

    def _complete(self, source: Tree, out: Tree, context: Context) -> None:
        if self.finish is not None:
            self.finish(source, out, context)
        for step in self.last:
            step.complete(out, context)


def _parts(value: Any) -> Iterator[Any]:
    """A long list of elements in slices, none of them of one alone: that would pass for a single value."""
    if type(value) is not list or not all(type(each) is dict for each in value):
        if value is not None:
            yield value
        return
    starts = [*range(0, max(len(value) - 1, 1), _SLICE)]
    for start, end in zip(starts, [*starts[1:], len(value)], strict=True):
        yield value[start:end]


class Required:
    """A member that R4 requires. Where it is missing, or only given as text beside, that is said in it."""

    def __init__(
        self, targets: tuple[str, ...], *, is_primitive: bool, many: bool, shape: Shape | None
    ) -> None:
        """`targets` are the names that it may have; the first is the one that is written when none is there.

        `shape` is set for an element with members of its own: its own required members are made with it.
        """
        self.targets = targets
        self.besides = tuple(f"_{target}" for target in targets) if is_primitive else ()
        self.is_primitive = is_primitive
        self.many = many
        self.shape = shape

    def complete(self, out: Tree, context: Context) -> None:
        """Say that the value is absent, unless it is there."""
        for target in self.targets:
            if target in out:
                return
        for beside in self.besides:
            if beside in out:
                append_extension(out[beside], _absent("as-text"))
                return
        self._write_absence(out, context)

    def _write_absence(self, out: Tree, context: Context) -> None:
        made = self.shape.convert({}, context) if self.shape else {"extension": [_absent("unknown")]}
        target = f"_{self.targets[0]}" if self.is_primitive else self.targets[0]
        out[target] = [made] if self.many else made


class Lined:
    """A list of plain values and the list of what stands beside each: in R4 the two line up."""

    def __init__(self, target: str) -> None:
        """`target` is the name in R4."""
        self.target = target
        self.beside = f"_{target}"

    def complete(self, out: Tree, _context: Context) -> None:
        """Line them up."""
        besides = out.get(self.beside)
        values = out.get(self.target)
        if besides is None and (values is None or None not in values):
            return
        pairs = zip_longest(values or (), besides or ())
        kept = [(value, beside) for value, beside in pairs if value is not None or beside]
        for name, held in ((self.target, [value for value, _ in kept]), (self.beside, [b for _, b in kept])):
            out.pop(name, None)
            if any(each is not None for each in held):
                out[name] = held


def _absent(reason: str) -> Tree:
    return {"url": ABSENT_REASON, "valueCode": reason}


def absent() -> Tree:
    """The extension that says: there is no value, and nobody said why."""
    return _absent("unknown")


def give_beside(out: Tree, target: str, value: Any) -> None:
    """Carry a primitive value that R4 cannot hold on the element beside the gap."""
    append_extension(out.setdefault(f"_{target}", {}), as_given(value))
