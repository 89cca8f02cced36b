from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.record.hashes import Hashes
from dataset.storage.atomic import sha256

ids = st.from_regex(r"[A-Za-z0-9_\-][A-Za-z0-9_.\-]{0,12}", fullmatch=True)


def hashes(known: dict[str, str]) -> Hashes:
    rows = {"article_id": list(known), "text_sha256": list(known.values())}
    return Hashes(pl.DataFrame(rows, schema={"article_id": pl.String, "text_sha256": pl.String}).sort("article_id"))


@given(st.dictionaries(ids, st.binary(max_size=3).map(sha256)), st.lists(ids | st.text(max_size=13)))
def test_it_tells_what_a_dict_would(known: dict[str, str], asked: list[str]) -> None:
    lookup = hashes(known)
    assert dict(lookup) == known
    assert list(lookup) == sorted(known)
    assert [article_id in lookup for article_id in asked] == [article_id in known for article_id in asked]


@pytest.mark.parametrize("stranger", ["two", "on", "ones", "one\0", "ône", "\ud800", ""])
def test_what_is_no_article_has_no_hash(stranger: str) -> None:
    known = hashes({"one": sha256(b"")})
    assert stranger not in known
    assert known.get(stranger) is None
