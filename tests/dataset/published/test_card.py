from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from huggingface_hub import metadata_load

from dataset import schema
from dataset.published.build import build
from dataset.published.card import size_category
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.provenance import provenance_path
from tests.dataset.faults import FAULTS
from tests.dataset.tiny import (
    LAYER,
    OF_A_PASS,
    ONE,
    SKIPPED,
    TWO,
    put_corpus,
    put_jsonl,
    put_layer,
    rests_on,
    task,
    valid_rows,
)


class Card(NamedTuple):
    data: dict[str, Any]
    text: str


def card_of(corpus: Corpus, name: str = LAYER, *, allow_errors: bool = False) -> Card:
    build(corpus, name, corpus.root / "out", allow_errors=allow_errors)
    path = corpus.root / "out" / "README.md"
    text = path.read_text(encoding="utf-8")
    return Card(metadata_load(path) or {}, text.split("\n---\n", 1)[1])


@pytest.fixture
def tiny(tmp_path: Path) -> Corpus:
    corpus = put_corpus(tmp_path)
    put_layer(corpus, valid_rows())
    return corpus


def test_the_card_has_what_the_hub_needs(tiny: Corpus) -> None:
    data = card_of(tiny).data
    assert data["pretty_name"] == "Tiny: three articles"
    assert (data["license"], data["license_name"], data["license_link"]) == (
        "other",
        "annotations-cc-by-4.0",
        "README.md",
    )
    assert (data["language"], data["size_categories"]) == (["en"], ["n<1K"])
    assert data["annotations_creators"] == ["expert-generated"]
    assert data["task_categories"] == ["token-classification"]


def test_the_card_lists_every_config_with_its_files_and_one_default(tiny: Corpus) -> None:
    configs = card_of(tiny).data["configs"]
    assert [config["config_name"] for config in configs] == OF_A_PASS
    assert [config["config_name"] for config in configs if config.get("default")] == ["articles"]
    for config in configs:
        assert config["data_files"] == [{"split": "train", "path": f"{config['config_name']}/train-*.parquet"}]
        assert len(list((tiny.root / "out").glob(config["data_files"][0]["path"]))) == 1


def test_the_card_has_the_features_and_the_sizes_of_every_config(tiny: Corpus) -> None:
    infos = {info["config_name"]: info for info in card_of(tiny).data["dataset_info"]}
    rows = {
        "articles": 2,
        "spans": 14,
        "quotes": 4,
        "attribution": 4,
        "hedges": 4,
        "tokens": 2,
        "annotators": 14,
        "entities": 4,
    }
    assert set(infos) == set(OF_A_PASS)
    for config, info in infos.items():
        assert [feature["name"] for feature in info["features"]] == list(schema.columns(schema.CONFIGS[config]))
        assert [(split["name"], split["num_examples"]) for split in info["splits"]] == [("train", rows[config])]
        files = (tiny.root / "out" / config).iterdir()
        assert info["download_size"] == sum(path.stat().st_size for path in files)
        assert info["dataset_size"] == sum(split["num_bytes"] for split in info["splits"]) > 0


def test_the_card_counts_what_is_in_the_folder(tiny: Corpus) -> None:
    text = card_of(tiny).text
    assert "2 articles, 3 speakers, 5 quotes, 4 hedges, 2 numbers, 3 `said_by` links, 4 `hedges` links, 1 `con" in text
    assert "merging the segments of split quotes leaves 4 quotes." in text


def test_the_card_describes_every_field_of_every_config_in_a_table(tiny: Corpus) -> None:
    text = card_of(tiny).text
    assert [name for name in schema.CONFIGS if f"### `{name}`" in text] == OF_A_PASS
    for name in OF_A_PASS:
        table = schema.CONFIGS[name]
        section = re.split(r"^##+ ", text.split(f"### `{name}`\n")[1], flags=re.M)[0]
        lines = [line for line in section.splitlines() if line.startswith("| `")]
        assert lines == [f"| `{field}` | {kind} | {meaning} |" for field, kind, meaning in schema.fields(table)]
        assert all(line.count("|") == 4 for line in lines)
        assert schema.MEANINGS[name] in section


def test_the_card_says_who_made_the_labels_and_by_which_guidelines(tiny: Corpus) -> None:
    text = card_of(tiny).text
    assert "`a1`: A person with a pencil made these labels." in text
    assert "Version of the annotation guidelines: 1." in text


def test_the_card_says_which_program_made_the_labels_or_that_nobody_recorded_it(tiny: Corpus) -> None:
    maker = '[annotators.a1]\nkind = "machine-generated"\nnote = "A model read it."\n'
    (tiny.root / "hedgerow.toml").write_text(maker, encoding="utf-8")
    assert "A model read it. The model, version and settings were not recorded." in card_of(open_corpus(tiny.root)).text
    (tiny.root / "hedgerow.toml").write_text(maker + 'model = "Oak"', encoding="utf-8")
    assert "A model read it. Model: Oak. The version and settings were not" in card_of(open_corpus(tiny.root)).text


def test_the_card_says_so_where_nobody_knows_who_made_the_labels(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path)
    rows = {name: [row | {"annotator": "a9"} for row in table] for name, table in valid_rows().items()}
    put_layer(corpus, rows, "r1/a9")
    card = card_of(corpus, "r1/a9")
    assert "`a9`: The corpus's settings do not say who this annotator is." in card.text
    assert card.data["annotations_creators"] == []


def test_the_card_names_every_version_of_the_guidelines_and_only_those(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path)
    versions = {ONE: "2", TWO: "1", SKIPPED: None}
    tasks = [task(article, guidelines_version=version) for article, version in versions.items()]
    put_layer(corpus, valid_rows() | {"tasks": tasks})
    assert "Version of the annotation guidelines: 1, 2." in card_of(corpus).text


def test_the_card_tells_a_single_pass_from_the_gold(tiny: Corpus) -> None:
    put_layer(tiny, valid_rows(), "gold")
    assert "This is the layer `r1/a1`: one unadjudicated pass." in card_of(tiny).text
    assert "This is the gold. The record does not say" in card_of(tiny, "gold").text
    rows = [rests_on(article, "a1", "a2", adjudicated=True) for article in (ONE, TWO)]
    put_jsonl(provenance_path(tiny), rows)
    gold = card_of(tiny, "gold").text
    assert "This is the adjudicated gold. Of the articles, 2 rest on the work of 2 annotators" in gold
    assert "unadjudicated" not in gold
    put_jsonl(provenance_path(tiny), [rests_on(ONE, "a1", adjudicated=False), *rows[1:]])
    gold = card_of(tiny, "gold").text
    assert "This is the gold. Of the articles, 1 rests on the work of 2 annotators, 1 on the work of 1" in gold
    assert "1 was adjudicated (`adjudicated`). 1 passed as the one annotator left it." in gold


def test_the_card_of_a_layer_with_errors_names_their_codes_once(tmp_path: Path) -> None:
    corpus, rows = put_corpus(tmp_path), valid_rows()
    for code in ("text-not-slice", "e1-blank-at-edge", "duplicate-span-id"):
        FAULTS[code](corpus, rows)
    put_layer(corpus, rows)
    text = card_of(corpus, allow_errors=True).text
    assert "**This build has 4 known errors** (duplicate-span-id, e1-blank-at-edge, text-not-slice)" in text
    assert "Do not publish it." in text


def test_the_card_of_a_layer_without_errors_speaks_of_none(tiny: Corpus) -> None:
    assert "error" not in card_of(tiny, allow_errors=True).text


def test_the_card_says_so_where_the_settings_name_no_licence(tiny: Corpus) -> None:
    (tiny.root / "hedgerow.toml").write_text("", encoding="utf-8")
    card = card_of(open_corpus(tiny.root))
    assert card.data["license"] == "unknown"
    assert "license_name" not in card.data
    assert "The corpus's settings name no licence for the annotations. The articles' text belongs" in card.text


@pytest.mark.slow
@pytest.mark.parametrize(
    "title", ['a "b": c # d', "- x", "{{ 1 + 1 }} {% if %}", "né 🇺🇦", "null", "1.0", "yes", "<b>&amp;</b>"]
)
def test_any_title_stays_as_it_is(tiny: Corpus, title: str) -> None:
    (tiny.root / "hedgerow.toml").write_text(f"title = '{title}'\nlicence = 'cc0-1.0'", encoding="utf-8")
    card = card_of(open_corpus(tiny.root))
    assert card.data["pretty_name"] == title
    assert card.text.startswith(f"# {title}\n")
    assert "licensed under CC0-1.0. The articles' text belongs" in card.text


@pytest.mark.parametrize(
    ("licence", "written"),
    [("cc-by-4.0", "CC-BY-4.0"), ("apache-2.0", "Apache-2.0"), ("our own terms", "our own terms")],
)
def test_a_licence_is_written_as_spdx_writes_it(tiny: Corpus, licence: str, written: str) -> None:
    settings = tiny.root / "hedgerow.toml"
    lines = [line for line in settings.read_text(encoding="utf-8").splitlines() if not line.startswith("licence")]
    settings.write_text("\n".join([f'licence = "{licence}"', *lines]), encoding="utf-8")
    assert f"licensed under {written}." in " ".join(card_of(open_corpus(tiny.root)).text.split())


@pytest.mark.parametrize(
    ("articles", "category"),
    [
        (0, "n<1K"),
        (999, "n<1K"),
        (1_000, "1K<n<10K"),
        (999_999, "100K<n<1M"),
        (1_000_000, "1M<n<10M"),
        (3 * 10**8, "100M<n<1B"),
        (10**12, "n>1T"),
    ],
)
def test_a_number_of_articles_has_the_hubs_name_for_its_size(articles: int, category: str) -> None:
    assert size_category(articles) == category


@pytest.mark.parametrize(
    ("licences", "sentence"),
    [
        ([None, None, None], "no licence for it is given here"),
        (["CC-BY-4.0"] * 3, "has each one's licence."),
        (["CC-BY-4.0", None, None], "and is null where none is known"),
    ],
)
def test_the_card_says_where_the_licences_of_the_texts_are(
    tiny: Corpus, licences: list[str | None], sentence: str
) -> None:
    rows = [{**row, "licence": licence} for row, licence in zip(tiny.by_id.values(), licences, strict=True)]
    put_jsonl(tiny.seeds / "articles.jsonl", rows)
    assert sentence in card_of(open_corpus(tiny.root)).text
