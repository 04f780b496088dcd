"""A token opens only while it and its key live, whatever the clocks do and however it is remembered."""

from __future__ import annotations

import pytest

from broker.domain.errors import ServiceDown
from tests.support.issuers import (
    Signer,
    issuer_at,
    trust_in,
)
from tests.support.token_bench import Bench, authenticator_of


@pytest.mark.parametrize("skew_s", [-29, 0, 29])
async def test_clocks_may_differ_by_less_than_the_leeway(bench: Bench, skew_s: int) -> None:
    """A8: 29 s either way is the most that two honest clocks differ."""
    now_s = int(bench.clock.now().timestamp())
    token = bench.token(iat=now_s + skew_s, nbf=now_s + skew_s, exp=now_s + skew_s + 300)
    assert await bench.ask(token)
    assert await bench.ask(bench.token(iat=now_s - 300, exp=now_s - 29))


async def test_an_expired_token_never_comes_back_with_the_clock(bench: Bench) -> None:
    """A wall clock that was set back is noticed, and nothing is released until time is known again."""
    token = bench.token()
    bench.clock.pass_s(631)
    assert await bench.failed_check(token) == "TokenExpired"
    bench.clock.step_s(-600)
    with pytest.raises(ServiceDown) as caught:
        await bench.ask(token)
    assert caught.value.service == "clock"
    bench.clock.step_s(600)
    assert await bench.failed_check(token) == "TokenExpired"


async def test_time_that_passed_unwatched_counts_too(bench: Bench) -> None:
    """Nobody asked while the token expired, and then the clock stepped back: the seconds still passed."""
    token = bench.token()
    await bench.ask(token)
    bench.clock.pass_s(650)
    bench.clock.step_s(-29)
    assert await bench.failed_check(token) == "TokenExpired"


async def test_the_same_token_is_verified_once(bench: Bench) -> None:
    """A11: an access token is reusable until it expires; the second use costs no signature."""
    token = bench.token()
    first = await bench.ask(token)
    assert await bench.ask(token) is first
    assert bench.server.reads == 1


async def test_a_remembered_token_ends_with_its_expiry(bench: Bench) -> None:
    """Memory does not lengthen a token's life."""
    token = bench.token()
    await bench.ask(token)
    bench.clock.pass_s(631)
    assert await bench.failed_check(token) == "TokenExpired"


async def test_a_remembered_token_ends_with_its_key(bench: Bench) -> None:
    """A13: a removed key is refused from the next read of the set on, remembered tokens included."""
    token = bench.token(exp=int(bench.clock.now().timestamp()) + 900)
    await bench.ask(token)
    bench.server.keys = [Signer(key_id="key-2").jwk]
    bench.clock.pass_s(301)
    assert await bench.failed_check(token) == "KeyUnknown"


async def test_a_key_replaced_under_its_old_id_ends_its_tokens(bench: Bench) -> None:
    """The id alone is not the key."""
    token = bench.token(exp=int(bench.clock.now().timestamp()) + 900)
    await bench.ask(token)
    bench.server.keys = [Signer().jwk]
    bench.clock.pass_s(301)
    assert await bench.failed_check(token) == "SignatureWrong"


async def test_memory_of_tokens_is_bounded_and_can_be_turned_off(bench: Bench) -> None:
    """The longest unused falls out; zero remembers nothing."""
    trust = trust_in(issuer_at(bench.server.url))
    for bound in (0, 3):
        async with authenticator_of(trust, bench.clock, verified_max=bound) as small:
            for number in range(5):
                await small.authenticate(f"Bearer {bench.token(jti=f'token-{number}')}")
            assert len(small._verified) == bound
