"""`revision.yaml` as JSON Schema, from the forms that its reader holds it to."""

from __future__ import annotations

from broker.policy.reading import ID_PATTERN
from broker.policy.revision_file import DIGEST, NONE, PUBLIC_KEY
from broker.ports import shapes
from broker.ports.shapes import Shape


def revision() -> Shape:
    """The whole file."""
    signer = {
        "key_id": shapes.text(
            "The key's own word; its signature stands in `signatures/<key_id>.sig`.", ID_PATTERN
        ),
        "role": shapes.text("Whose key it is, as a role and never a person's name."),
        "public_key": shapes.text(
            "The Ed25519 public key, as `watersmeet keys signer` prints it.", PUBLIC_KEY
        ),
        "valid_from": shapes.date("The day from whose first moment, UTC, its signatures count."),
        "valid_until": shapes.date("The day from whose first moment, UTC, they count no more."),
    }
    members = {
        "number": shapes.integer("One more than that of the revision in force.", least=1),
        "previous": shapes.text(
            "The whole digest of the revision in force, or `none`.", rf"{DIGEST.pattern}|{NONE}", NONE
        ),
        "change": shapes.text("What changed, in one line."),
        "approved_by": shapes.text("Who approved it, as a role, and by which decision."),
        "signers": shapes.sections(
            "Who may sign the next revision, not this one. Two at least, outside the demonstration.",
            shapes.section("One signer.", signer),
        ),
    }
    return shapes.document("Revision of the policies", shapes.section("`policies/revision.yaml`.", members))
