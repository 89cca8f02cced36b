"""A release that is sound, and for every check one that fails it, and no other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from dataset.folder import manifest
from dataset.folder.writer import file_name, write_tables
from dataset.record.corpus import open_corpus
from dataset.releasing.checks import CHECKS, ReleaseCandidate, failures
from dataset.releasing.croissant import known_about, write_croissant
from dataset.releasing.pages import put_report
from dataset.releasing.release import release
from tests.dataset.release_setup import plan_of, put_ready
from tests.dataset.tiny import EVENT, ONE, TWO, Row

ACCOUNT = "ilsa.brandt@example.org"
NEW = {"article_id": "new", "event_id": "new"}
TOKEN = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus with a release of it; not to be changed."""
    corpus = put_ready(tmp_path_factory.mktemp("made") / "corpus")
    release(plan_of(corpus))
    return corpus.root


@pytest.fixture
def sound(made: Path, tmp_path: Path) -> ReleaseCandidate:
    """A copy of the corpus and its release, to break."""
    root = Path(shutil.copytree(made, tmp_path / "corpus"))
    for path in (root / "dist").rglob("*"):
        path.chmod(0o755)
    (root / "annotators.toml").write_text(f'a1 = "{ACCOUNT}"\na2 = "a2"\n')
    (root / ".hedgerow").mkdir(exist_ok=True)
    (root / ".hedgerow" / "secrets.json").write_text(json.dumps({"annotators": {"a1": {"token": TOKEN}}, "port": 80}))
    return ReleaseCandidate(root / "dist" / "1.0.0", open_corpus(root), "gold")


def codes(candidate: ReleaseCandidate) -> list[str]:
    """The checks that the folder fails, once its Croissant and its manifest name what is in it."""
    write_croissant(candidate.folder, known_about(candidate.folder))
    return codes_as_it_is(candidate)


def codes_as_it_is(candidate: ReleaseCandidate) -> list[str]:
    """The same, with the Croissant that is there."""
    known = manifest.read(candidate.folder)
    hashes = manifest.content(candidate.folder) if known.variant == manifest.FULL else known.content
    manifest.write(candidate.folder, replace(known, files=manifest.stored_files(candidate.folder), content=hashes))
    fresh = ReleaseCandidate(candidate.folder, candidate.corpus, candidate.layer, candidate.last)
    return sorted({failed.code for failed in failures(fresh)})


def edit(candidate: ReleaseCandidate, config: str, change: Callable[[Row], Any], split: str = "train") -> None:
    """Changes rows of a config in place; those for which `change` returns False go."""
    path = candidate.folder / file_name(config, split)
    table = pyarrow.parquet.read_table(path)
    rows = [row for row in table.to_pylist() if change(row) is not False]
    write_tables(path, config, [pyarrow.Table.from_pylist(rows, table.schema)])


def edit_page(candidate: ReleaseCandidate, name: str, old: str, new: str) -> None:
    path = candidate.folder / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def on_both_sides(candidate: ReleaseCandidate, config: str, change: Callable[[Row], Any]) -> None:
    """Puts changed copies of a config's rows into the split `test`, too."""
    table = pyarrow.parquet.read_table(candidate.folder / file_name(config, "train"))
    rows = [row | change(row) for row in table.to_pylist() if row["article_id"] == ONE]
    write_tables(candidate.folder / file_name(config, "test"), config, [pyarrow.Table.from_pylist(rows, table.schema)])


def test_a_sound_release_passes_every_check(sound: ReleaseCandidate) -> None:
    assert failures(sound) == []
    assert failures(replace(sound, folder=sound.folder.with_name("1.0.0-withheld"))) == []
    assert failures(replace(sound, last=sound.folder)) == []


def test_every_check_says_what_it_asks_for() -> None:
    assert all(check.__doc__ for check in CHECKS.values())


# What is in the rows


@pytest.mark.parametrize(("config", "key"), [("spans", "span_id"), ("quotes", "quote_id"), ("annotators", "span_id")])
def test_an_id_that_stands_twice(sound: ReleaseCandidate, config: str, key: str) -> None:
    rows = pyarrow.parquet.read_table(sound.folder / file_name(config, "train")).to_pylist()
    first = rows[0][key]
    mine = [row for row in rows if row["article_id"] == ONE and row.get("annotator") == rows[0].get("annotator")]

    def same_id(row: Row) -> None:
        if row[key] == mine[1][key] and row.get("annotator") == mine[1].get("annotator"):
            row[key] = first

    edit(sound, config, same_id)
    assert "same-id-twice" in codes(sound)


def test_an_article_that_stands_twice(sound: ReleaseCandidate) -> None:
    edit(sound, "tokens", lambda row: row.update(article_id=ONE))
    assert "same-id-twice" in codes(sound)


def test_a_span_within_an_article_that_is_no_span(sound: ReleaseCandidate) -> None:
    edit(sound, "articles", lambda row: [part.update(span_id="one:new") for part in row["hedges"][:1]])
    assert codes(sound) == ["same-id-twice"]


@pytest.mark.parametrize("config", ["spans", "annotators", "hedges"])
def test_a_span_whose_words_are_not_the_articles(sound: ReleaseCandidate, config: str) -> None:
    edit(sound, config, lambda row: row.update(text=row["text"].upper()))
    assert codes(sound) == ["not-a-slice"]


def test_a_span_without_words(sound: ReleaseCandidate) -> None:
    edit(sound, "spans", lambda row: row.update(text=None))
    assert codes(sound) == ["not-a-slice"]


@pytest.mark.parametrize(
    ("config", "part"),
    [
        *(("articles", "numbers"), ("quotes", "speakers"), ("quotes", "segments")),
        *(("attribution", "segments"), ("attribution", "candidates"), ("hedges", "targets")),
    ],
)
def test_a_span_within_a_row_whose_words_are_not_the_articles(sound: ReleaseCandidate, config: str, part: str) -> None:
    edit(sound, config, lambda row: [inner.update(text="x") for inner in row[part]])
    assert codes(sound) == ["not-a-slice"]


@pytest.mark.parametrize("config", ["quotes", "attribution"])
def test_a_quote_whose_words_are_not_its_segments(sound: ReleaseCandidate, config: str) -> None:
    edit(sound, config, lambda row: row.update(text="said so"))
    assert codes(sound) == ["not-a-slice"]


def test_a_sentence_whose_words_are_not_the_articles(sound: ReleaseCandidate) -> None:
    edit(sound, "hedges", lambda row: row.update(sentence_end=row["sentence_end"] - 1))
    assert codes(sound) == ["not-a-slice"]


def test_tokens_without_a_span(sound: ReleaseCandidate) -> None:
    edit(sound, "tokens", lambda row: row.update(number_tags=[0] * len(row["tokens"])))
    assert codes(sound) == ["tokens-lose-spans"]


def test_tokens_that_join_two_spans(sound: ReleaseCandidate) -> None:
    edit(sound, "tokens", lambda row: row.update(hedge_tags=[min(tag, 1) * 2 for tag in row["hedge_tags"]]))
    assert codes(sound) == ["tokens-lose-spans"]


def test_tokens_with_a_span_more(sound: ReleaseCandidate) -> None:
    edit(sound, "tokens", lambda row: row.update(hedge_tags=[1, *row["hedge_tags"][1:]]))
    assert codes(sound) == ["tokens-lose-spans"]


@pytest.mark.parametrize("config", ["spans", "annotators"])
@pytest.mark.parametrize("change", [{"number_unit": "é"}, {"speaker_entities": ["José"]}])
def test_an_attribute_that_is_not_nfc(sound: ReleaseCandidate, config: str, change: Row) -> None:
    decomposed = json.loads(json.dumps(change, ensure_ascii=False).replace("é", "e\u0301"))
    edit(sound, config, lambda row: row.update(change))
    assert codes(sound) == []
    edit(sound, config, lambda row: row.update(decomposed))
    assert codes(sound) == ["not-nfc"]


# What the pages say


@pytest.mark.parametrize("page", ["README.md", "DATASHEET.md"])
def test_a_count_that_is_not_the_datas(sound: ReleaseCandidate, page: str) -> None:
    edit_page(sound, page, "2 articles, 3 speakers", "2 articles, 4 speakers")
    assert codes(sound) == ["stale-count"]


def test_a_count_in_the_repositorys_readme_that_is_not_the_datas(sound: ReleaseCandidate) -> None:
    (sound.corpus.root / "README.md").write_text("It holds 2 articles, 9 speakers.")
    assert codes(sound) == ["stale-count"]


def test_a_number_of_rows_that_is_not_the_datas(sound: ReleaseCandidate) -> None:
    edit_page(sound, "README.md", "num_examples: 2\n", "num_examples: 3\n")
    assert codes(sound) == ["stale-count"]


def test_classes_in_another_order_than_in_the_files(sound: ReleaseCandidate) -> None:
    edit_page(sound, "README.md", "'1': B-quote\n          '2': I-quote", "'1': I-quote\n          '2': B-quote")
    assert codes(sound) == ["class-order"]


def test_a_card_without_a_config(sound: ReleaseCandidate) -> None:
    edit_page(sound, "README.md", "- config_name: tokens\n  features", "- config_name: others\n  features")
    assert "class-order" in codes(sound)


def test_a_file_with_another_schema_than_the_others(sound: ReleaseCandidate) -> None:
    path = sound.folder / file_name("spans", "train")
    table = pyarrow.parquet.read_table(path)
    at = table.column_names.index("number_low")
    pyarrow.parquet.write_table(table.set_column(at, "number_low", table["number_low"].cast("float32")), path)
    assert codes(sound) == ["schema-differs"]


@pytest.mark.parametrize("words", ["XX articles", "TODO: licence", "Lorem ipsum dolor", "{{ counts }}", "TBD"])
def test_words_of_a_template(sound: ReleaseCandidate, words: str) -> None:
    path = sound.folder / "CHANGELOG.md"
    path.write_text(path.read_text() + words)
    assert codes(sound) == ["template-text"]


def edit_croissant(candidate: ReleaseCandidate, change: Callable[[dict[str, Any]], Any]) -> None:
    path = candidate.folder / "croissant.json"
    croissant = json.loads(path.read_bytes())
    change(croissant)
    path.write_text(json.dumps(croissant))


BROKEN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another hash": lambda croissant: croissant["distribution"][0].update(sha256="0" * 64),
    "another size": lambda croissant: croissant["distribution"][0].update(contentSize="1 B"),
    "a file that is not there": lambda croissant: croissant["distribution"][0].update({"@id": "gone.parquet"}),
    "a file less": lambda croissant: croissant["distribution"].pop(),
    "a column that is not there": lambda croissant: croissant["recordSet"][1]["field"][0]["source"].update(
        extract={"column": "gone"}
    ),
    "no context": lambda croissant: croissant.pop("@context"),
    "a type that there is not": lambda croissant: croissant["recordSet"][1]["field"][0].update(dataType="sc:Nothing"),
}


@pytest.mark.croissant
@pytest.mark.parametrize("what", BROKEN)
def test_a_croissant_that_others_cannot_load(sound: ReleaseCandidate, what: str) -> None:
    assert codes_as_it_is(sound) == []
    edit_croissant(sound, BROKEN[what])
    assert codes_as_it_is(sound) == ["croissant-unloadable"]


@pytest.mark.croissant
def test_a_croissant_loads_where_a_file_has_no_row(sound: ReleaseCandidate) -> None:
    path = sound.folder / file_name("annotators", "train")
    pyarrow.parquet.write_table(pyarrow.parquet.read_table(path).slice(0, 0), path)
    assert "croissant-unloadable" not in codes(sound)


# Who must not be in it


@pytest.mark.parametrize("secret", [ACCOUNT, TOKEN, "hf_abcdefghijABCDEFGHIJabcdefghij0123"])
def test_an_account_or_a_token_on_a_page(sound: ReleaseCandidate, secret: str) -> None:
    path = sound.folder / "CHANGELOG.md"
    path.write_text(f"{path.read_text()}Thanks to {secret}.\n")
    assert codes(sound) == ["annotator-named"]


@pytest.mark.parametrize("secret", [ACCOUNT, TOKEN])
def test_an_account_or_a_token_in_rows(sound: ReleaseCandidate, secret: str) -> None:
    edit(sound, "articles", lambda row: row.update(outlet=f"by {secret}"))
    edit(sound, "annotators", lambda row: row.update(annotator=f"{secret}{row['annotator']}"))
    assert codes(sound) == ["annotator-named"]


def test_a_pseudonym_is_no_secret(sound: ReleaseCandidate) -> None:
    known = {"port": 1, "annotators": {"adjudicator": {"name": "adjudicator", "email": "adjudicator@port.example"}}}
    (sound.corpus.state / "secrets.json").write_text(json.dumps(known))
    path = sound.folder / "CHANGELOG.md"
    path.write_text(f"{path.read_text()}The adjudicator decided.\n")
    assert codes(sound) == []
    path.write_text(f"{path.read_text()}Thanks to adjudicator@port.example.\n")
    assert codes(sound) == ["annotator-named"]


def test_a_finding_does_not_say_the_secret(sound: ReleaseCandidate) -> None:
    edit(sound, "articles", lambda row: row.update(outlet=ACCOUNT))
    assert not any(ACCOUNT in str(failed) for failed in failures(sound))


# What the splits keep apart


def test_a_quoted_string_on_both_sides_of_a_split(sound: ReleaseCandidate) -> None:
    on_both_sides(
        sound,
        "articles",
        lambda row: {"article_id": "new", "event_id": "new", "text": "“We saw them, near the bridge.”"},
    )
    on_both_sides(sound, "spans", lambda row: NEW)
    assert "shared-quote" in codes(sound)


def test_near_duplicates_on_both_sides_of_a_split(sound: ReleaseCandidate) -> None:
    on_both_sides(sound, "articles", lambda row: NEW)
    assert "near-duplicate" not in codes(sound)
    put_report(sound.folder)
    (pair,) = [json.loads(line) for line in (sound.folder / "near-duplicates.jsonl").read_text().splitlines()]
    assert (pair["article_id"], pair["split"], pair["other"], pair["other_split"]) == ("new", "test", ONE, "train")
    assert "near-duplicate" in codes(sound)


def test_a_small_retelling_on_both_sides_of_a_split_is_listed_and_lets_the_release_be(sound: ReleaseCandidate) -> None:
    pair = {"article_id": ONE, "other": TWO, "jaccard": 0.1, "shared": 40, "split": "train", "other_split": "test"}
    path = sound.folder / "near-duplicates.jsonl"
    path.write_text(json.dumps(pair | {"containment": 0.49}) + "\n")
    assert codes(sound) == []
    path.write_text(json.dumps(pair | {"containment": 0.5}) + "\n")
    assert codes(sound) == ["near-duplicate"]


def test_an_event_in_another_split_than_was_fixed(sound: ReleaseCandidate) -> None:
    sound.corpus.splits.write_text(json.dumps({"event_id": EVENT, "split": "test"}) + "\n")
    assert codes(sound) == ["moved-split"]


def test_an_event_in_another_split_than_in_the_last_release(sound: ReleaseCandidate, tmp_path: Path) -> None:
    last = Path(shutil.copytree(sound.folder, tmp_path / "last"))
    for path in last.rglob("train-*.parquet"):
        path.rename(path.with_name(path.name.replace("train", "test")))
    assert codes(replace(sound, last=last)) == ["moved-split"]


def test_an_event_without_a_split(sound: ReleaseCandidate) -> None:
    sound.corpus.splits.write_text("")
    assert codes(sound) == ["moved-split"]


# What proves it


def test_a_file_that_the_manifest_does_not_name(sound: ReleaseCandidate) -> None:
    (sound.folder / "spans" / ".notes").write_text("x")
    assert [failed.code for failed in failures(sound)] == ["not-in-manifest"]


def test_rows_that_the_manifest_does_not_prove(sound: ReleaseCandidate) -> None:
    bare = replace(sound, folder=sound.folder.with_name("1.0.0-withheld"))
    known = manifest.read(bare.folder)
    wrong = {**known.content, "withheld": {**known.content["withheld"], "spans": "0" * 64}}
    manifest.write(bare.folder, replace(known, content=wrong))
    assert [str(failed) for failed in failures(bare)] == ["not-in-manifest: spans does not hold what the manifest says"]


def test_many_of_a_kind_are_counted(sound: ReleaseCandidate) -> None:
    edit(sound, "spans", lambda row: row.update(text="x"))
    messages = [failed.message for failed in failures(sound) if failed.code == "not-a-slice"]
    assert len(messages) == 4
    assert messages[-1] == "and 10 more of that kind"
    assert TWO in "".join(messages) or ONE in "".join(messages)
