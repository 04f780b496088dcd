from __future__ import annotations

from pathlib import Path

import pytest

from broker.files import FileFault, read_file


@pytest.mark.parametrize("written", ['""', "''", '"  "'])
@pytest.mark.parametrize("default", ["", "other"])
def test_an_empty_text_is_refused_whatever_stands_where_none_is_written(
    tmp_path: Path, written: str, default: str
) -> None:
    """To leave a member out is one thing, and to write nothing into it is a slip of the pen."""
    path = tmp_path / "file.yaml"
    path.write_text(f"header: {written}\n")
    with pytest.raises(FileFault, match=r":1:1: `header` is empty"):
        read_file(path).text("header", default)
    assert read_file(path).text("another", default) == default
