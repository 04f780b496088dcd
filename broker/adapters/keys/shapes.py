"""`config/keys.yaml` as JSON Schema, from the purposes and forms that its reader holds it to."""

from __future__ import annotations

from broker.adapters.keys.partner_secret import PARTNER
from broker.adapters.keys.reading import KEY_ID_PATTERN
from broker.adapters.keys.ring import KEY_BYTES, KeyState, Purpose
from broker.ports import shapes
from broker.ports.shapes import Shape


def keys_file() -> Shape:
    """The whole of `keys.yaml`."""
    active = [
        {"contains": {**_both("active", purpose)}, "minContains": 1, "maxContains": 1} for purpose in Purpose
    ]
    about = "References to keys, never the keys. Each purpose but `partner` has exactly one active key."
    members = {
        "environment": shapes.text("As in broker.yaml; a demonstration's keys serve nothing else."),
        "keys": shapes.sections(about, _entry(), *active),
    }
    return shapes.document("Keys", shapes.section("`config/keys.yaml`.", members))


def _both(state: str, purpose: str) -> Shape:
    return {
        "required": ["purpose", "state"],
        **shapes.only(purpose={"const": str(purpose)}, state={"const": str(state)}),
    }


def _entry() -> Shape:
    digits = KEY_BYTES[Purpose.PROOF] * 2
    references = [["file"], ["variable"]]
    one = {"oneOf": [{"required": names} for names in references]}
    none_or_one = {"not": {"required": ["file", "variable"]}}
    return shapes.section(
        "One key.",
        {
            "id": shapes.text("a-z, 0-9 and `-`, at most 40; unique in the file.", KEY_ID_PATTERN),
            "purpose": shapes.word("One key never serves two purposes.", (*Purpose, PARTNER)),
            "state": shapes.word("`active` writes; `retired` still opens and looks up.", KeyState),
            "file?": shapes.text("A file beside this one, or absolute; mode 600."),
            "variable?": shapes.text("Instead of `file`: the name of an environment variable."),
            "public?": shapes.text("The half of the proof key that seals.", rf"[0-9a-fA-F]{{{digits}}}"),
        },
        shapes.when(
            shapes.has("purpose", Purpose.PROOF),
            {"required": ["public"], **none_or_one},
            {**one, **shapes.only(public=False)},
        ),
    )
