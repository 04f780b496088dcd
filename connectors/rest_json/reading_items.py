"""The `items` and `fields` of a mapping file, checked against what R4 has.

A field is `member.member: {from: path}`. Where the path goes through lists, the innermost repeating member
is written once for each element of the innermost list, and so on outwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from broker.domain.category import DECIDED_BY_CODE, SUPPORTING_TYPES, category_of
from broker.files import Section as Yaml
from broker.files import nearest
from connectors.rest_json.mapping import Group, Item, Leaf, Section, Table
from connectors.rest_json.r4_types import CHOICES, TYPES
from connectors.rest_json.reading_fields import read_leaf
from connectors.rest_json.reading_paths import read_path, read_when
from connectors.rest_json.targets import Kind, Members, Target

# Codes of ours that move an item out of its type's own category, and the types that they move.
MOVING_CODES = ("social-care",)
CODED_TYPES = frozenset({"Task", "CarePlan"})


@dataclass(slots=True)
class _Branch:
    """A group while its fields are being read."""

    target: Target
    members: dict[str, Leaf | _Branch] = field(default_factory=dict)
    over: tuple[str, ...] = ()

    def closed(self) -> Group:
        members = {
            name: one.closed() if isinstance(one, _Branch) else one for name, one in self.members.items()
        }
        return Group(target=self.target, members=members, over=self.over)


class ItemReader:
    """Reads items against the tables of one file."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        """`tables` are the file's own."""
        self._tables = tables

    def item(self, yaml: Yaml) -> Item:
        """One kind of record."""
        resource_type = yaml.word("type", [name for name in TYPES if name != "Patient"])
        item = Item(
            resource_type=resource_type,
            members=self.members(yaml, resource_type),
            when=read_when(yaml),
            local_id=read_path(yaml, "id") if "id" in yaml else None,
            person=read_path(yaml, "person") if "person" in yaml else None,
            coded_as=yaml.word("coded_as", MOVING_CODES, "") if resource_type in CODED_TYPES else "",
        )
        yaml.finish()
        return item

    def members(self, yaml: Yaml, resource_type: str) -> Group:
        """What `fields` writes of one type."""
        fields = yaml.section("fields")
        root = _Branch(Target(kind=Kind.GROUP, members=TYPES[resource_type].members))
        for name in fields.names():
            self._add(fields, name, root, resource_type)
        fields.finish()
        _check_required(yaml, root, resource_type)
        _check_choices(fields, root)
        return root.closed()

    def _add(self, fields: Yaml, name: str, root: _Branch, resource_type: str) -> None:
        """Read one field and hang it where its name says."""
        *outer, last = name.split(".")
        branch, way = root, [root]
        for step in outer:
            target = _target(fields, name, step, branch.target.members, resource_type)
            below = branch.members.setdefault(step, _Branch(target))
            if isinstance(below, Leaf) or not target.members:
                raise fields.fault(
                    f"`{name}` has a member before it that is one value.", "Write it once.", at=name
                )
            branch = below
            way.append(branch)
        target = _target(fields, name, last, branch.target.members, resource_type)
        if last in branch.members:
            raise fields.fault(
                f"`{name}` is written twice.", "Write it as one value or by its members.", at=name
            )
        leaf = read_leaf(fields, name, target, self._tables)
        branch.members[last] = _bound_to_lists(fields, name, leaf, way)


def _target(fields: Yaml, name: str, step: str, members: Members, resource_type: str) -> Target:
    if step not in members:
        problem = f"`{name}` is not a member of {resource_type} that can be written."
        raise fields.fault(problem, nearest(step, members), at=name)
    return members[step]


def _bound_to_lists(fields: Yaml, name: str, leaf: Leaf, way: list[_Branch]) -> Leaf:
    """Give each list of the leaf's path to a repeating member on the way to it, innermost first."""
    lists = _lists_of(fields, name, leaf)
    repeating = [branch for branch in way if branch.target.repeats]
    if leaf.target.repeats and lists:
        leaf, lists = replace(leaf, over=lists[-1]), lists[:-1]
    if len(lists) > len(repeating):
        remedy = "A path has one `[]` for each member that repeats, at most."
        raise fields.fault(f"`{name}` does not repeat as often as its path has lists.", remedy, at=name)
    for branch, steps in zip(reversed(repeating), reversed(lists), strict=False):
        if branch.over not in {(), steps}:
            remedy = "Take all members of one group from one list."
            raise fields.fault(f"`{name}` comes from another list than its neighbour.", remedy, at=name)
        branch.over = steps
    return leaf


def _lists_of(fields: Yaml, name: str, leaf: Leaf) -> tuple[tuple[str, ...], ...]:
    found = {path.lists for path in leaf.sources}
    if len(found) > 1:
        raise fields.fault(f"`{name}` comes from several lists.", "Take it from one.", at=name)
    lists = found.pop() if found else ()
    for path, _ in leaf.when:
        if path.lists != lists[: len(path.lists)]:
            raise fields.fault(f"`when` of `{name}` speaks of another list.", "Use the same `[]`.", at=name)
    return lists


def _check_required(yaml: Yaml, root: _Branch, resource_type: str) -> None:
    for name, target in TYPES[resource_type].members.items():
        if target.required and name not in root.members:
            remedy = f"Add `{name}`, with `from` or `fixed`."
            raise yaml.fault(f"R4 requires `{name}` of a {resource_type}.", remedy, at="fields")


def _check_choices(fields: Yaml, root: _Branch) -> None:
    for family in CHOICES:
        chosen = [name for name in root.members if name.startswith(family) and name[len(family)].isupper()]
        if len(chosen) > 1:
            problem = f"`{chosen[1]}` cannot stand beside `{chosen[0]}`: R4 has one of them."
            raise fields.fault(problem, "Keep one.", at=chosen[1])


def telling_member(resource_type: str) -> str:
    """The member by which the broker tells the category of an item of this type."""
    return "code" if resource_type in DECIDED_BY_CODE else "category"


def check_category(yaml: Yaml, section: Section) -> None:
    """An item must fall in the category under which it is asked for, or its asking was not decided."""
    for item in section.items:
        if item.resource_type in SUPPORTING_TYPES:
            continue
        telling = item.members.members.get(telling_member(item.resource_type))
        codes = [code for code in (item.coded_as, *_fixed_codes(telling)) if code]
        own = category_of(item.resource_type, codes)
        if own is not section.category:
            problem = (
                f"its {item.resource_type} is of category `{own}`, and the section of `{section.category}`."
            )
            raise yaml.fault(problem, f"Write `category: {own}`, or `coded_as` on the item.", at="category")


def _fixed_codes(member: Leaf | Group | None) -> Iterator[str]:
    """Codes that every such item has. Those of a list are not: the list may be empty."""
    if isinstance(member, Group) and not member.over:
        coding = member.members.get("coding")
        code = coding.members.get("code") if isinstance(coding, Group) and not coding.over else None
        if isinstance(code, Leaf) and code.fixed:
            yield code.fixed
