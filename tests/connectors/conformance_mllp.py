"""What every connector of records owes over MLLP: the suite for any that speaks HL7 v2."""

from __future__ import annotations

import abc
import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from broker.domain.identity import NhsNumber
from broker.domain.outcome import Cause, OutcomeLabel
from broker.pipeline.normalisation import Normalised, normalise
from broker.ports.connector import TransportFault
from connectors.hl7v2.simulator import MllpSimulator
from connectors.simulation import Asked
from tests.connectors.conformance import Result, World
from tests.connectors.conformance_plugin import PluginConformance
from tests.support.mllp import in_frame, message_of
from tests.support.patients import ASHA, BEN, OLD, asha_and_ben
from tests.support.records import finished
from tests.support.sender import Heard, ask_for, held_conversation, road_to, scripted

MALFORMED = {
    "a web page": b"HTTP/1.1 200 OK\r\n\r\n<html><body>Sign in</body></html>",
    "an empty frame": in_frame(b""),
    "no message": in_frame(b"{}"),
    "a header alone": in_frame(message_of("MSH|^~\\&|PAS|TRUST|||20260301||RSP^K11^RSP_K11|9|P|2.5.1")),
    "a mark": in_frame(b"\xef\xbb\xbfMSH|^~\\&|PAS|TRUST|||20260301||RSP^K11^RSP_K11|9|P|2.5.1\r"),
    "two headers": in_frame(b"MSH|^~\\&|P|T|||2026||RSP^K11|9|P|2.5.1\rMSH|^~\\&|P|T|||2026||RSP^K11|9\r"),
    "bytes of no character set": in_frame(b"MSH|^~\\&|P|T|||2026||RSP^K11|9|P|2.5.1\rMSA|AA|\xff\xfe\r"),
    "an unknown character set": in_frame(b"MSH|^~\\&|P|T|||2026||RSP^K11|9|P|2.5.1||||||EBCDIC\r"),
    "repeated delimiters": in_frame(b"MSH|^^\\&|P|T|||2026||RSP^K11|9|P|2.5.1\r"),
}
REFUSALS = {
    ("AR", ""): (OutcomeLabel.REFUSED, Cause.STATUS),
    ("AR", "207"): (OutcomeLabel.UNREACHABLE, Cause.STATUS),
    ("AE", ""): (OutcomeLabel.INVALID, Cause.STATUS),
    ("AE", "101"): (OutcomeLabel.INVALID, Cause.STATUS),
    ("AE", "204"): (OutcomeLabel.INVALID, Cause.STATUS),
    ("AE", "206"): (OutcomeLabel.UNREACHABLE, Cause.STATUS),
    ("AE", "207"): (OutcomeLabel.UNREACHABLE, Cause.STATUS),
}


class MllpConformance(PluginConformance):
    """What holds for a connector of records that speaks HL7 v2 over MLLP."""

    settings: ClassVar[Mapping[str, object]] = {}
    manners: ClassVar[Mapping[str, object]] = {}
    # More than one page of records at two a page.
    resources: ClassVar[tuple[Mapping[str, Any], ...]] = ()

    @abc.abstractmethod
    def told(self, result: Result) -> None:
        """Assert that everything of Asha's came, once."""

    def world(self) -> World:
        return asha_and_ben(self.resources)

    @asynccontextmanager
    async def endpoint(self, spoil: Any = None, **manners: object) -> AsyncIterator[MllpSimulator]:
        """The simulator of this suite's world, listening."""
        hospital: MllpSimulator = self.plugin.simulator(self.world(), {**self.manners, **manners})
        hospital.spoil = spoil
        self.origin = f"mllp://127.0.0.1:{await hospital.start('127.0.0.1')}"
        try:
            yield hospital
        finally:
            await hospital.stop()

    async def asked(
        self, number: NhsNumber = ASHA, within_s: float = 8.0, ask: Any = None, **limits: Any
    ) -> Result:
        """One question through the transport that the product uses."""
        conversation = self.plugin.create(self.settings).fetch(ask or ask_for(number=number))
        async with road_to(self.origin, self.plugin.manifest, number, within_s=within_s, **limits) as send:
            try:
                ended, heard = await held_conversation(conversation, send)
            except TransportFault as fault:
                return Result(label=fault.label, cause=fault.cause, heard=Heard())
        return Result(
            label=ended.label,
            cause=ended.cause,
            heard=heard,
            expected=ended.expected,
            normalised=self.normalised(heard, ended, number),
        )

    def normalised(self, heard: Heard, ended: Any, number: NhsNumber) -> Normalised:
        """What the pipeline makes of it."""
        born = "1980-01-01" if number == BEN else "1951-04-09"
        return finished(
            normalise(
                "trust",
                heard.entries,
                ended,
                proof=self.plugin.manifest.proof,
                patient=replace(ask_for(number=number).patient, birth_date=born),
                endpoint=self.origin,
            )
        )

    def test_its_manifest_lists_queries_alone(self) -> None:
        """Nothing but query messages may ever be sent."""
        reads = self.plugin.manifest.reads
        assert reads
        assert all(method == "QUERY" and path.startswith("QBP^") for method, path in reads)

    def test_it_needs_no_loop_and_its_steps_show_no_number(self) -> None:
        """A fault of the road is its ending; what it yielded has a repr without the person."""
        fault = TransportFault(OutcomeLabel.UNREACHABLE, Cause.CONNECT)
        conversation = self.plugin.create(self.settings).fetch(ask_for())
        ended, heard = scripted(conversation, lambda _: fault)
        assert (ended.label, ended.cause) == (OutcomeLabel.UNREACHABLE, Cause.CONNECT)
        assert heard.requests
        assert ASHA.digits not in repr(heard.requests)

    @pytest.mark.parametrize("page_size", [1, 2, 100])
    async def test_the_record_comes_once_over_however_many_pages(self, page_size: int) -> None:
        """Every page is asked for by its continuation, and the whole is complete."""
        async with self.endpoint(page_size=page_size) as hospital:
            result = await self.asked()
        assert (result.label, result.cause) == (OutcomeLabel.COMPLETE, Cause.NONE)
        assert result.normalised is not None
        assert result.normalised.quarantined == result.normalised.unreadable == 0
        assert set(hospital.journal) == {Asked("QUERY", "QBP^Q11")}
        self.told(result)

    async def test_somebody_known_without_records_is_complete(self) -> None:
        """The person alone comes, and that is the whole of it."""
        async with self.endpoint():
            result = await self.asked(BEN)
        assert result.label is OutcomeLabel.COMPLETE
        assert len(result.heard.entries) == 1
        assert result.normalised is not None
        assert result.normalised.ending.label is OutcomeLabel.COMPLETE

    async def test_somebody_unknown_is_no_record(self) -> None:
        """The hospital says that it found nobody."""
        async with self.endpoint():
            result = await self.asked(OLD)
        assert (result.label, result.heard.entries) == (OutcomeLabel.NO_RECORD, [])

    async def test_the_wrong_persons_record_shows_nothing(self) -> None:
        """It is an identity mismatch, and nothing of it is kept."""
        async with self.endpoint(answers_for=BEN.digits):
            result = await self.asked()
        assert result.normalised is not None
        assert result.normalised.ending.label is OutcomeLabel.IDENTITY_MISMATCH
        assert result.normalised.resources == ()

    @pytest.mark.parametrize(("state", "error"), REFUSALS)
    async def test_a_refusal_is_told_as_what_it_is(self, state: str, error: str) -> None:
        """Rejected, in error and out of order are told apart, and none is an empty record."""
        async with self.endpoint(down=state, error=error):
            result = await self.asked()
        assert (result.label, result.cause) == REFUSALS[state, error]
        assert not result.heard.pages

    @pytest.mark.parametrize("what", MALFORMED)
    async def test_an_answer_that_is_no_response_is_invalid(self, what: str) -> None:
        """Whatever else comes is never an empty record."""

        async def spoil(_: bytes, __: int) -> bytes:
            return MALFORMED[what]

        async with self.endpoint(spoil):
            result = await self.asked()
        assert (result.label, result.cause) == (OutcomeLabel.INVALID, Cause.MALFORMED)
        assert not result.heard.pages

    async def test_an_answer_to_another_question_is_never_believed(self) -> None:
        """Its tag is not ours: it may be about anybody."""
        async with self.endpoint(mixed_up=True):
            result = await self.asked()
        assert (result.label, result.cause) == (OutcomeLabel.INVALID, Cause.MALFORMED)

    async def test_an_answer_over_the_byte_limit_ends_as_too_large(self) -> None:
        """Nothing of it is shown."""

        async def spoil(_: bytes, __: int) -> bytes:
            return b"\x0bMSH|" + b" " * 70_000

        async with self.endpoint(spoil):
            result = await self.asked(wire_bytes_max=65_536)
        assert result.label is OutcomeLabel.TOO_LARGE

    @pytest.mark.parametrize("error", ["AE", "html", "refuse"])
    async def test_a_continuation_that_fails_leaves_what_came(self, error: str) -> None:
        """The first page is shown, and the answer is partial for that reason."""
        bad = {"html": MALFORMED["a web page"], "AE": in_frame(message_of("MSH|^~\\&|P|T|||2026||ACK|9"))}

        async def spoil(message: bytes, _: int) -> bytes | None:
            return bad.get(error, b"\x0b\x1c") if b"\rDSC|" in message else None

        async with self.endpoint(spoil, page_size=1):
            result = await self.asked()
        assert (result.label, result.cause) == (OutcomeLabel.PARTIAL, Cause.PAGE_FAILED)
        assert result.heard.entries

    async def test_a_continuation_that_has_expired_leaves_what_came(self) -> None:
        """The hospital no longer knows its own pointer: partial, not invalid."""
        async with self.endpoint(page_size=1, sessions_expire=True):
            result = await self.asked()
        assert (result.label, result.cause) == (OutcomeLabel.PARTIAL, Cause.PAGE_FAILED)

    async def test_pages_that_go_round_in_a_circle_are_ended(self) -> None:
        """A pointer that was seen before ends the record as partial."""
        async with self.endpoint(page_size=1, loops=True) as hospital:
            result = await self.asked()
        assert (result.label, result.cause) == (OutcomeLabel.PARTIAL, Cause.PAGE_LOOP)
        assert len(hospital.journal) == 2

    @pytest.mark.parametrize("counts_nothing", [False, True])
    async def test_a_full_page_without_a_continuation_is_not_the_whole(self, counts_nothing: bool) -> None:
        """By the hospital's own count, or because the page was full and nothing said that this was all."""
        async with self.endpoint(loses_continuation=True, counts_nothing=counts_nothing, page_size=2):
            settings = {**self.settings, "records_per_page": 2}
            conversation = self.plugin.create(settings).fetch(ask_for())
            async with road_to(self.origin, self.plugin.manifest) as send:
                ended, _ = await held_conversation(conversation, send)
        assert (ended.label, ended.cause) == (OutcomeLabel.PARTIAL, Cause.FEWER_THAN_TOTAL)

    @pytest.mark.parametrize(
        ("limits", "cause"),
        [({"pages_max": 2}, Cause.PAGE_LIMIT), ({"entries_max": 2}, Cause.ENTRY_LIMIT)],
    )
    async def test_the_limits_of_a_partner_end_its_record_as_partial(
        self, limits: dict[str, int], cause: Cause
    ) -> None:
        """What came within them is shown."""
        ask = ask_for()
        ask = replace(ask, limits=replace(ask.limits, **limits))
        async with self.endpoint(page_size=1):
            result = await self.asked(ask=ask)
        assert (result.label, result.cause) == (OutcomeLabel.PARTIAL, cause)
        assert len(result.heard.entries) <= limits.get("entries_max", 2_000)
        assert len(result.heard.pages) <= limits.get("pages_max", 20)

    @pytest.mark.parametrize(("severity", "cause"), [("W", Cause.PARTNER_WARNING), ("I", Cause.NONE)])
    async def test_a_warning_with_an_answer_is_heeded(self, severity: str, cause: Cause) -> None:
        """It may mean less than everything; information does not."""
        async with self.endpoint(warns=severity):
            result = await self.asked()
        assert result.cause is cause

    async def test_a_hospital_that_says_nothing_is_given_up_by_the_deadline(self) -> None:
        """The label says that time was the cause."""
        async with self.endpoint(down="black-hole"):
            result = await self.asked(within_s=0.2)
        assert result.label is OutcomeLabel.TIMED_OUT

    async def test_a_hospital_that_breaks_off_is_not_there(self) -> None:
        """A reset connection is unreachable, and nothing is shown."""
        async with self.endpoint(down="refuse"):
            result = await self.asked()
        assert (result.label, result.cause) == (OutcomeLabel.UNREACHABLE, Cause.CONNECT)

    async def test_a_caller_that_leaves_ends_the_query(self) -> None:
        """Cancelling closes the connection: the hospital sees its caller go."""
        asked, left = asyncio.Event(), asyncio.Event()

        async def spoil(_: bytes, __: int) -> bytes:
            asked.set()
            try:
                await asyncio.Event().wait()
            finally:
                left.set()
            return b""

        async with self.endpoint(spoil):
            query = asyncio.create_task(self.asked())
            await asked.wait()
            query.cancel()
            with pytest.raises(asyncio.CancelledError):
                await query
            await asyncio.wait_for(left.wait(), 5)
