"""One ask to a folder of recordings: the pages that were recorded of this person, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from broker.domain.outcome import OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.ports.connector import Conversation, Ending, Entry, Page
from connectors.replay.recording import Recording, read_recordings
from connectors.settings import SettingFault, Settings

_NOBODY = Ending(OutcomeLabel.NO_RECORD)


class Replay:
    """Bound to one folder, read whole when it is made. A recording is of an invented person alone."""

    def __init__(self, recordings: Mapping[str, Recording]) -> None:
        """`recordings` by NHS number."""
        self._recordings = recordings

    def fetch(self, ask: PartnerAsk, /) -> Conversation:
        """The recorded pages, byte for byte, then the recorded ending; no-record for anybody else."""
        found = [
            self._recordings[number.digits]
            for number in sorted(ask.patient.numbers)
            if number.digits in self._recordings
        ]
        if len(found) != 1:
            return _NOBODY if not found else found[0].ambiguous
        for page in found[0].pages:
            yield Page(tuple(Entry(raw=raw) for raw in page))
        return found[0].ending


def create(settings: Mapping[str, object]) -> Replay:
    """Raises ValueError naming the setting, or the recording at fault, and the remedy."""
    given = Settings(settings)
    folder = given.path("recordings")
    given.finish()
    if folder is None or not Path(folder).is_dir():
        raise SettingFault("`recordings` must name a folder of recordings, one JSON file for each person.")
    return Replay(read_recordings(Path(folder)))
