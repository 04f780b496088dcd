"""One STU3 resource to the R4 resource, whatever its kind."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from broker.domain.category import Category, category_of
from broker.domain.json_bytes import write_tree
from connectors.r4 import ListedReason, Tree, as_given, label_as_held, labels_in, listed
from connectors.stu3.carrying import append_extension
from connectors.stu3.compiling import Shapes
from connectors.stu3.context import Context
from connectors.stu3.names import RENAMED_TYPES
from connectors.stu3.one_or_many import as_list
from connectors.stu3.table import read_tables
from connectors.stu3.tables import EVERY_TABLE

_ROOT = "https://watersmeet.example/fhir/StructureDefinition"
# The id that the partner gave, where R4 or the answer itself could not keep it.
ORIGINAL_ID = f"{_ROOT}/original-id"
# Kinds that have no extensions, in which something could be carried.
_BARE = frozenset({"Binary"})


def category_in_r4(kind: str) -> Category:
    """The category of an item of an STU3 kind, known or not."""
    return category_of(RENAMED_TYPES.get(kind, kind))


def translate_resource(source: Tree, new_id: str, context: Context) -> Tree | ListedReason:
    """The R4 resource of id `new_id`; or why there is none."""
    shape = _BY_KIND.get(source["resourceType"])
    if shape is None:
        return ListedReason.UNKNOWN_KIND
    return _whole(source, new_id, shape.convert(source, context))


def translate_large(
    source: Tree, new_id: str, context: Context
) -> Generator[None, None, Tree | ListedReason]:
    """The same for a large resource, in slices."""
    shape = _BY_KIND.get(source["resourceType"])
    if shape is None:
        return ListedReason.UNKNOWN_KIND
    made = yield from shape.convert_in_slices(source, context)
    return _whole(source, new_id, made)


def _whole(source: Tree, new_id: str, made: Tree) -> Tree | ListedReason:
    """A translated resource with its kind and its id."""
    kind = source["resourceType"]
    out: Tree = {"resourceType": _SHAPES.resources[kind], "id": new_id, **made}
    given = source.get("id")
    if given is not None and given != new_id:
        append_extension(out, {"url": ORIGINAL_ID, "valueString": _as_text(given)})
    _keep_labels(source, out)
    if kind in _BARE and ("extension" in out or "modifierExtension" in out):
        return ListedReason.SHAPE
    return out


def _keep_labels(source: Tree, out: Tree) -> None:
    """A label of no shape that R4 knows was carried aside, where nobody looks for labels."""
    given = labels_in(source)
    if len(labels_in(out)) < len(given):
        meta = out.setdefault("meta", {})
        meta["security"] = [*meta.get("security", []), *(label_as_held(label) for label in given)]


def _as_text(given: Any) -> str:
    text: str = as_given(given)["valueString"]
    return text


def translate_contained(source: Any, context: Context) -> Tree:
    """A resource inside another keeps its local id. One of an unknown kind stands there as it was."""
    kind = source.get("resourceType") if type(source) is dict else None
    local = source.get("id") if type(source) is dict else None
    new_id = context.local_id(local) if type(local) is str else ""
    made: Tree | ListedReason = ListedReason.SHAPE
    if type(kind) is str:
        made = translate_resource(source, new_id, context)
    if isinstance(made, ListedReason):
        category = category_in_r4(kind) if type(kind) is str else Category.UNCLASSIFIED
        made = listed(category, made, write_tree(source), subject=None)
    made["id"] = new_id
    if not new_id:
        del made["id"]
    return made


def convert_meta(source: Tree, context: Context) -> Tree:
    """What is said about a resource, security labels among it."""
    return _SHAPES["Meta"].convert(source, context)


def _put_contained(value: Any, out: Tree, context: Context) -> None:
    made = [context.contained(each, context) for each in as_list(value) if each is not None]
    if made:
        out["contained"] = made


_SHAPES = Shapes((table for text in EVERY_TABLE for table in read_tables(text)), _put_contained)
_DATA_TYPES = frozenset(table.name for table in read_tables(EVERY_TABLE[0]))
_BY_KIND = {kind: _SHAPES.as_resource(kind) for kind in _SHAPES.resources if kind not in _DATA_TYPES}
KINDS = frozenset(_BY_KIND)
