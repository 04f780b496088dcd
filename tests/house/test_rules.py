"""Each house rule finds a planted offence, and leaves what is right alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.house.rules import numbers, parts, repeats, silences, sizes, tests, words
from tests.house.tree import Offence, Tree
from tests.support.patients import number_outside_999

Rule = Callable[[Tree], Iterator[Offence]]


def planted(folder: Path, **files: str) -> Tree:
    """A tree of files; `__` in a name stands for a slash and the last `_` for the ending's point.

    `~` in a text is left out: it keeps a planted offence from being one here.
    """
    for name, text in files.items():
        stem, ending = name.replace("__", "/").rsplit("_", 1)
        path = folder / f"{stem}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("~", ""), encoding="utf-8")
    return Tree(folder)


def test_a_long_function_is_found(tmp_path: Path) -> None:
    """Forty-one lines of code are over the limit; a docstring, comments and blank lines do not count."""
    just = '    """Words.\n\n    More words.\n    """\n    # why\n\n' + "    x = 1\n" * 39
    tree = planted(tmp_path, good_py=f"def good():\n{just}", bad_py=f"def bad():\n{just}    y = 1\n")
    assert [(offence.path, offence.line) for offence in sizes.long_functions(tree)] == [("bad.py", 1)]


def test_the_usual_length_is_a_share(tmp_path: Path) -> None:
    """One long function of two is one half."""
    long = "def long():\n" + "    x = 1\n" * 31
    assert sizes.usual_share(planted(tmp_path, a_py=f"def short():\n    x = 1\n\n\n{long}")) == 0.5


def test_a_long_file_is_found(tmp_path: Path) -> None:
    """Three hundred and one lines are over the limit."""
    tree = planted(tmp_path, good_py="x = 1\n" * 300, bad_py="x = 1\n" * 301)
    assert [offence.path for offence in sizes.long_files(tree)] == ["bad.py"]


@pytest.mark.parametrize("between", ["", " ", "-"])
def test_an_issued_number_is_found(tmp_path: Path, between: str) -> None:
    """A valid number outside 999 is found however it is spaced, and the complaint does not repeat it."""
    digits = number_outside_999()
    written = between.join((digits[:3], digits[3:6], digits[6:]))
    tree = planted(tmp_path, bad_md=f"Call {written}.\n", good_md="999 000 0018, 1234567890, a1234567881\n")
    found = list(numbers.issued_numbers(tree))
    assert [offence.path for offence in found] == ["bad.md"]
    assert digits not in str(found[0])


TWO = "    y = x\n    return y\n"
TOLD_TWICE = "def test_a():\n    'It is.'\n\ndef test_b():\n    'It is.'"

OFFENCES: tuple[tuple[Rule, str, str, str], ...] = (
    (words.forbidden_words, "a_md", "see py~pi.org", "package index"),
    (words.forbidden_words, "a_py", "PATH = '/wo~rk/main'", "one machine"),
    (words.forbidden_words, "a_md", "fixed in issue ~#4", "making"),
    (words.forbidden_words, "a_py", "# DES~IGN section 5", "outside the project"),
    (words.forbidden_words, "a_py", "# TO~DO later", "left for later"),
    (words.forbidden_words, "a_py", "raise NotImpl~ementedError", "stub"),
    (words.forbidden_words, "a_yaml", "whitelist: []", "allow-list"),
    (words.empty_names, "broker__utils_py", "x = 1", "named for nothing"),
    (silences.unexplained_suppressions, "a_py", "x = 1  # noqa", "a code and a reason"),
    (silences.unexplained_suppressions, "a_py", "x = 1  # noqa: E501", "a code and a reason"),
    (silences.unexplained_suppressions, "a_py", "x = 1  # type: ignore[misc]", "a code and a reason"),
    (silences.unexplained_suppressions, "a_py", "x = 1  # type: ignore # because", "a code and a reason"),
    (silences.unexplained_rules, "pyproject_toml", '[tool.ruff.lint]\nignore = [\n  "D100",\n]', "Say why"),
    (silences.unexplained_rules, "pyproject_toml", '[tool.ruff.x]\n"a.py" = ["D1"]', "Say why"),
    (silences.dropped_errors, "a_py", "try:\n    f()\nexcept Exception:\n    pass", "drops every error"),
    (silences.dropped_errors, "a_py", "try:\n    f()\nexcept:\n    ...", "drops every error"),
    (silences.dropped_errors, "a_py", "with contextlib.suppress(Exception):\n    f()", "drops every error"),
    (tests.skipped_tests, "tests__a_py", "@pytest.mark.sk~ip\ndef test_x(): ...", "runs and passes"),
    (tests.skipped_tests, "tests__a_py", "def test_x():\n    pytest.sk~ip('no')", "runs and passes"),
    (tests.skipped_tests, "tests__a_py", "@pytest.mark.xf~ail(reason='x')\ndef test_x(): ...", "runs and"),
    (tests.sleeping_tests, "tests__a_py", "time.sl~eep(delay)", "Wait for the event"),
    (tests.sleeping_tests, "tests__a_py", "asyncio.sl~eep(0.1)", "Wait for the event"),
    (tests.untold_tests, "tests__a_py", "def test_x():\n    assert True", "needs a sentence"),
    (tests.unasserting_tests, "tests__a_py", "def test_x():\n    f()", "asserts nothing"),
    (
        repeats.repeated_functions,
        "a_py",
        f"def f(x):\n{TWO}\n\ndef g(x):\n    'Other words.'\n{TWO}",
        "`g` does",
    ),
    (repeats.repeated_sentences, "tests__a_py", TOLD_TWICE, "`test_b` has the sentence of tests/a.py:1"),
    (parts.policies_without_cases, "policies__roles__policy_yaml", "id: roles", "lacks cases.yaml"),
    (parts.policies_without_cases, "policies__roles__cases_yaml", "# none", "lists no case"),
    (parts.unfinished_connectors, "connectors__x__connector_py", "x = 1", "lacks manifest.yaml"),
    (parts.unfinished_connectors, "connectors__x__connector_py", "x = 1", "lacks simulator.py"),
    (parts.unfinished_connectors, "connectors__x__connector_py", "x = 1", "has no test"),
    (parts.unfinished_connectors, "connectors__x__connector_py", "x = 1", "entry point"),
    (parts.unfinished_connectors, "connectors__x__quality_yaml", "rules:\n  paging: todo", "is not done"),
    (
        parts.unfinished_connectors,
        "connectors__x__quality_yaml",
        "paging: {status: exempt}",
        "without a reason",
    ),
    (parts.unlocked_dependencies, "pyproject_toml", '[project]\ndependencies = ["x.y>=1"]', "make lock"),
    (parts.hazards_without_evidence, "a_md", "no log", "lacks H12"),
    (parts.hazards_without_evidence, "docs__clinical-safety__hazard-log_md", "## H1: x", "H1 links to no"),
    (parts.broken_links, "docs__a_md", "[there](gone.md#part)", "is not there"),
)


@pytest.mark.parametrize(("rule", "name", "text", "complaint"), OFFENCES)
def test_an_offence_is_found(tmp_path: Path, rule: Rule, name: str, text: str, complaint: str) -> None:
    """The planted line is named with its remedy."""
    planted(tmp_path, pyproject_toml="[project]\n")
    assert any(complaint in offence.problem for offence in rule(planted(tmp_path, **{name: f"{text}\n"})))


RIGHT: tuple[tuple[Rule, str, str], ...] = (
    (words.forbidden_words, "a_py", "# an issue in the sense of FHIR; the work of a session; ./work/x"),
    (silences.unexplained_suppressions, "a_py", "x = 1  # noqa: E501 - a table row"),
    (silences.unexplained_suppressions, "a_py", "x = '# noqa'"),
    (silences.unexplained_suppressions, "a_py", "x = 1  # type: ignore[misc] # untyped library"),
    (silences.unexplained_rules, "pyproject_toml", '[tool.ruff.lint]\nignore = [\n  "D100", # why\n]'),
    (silences.unexplained_rules, "pyproject_toml", '[project]\nkeywords = [\n  "FHIR",\n]'),
    (silences.dropped_errors, "a_py", "try:\n    f()\nexcept OSError:\n    pass"),
    (silences.dropped_errors, "a_py", "try:\n    f()\nexcept Exception as e:\n    note(e)"),
    (tests.skipped_tests, "tests__support__real_data_py", "pytest.sk~ip('no material')"),
    (tests.sleeping_tests, "tests__a_py", "asyncio.sleep(0)"),
    (tests.unasserting_tests, "tests__a_py", "def test_x():\n    with pytest.raises(E):\n        f()"),
    (
        repeats.repeated_functions,
        "a_py",
        f"def f(x):\n{TWO}\n\ndef g(x, *, z):\n{TWO}\n\nasync def h(x):\n{TWO}",
    ),
    (repeats.repeated_functions, "a_py", "def f(x):\n    return x\n\ndef g(x):\n    return x"),
    (parts.unlocked_dependencies, "a_md", "no project file"),
    (parts.broken_links, "docs__a_md", "[self](a.md#part) [web](https://example.org/x) [mail](mailto:a@b)"),
)


@pytest.mark.parametrize(("rule", "name", "text"), RIGHT)
def test_what_is_right_is_left_alone(tmp_path: Path, rule: Rule, name: str, text: str) -> None:
    """No complaint is made of it."""
    assert list(rule(planted(tmp_path, **{name: f"{text}\n"}))) == []


def test_an_undocumented_setting_is_found(tmp_path: Path) -> None:
    """A setting must stand on the page in code quotes; without a page there is nothing to check."""
    assert list(parts.undocumented_settings(Tree(tmp_path), ["deadline_s"])) == []
    tree = planted(tmp_path, docs__reference__settings_md="`deadline_s` is seconds; reserve_s too.\n")
    found = [offence.problem for offence in parts.undocumented_settings(tree, ["deadline_s", "reserve_s"])]
    assert found == ["does not describe the setting `reserve_s`."]


def test_an_exemption_with_its_reason_is_right(tmp_path: Path) -> None:
    """The quality file may exempt a rule when it says why, whatever the file's outer shape."""
    text = "rules:\n  paging: {status: exempt, reason: one answer holds all}\n  proof: done\n"
    tree = planted(tmp_path, connectors__x__quality_yaml=text, pyproject_toml="[project]\n")
    assert not [offence for offence in parts.unfinished_connectors(tree) if "quality.yaml" in offence.path]
