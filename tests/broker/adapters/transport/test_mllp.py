"""One query over MLLP on real sockets: whole within its frame and its limits, or a fault with its label."""

from __future__ import annotations

import asyncio

import pytest

from broker.adapters.transport import mllp_lines
from broker.adapters.transport.breaker import BreakerState
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import MllpRequest, MllpResponse, TransportFault
from tests.support.fault_partner import FaultPartner, Line, Script
from tests.support.mllp import (
    ANSWER,
    QUERY,
    answers,
    heard,
    in_frame,
    message_of,
    mllp_endpoint,
    mllp_transport,
    query,
)
from tests.support.patients import BEN
from tests.support.transports import permit

MALFORMED = {
    "garbage before the frame": b"\r\n" + in_frame(ANSWER),
    "garbage after the frame": in_frame(ANSWER) + b"\r\n",
    "two answers in one": in_frame(ANSWER) * 2,
    "a frame inside the frame": in_frame(b"MSH" + in_frame(ANSWER)),
    "two beginnings and one end": b"\x0b" + in_frame(ANSWER),
    "a beginning in the middle": in_frame(ANSWER + b"\x0b" + ANSWER),
    "no frame": ANSWER,
    "an end without its return": b"\x0b" + ANSWER + b"\x1c\n\r",
    "an end inside the message": b"\x0b" + ANSWER + b"\x1cPID|1\r\x1c\r",
    "an empty frame": in_frame(b""),
    "a web page": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "no header": in_frame(b"MSA|AA|c1\r"),
    "a header without a type": in_frame(b"MSH|^~\\&|PAS\r"),
    "a message that nobody asked for": in_frame(ANSWER.replace(b"RSP^K11", b"ORU^R01")),
    "a query of its own": in_frame(QUERY.message),
    "a mark before the header": in_frame(b"\xef\xbb\xbf" + ANSWER),
}


async def fault_of(script: Script, *, within_s: float = 8.0, **limits: float) -> tuple[object, object, int]:
    """Label and cause of the fault that a query ends with, and how often the partner was connected to."""
    async with FaultPartner(script) as partner:
        road = mllp_transport(mllp_endpoint(partner), **limits)
        with pytest.raises(TransportFault) as caught:
            await road.send(QUERY, permit(within_s=within_s))
        await road.aclose()
    return caught.value.label, caught.value.cause, partner.connections


@pytest.mark.parametrize("size", [1, 7, 4_096])
async def test_an_answer_comes_whole_however_it_is_cut(size: int) -> None:
    """The message without its frame, byte for byte, and the partner saw the query in one."""

    async def script(line: Line) -> None:
        await heard(line)
        whole = in_frame(ANSWER)
        for at in range(0, len(whole), size):
            await line.write(whole[at : at + size])
            await asyncio.sleep(0)

    async with FaultPartner(script) as partner:
        road = mllp_transport(mllp_endpoint(partner))
        answer = await road.send(QUERY, permit())
        assert answer == MllpResponse(message=ANSWER)
        assert partner.requests == [in_frame(QUERY.message)]
        await road.aclose()


@pytest.mark.parametrize("what", MALFORMED)
async def test_what_is_no_single_frame_around_a_response_is_malformed(what: str) -> None:
    """Nothing of it is believed, and it is not asked again."""
    assert await fault_of(answers(MALFORMED[what])) == (OutcomeLabel.INVALID, Cause.MALFORMED, 1)


async def test_a_connection_is_used_again_after_a_whole_answer() -> None:
    """Two queries one after the other, one connection; at once, two."""
    async with FaultPartner(answers(in_frame(ANSWER))) as partner:
        road = mllp_transport(mllp_endpoint(partner))
        for _ in range(3):
            await road.send(QUERY, permit())
        assert partner.connections == 1
        await asyncio.gather(*(road.send(QUERY, permit()) for _ in range(2)))
        assert partner.connections == 2
        await road.aclose()


async def test_a_connection_that_was_long_idle_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is between here and there may have forgotten it."""
    monkeypatch.setattr(mllp_lines, "_IDLE_S", -1.0)
    async with FaultPartner(answers(in_frame(ANSWER))) as partner:
        road = mllp_transport(mllp_endpoint(partner))
        for _ in range(2):
            await road.send(QUERY, permit())
        assert partner.connections == 2
        await road.aclose()


async def test_bytes_that_come_late_close_the_connection() -> None:
    """A second answer after the first would be the next person's: it is never read as one."""
    go_on = asyncio.Event()

    async def script(line: Line) -> None:
        await heard(line)
        await line.write(in_frame(ANSWER))
        if line.number == 1:
            await go_on.wait()
            await line.write(in_frame(ANSWER.replace(b"c1", b"c0")))
            await line.left()

    async with FaultPartner(script) as partner:
        road = mllp_transport(mllp_endpoint(partner))
        await road.send(QUERY, permit())
        go_on.set()
        await partner.hung_up.wait()
        assert (await road.send(QUERY, permit())).message == ANSWER
        assert partner.connections == 2
        await road.aclose()


async def test_a_partner_that_closed_an_idle_connection_is_connected_to_anew() -> None:
    """Its hanging up between two queries is no fault."""

    async def once(line: Line) -> None:
        await heard(line)
        await line.write(in_frame(ANSWER))

    async with FaultPartner(once) as partner:
        road = mllp_transport(mllp_endpoint(partner))
        for number in (1, 2):
            assert (await road.send(QUERY, permit())).message == ANSWER
            await partner.hung_up.wait()
            assert partner.connections == number
        await road.aclose()


async def test_a_reset_before_the_first_byte_is_tried_once_more() -> None:
    """And only once: then the partner is unreachable."""

    async def reset(line: Line) -> None:
        await heard(line)
        line.reset()

    assert await fault_of(reset) == (OutcomeLabel.UNREACHABLE, Cause.CONNECT, 2)
    assert await fault_of(reset, retries_max=0) == (OutcomeLabel.UNREACHABLE, Cause.CONNECT, 1)


async def test_an_answer_that_ends_early_is_cut_short_and_not_tried_again() -> None:
    """After the first byte nothing is repeated."""

    async def cut(line: Line) -> None:
        await heard(line)
        await line.write(in_frame(ANSWER)[:-2])

    assert await fault_of(cut) == (OutcomeLabel.INVALID, Cause.CUT_SHORT, 1)


@pytest.mark.parametrize(
    ("sent", "limits", "cause"),
    [
        (b"", {"first_byte_s": 0.05}, Cause.SLOW),
        (b"\x0bMSH", {"idle_s": 0.05}, Cause.SLOW),
        (b"\x0bMSH", {"within_s": 0.1}, Cause.DEADLINE),
        (b"", {"within_s": 0.1}, Cause.DEADLINE),
    ],
)
async def test_a_partner_that_goes_silent_has_timed_out(
    sent: bytes, limits: dict[str, float], cause: Cause
) -> None:
    """Before the first byte, after it, and at the deadline."""

    async def stall(line: Line) -> None:
        await heard(line)
        await line.write(sent)
        await line.left()

    assert await fault_of(stall, **limits) == (OutcomeLabel.TIMED_OUT, cause, 1)


async def test_a_partner_that_drips_is_too_slow() -> None:
    """Bytes that keep coming, below the minimum rate, end as slow."""
    drip_s = 0.02

    async def drip(line: Line) -> None:
        await heard(line)
        await line.write(b"\x0bMSH")
        while not line.writer.is_closing():
            await line.write(b"|")
            await line.dawdle(drip_s)

    said = await fault_of(drip, rate_bytes_per_s_min=1_000_000)
    assert said == (OutcomeLabel.TIMED_OUT, Cause.SLOW, 1)


@pytest.mark.parametrize("limit", ["wire_bytes_max", "decoded_bytes_max"])
async def test_an_answer_over_the_limit_is_too_large(limit: str) -> None:
    """It ends at the limit, however long it would go on."""

    async def flood(line: Line) -> None:
        await heard(line)
        await line.write(b"\x0b" + ANSWER)
        while not line.writer.is_closing():
            await line.write(b"OBX|" * 4_096)

    said = await fault_of(flood, **{limit: 65_536})
    assert said == (OutcomeLabel.TOO_LARGE, Cause.WIRE_BYTES, 1)


async def test_a_cancelled_query_closes_its_connection() -> None:
    """The partner sees its caller go, and the next query has a connection of its own."""

    async def silent(line: Line) -> None:
        await heard(line)
        if line.number > 1:
            await line.write(in_frame(ANSWER))
        await line.left()

    async with FaultPartner(silent) as partner:
        road = mllp_transport(mllp_endpoint(partner))
        call = asyncio.create_task(road.send(QUERY, permit()))
        await partner.asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.wait_for(partner.hung_up.wait(), 5)
        assert (await road.send(QUERY, permit())).message == ANSWER
        assert partner.connections == 2
        assert road.breaker_state is BreakerState.CLOSED
        await road.aclose()


async def test_five_failures_in_a_row_open_the_breaker() -> None:
    """Then the partner is not contacted."""

    async def hang_up(line: Line) -> None:
        await heard(line)

    async with FaultPartner(hang_up) as partner:
        road = mllp_transport(mllp_endpoint(partner), retries_max=0)
        for _ in range(5):
            with pytest.raises(TransportFault):
                await road.send(QUERY, permit())
        with pytest.raises(TransportFault) as caught:
            await road.send(QUERY, permit())
        assert (caught.value.label, caught.value.cause) == (OutcomeLabel.NOT_ASKED, Cause.BREAKER_OPEN)
        assert partner.connections == 5
        assert road.breaker_state is BreakerState.OPEN
        await road.aclose()


@pytest.mark.parametrize(
    "request_",
    [
        query(header=query().message.decode().partition("\r")[0].replace("QBP^Q11", "ADT^A31")),
        query(header=query().message.decode().partition("\r")[0].replace("QBP^Q11", "QBP^Q22")),
        query("QPD|Z99|t1|9990000018\rMSH|^~\\&|X|||||||ADT^A31|2|P|2.5.1"),
        query("QPD|Z99|t1|9990000018\x1c\r\x0bMSH|^~\\&|X"),
        query(f"QPD|Z99|t1|{BEN.digits}^^^NHS^NH"),
        query(f"QPD|Z99|t1|9990000018~{BEN.spaced}"),
        query("QPD|Z99|t1|99900\\X3030\\026"),
        query("QPD|Z99|t1|99900\\.sp\\00026"),
        MllpRequest(message=b""),
        MllpRequest(message=message_of("MSH|^~\\&")),
    ],
)
async def test_only_the_manifests_query_for_the_decided_person_is_ever_sent(request_: MllpRequest) -> None:
    """No other message, no second one behind the first, nobody else's number in any spelling."""
    async with FaultPartner(answers(in_frame(ANSWER))) as partner:
        road = mllp_transport(mllp_endpoint(partner))
        with pytest.raises(TransportFault) as caught:
            await road.send(request_, permit())
        assert (caught.value.label, caught.value.cause) == (OutcomeLabel.INVALID, Cause.NOT_ALLOWED_CALL)
        assert partner.connections == 0
        await road.aclose()
