"""What the whole broker costs beside a plain parallel read of the same bodies, and beside the floor.

One run, interleaved, on the same stub partners: 8 partners of 50 resources, identity and local ids warm,
one call to each partner on both sides. Prints every figure and ends with one line; writes
`build/bench.json`; exit 0 where every aim is met. `--guard` judges by what was reached before instead,
with room for a busy machine, so that a loss is noticed. The cost of STU3 to R4 stands beside them, over
the parse alone by the models of its types, and that of a decision, compiled and in full; how soon a
stream shows the fastest partner; what grouping and contradictions add to a view; and what a resource costs in
ever larger records (drawn in `build/linear.svg`).
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

import uvloop

from tests.benchmarks import deciding
from tests.benchmarks.measuring import Times, measured
from tests.benchmarks.processes import figures_printed, printed, process
from tests.benchmarks.streaming import first_events
from tests.benchmarks.stub import ONE_FAST

AIMS = {
    "whole_over_plain_read_at_100ms": (1.08, "at most"),
    "whole_over_plain_read_at_0ms": (8.0, "at most"),
    "cpu_over_orjson_floor": (2.5, "at most"),
    "times_cheaper_than_models": (25.0, "at least"),
    "stu3_to_r4_over_stu3_parse": (0.4, "at most"),
    "decision_us_compiled": (2.0, "at most"),
    "decision_times_cheaper_compiled": (40.0, "at least"),
    "merge_over_before": (1.4, "at most"),
    "record_us_at_20000_over_2500": (1.25, "at most"),
    "record_hold_ms": (50.0, "at most"),
    "first_event_ms": (15.0, "at most"),
}
GUARDS = {
    "whole_over_plain_read_at_100ms": 1.60,
    "whole_over_plain_read_at_0ms": 25.0,
    "cpu_over_orjson_floor": 14.0,
    "times_cheaper_than_models": 7.0,
    "stu3_to_r4_over_stu3_parse": 0.55,
    "decision_us_compiled": 6.0,
    "decision_times_cheaper_compiled": 25.0,
    "merge_over_before": 1.6,
    "record_us_at_20000_over_2500": 1.8,
    "record_hold_ms": 80.0,
    "first_event_ms": 60.0,
}
COLLECTORS = ("ours", "default")
ROUNDS = {"0": 240, "100": 60}
STREAMS = 40


def run(stub: str, delay_ms: str, collector: str) -> Times:
    """A broker process of its own over the stub, measured from here."""
    with tempfile.TemporaryDirectory(prefix="watersmeet-bench-") as folder:
        arguments = (folder, stub, delay_ms, collector)
        with process("tests.benchmarks.broker_process", *arguments) as (broker, line):
            base, token = line.split()
            return uvloop.run(measured(stub, delay_ms, base, token, broker.pid, ROUNDS[delay_ms]))


def first_event_figures(stub: str) -> dict[str, float]:
    """How soon after the fastest partner's last byte its items are at the reader, the others being slow."""
    with tempfile.TemporaryDirectory(prefix="watersmeet-bench-") as folder:
        arguments = (folder, stub, ONE_FAST, "ours")
        with process("tests.benchmarks.broker_process", *arguments) as (_, line):
            base, token = line.split()
            after_ms = uvloop.run(first_events(stub, base, token, STREAMS))
    return {"first_event_ms": statistics.median(after_ms), "first_event_worst_ms": max(after_ms)}


def figures() -> dict[str, float]:
    """Everything, interleaved: each floor stands beside the broker that it is compared with."""
    found = deciding.figures()
    for module in ("tests.benchmarks.merging", "tests.benchmarks.linear"):
        found |= figures_printed(module)
    with process("tests.benchmarks.stub") as (_, stub):
        for collector in COLLECTORS:
            floor = printed("tests.benchmarks.floor", "orjson", collector, stub)
            times = run(stub, "0", collector)
            floor = (floor + printed("tests.benchmarks.floor", "orjson", collector, stub)) / 2
            found |= {
                f"plain_read_at_0ms_ms_{collector}": times.plain_ms,
                f"whole_at_0ms_ms_{collector}": times.whole_ms,
                f"whole_over_plain_read_at_0ms_{collector}": times.ratio,
                f"cold_over_plain_calls_at_0ms_{collector}": times.cold_whole_ms / times.cold_plain_ms,
                f"orjson_floor_us_{collector}": floor,
                f"broker_cpu_us_{collector}": times.cpu_us,
                f"cpu_over_orjson_floor_{collector}": times.cpu_us / floor,
            }
        slow = run(stub, "100", "ours")
        found |= first_event_figures(stub)
        models_us = printed("tests.benchmarks.floor", "models", "ours", stub)
    return found | {
        "plain_read_at_100ms_ms": slow.plain_ms,
        "whole_at_100ms_ms": slow.whole_ms,
        "cold_over_plain_calls_at_100ms": slow.cold_whole_ms / slow.cold_plain_ms,
        "models_cpu_us": models_us,
        "whole_over_plain_read_at_100ms": slow.ratio,
        "whole_over_plain_read_at_0ms": found["whole_over_plain_read_at_0ms_ours"],
        "cpu_over_orjson_floor": found["cpu_over_orjson_floor_ours"],
        "times_cheaper_than_models": models_us / found["broker_cpu_us_ours"],
        "stu3_to_r4_over_stu3_parse": printed("tests.benchmarks.translation"),
    }


def within(name: str, figure: float, bound: float) -> bool:
    """Whether a figure is on the right side of its bound."""
    return figure <= bound if AIMS[name][1] == "at most" else figure >= bound


def report(found: dict[str, float], *, guard: bool) -> int:
    """Print and write the figures; the exit status."""
    for name, figure in found.items():
        print(f"{name:42} {figure:10.3f}")  # noqa: T201 - this is a command
    for name, (aim, side) in AIMS.items():
        verdict = "met" if within(name, found[name], aim) else "missed"
        print(f"aim {verdict}: {name} {found[name]:.2f}, {side} {aim}")  # noqa: T201 - as above
    Path("build").mkdir(exist_ok=True)
    rounded = {name: round(figure, 3) for name, figure in found.items()}
    Path("build/bench.json").write_text(json.dumps(rounded, indent=1))
    print("bench: " + "; ".join(f"{name} {found[name]:.2f}" for name in AIMS))  # noqa: T201 - as above
    bounds = GUARDS if guard else {name: aim for name, (aim, _) in AIMS.items()}
    return 0 if all(within(name, found[name], bound) for name, bound in bounds.items()) else 1


if __name__ == "__main__":
    sys.exit(report(figures(), guard="--guard" in sys.argv))
