from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import COLUMN_FIELDS, Corpus, Maker, Publication, open_corpus
from dataset.storage.atomic import sha256
from tests.dataset.tiny import (
    ENTITIES,
    ONE,
    TEXTS,
    TWO,
    article_row,
    finding,
    put_corpus,
    put_jsonl,
    put_layer,
    valid_rows,
)

VERBATIM = "\ufeffOne\r\ntwo\rthree\n\n\u2028 four\u00a0\x00"


@pytest.fixture
def tiny(tmp_path: Path) -> Corpus:
    return put_corpus(tmp_path)


def settings(folder: Path, text: str) -> Path:
    (folder / "hedgerow.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_corpus_knows_what_its_settings_say(tiny: Corpus) -> None:
    assert (tiny.name, tiny.title, tiny.licence) == ("tiny", "Tiny: three articles", "cc-by-4.0")
    assert tiny.makers == {"a1": Maker("expert-generated", "A person with a pencil made these labels.")}


def test_settings_may_be_empty(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    corpus = open_corpus(settings(tmp_path / "news", ""))
    assert (corpus.name, corpus.title, corpus.makers) == ("news", "news", {})
    assert (corpus.seeds, corpus.annotations) == (tmp_path / "news" / "seeds", tmp_path / "news" / "annotations")
    assert (corpus.splits, corpus.releases) == (tmp_path / "news" / "splits.jsonl", tmp_path / "news" / "releases")
    assert (corpus.pulls, corpus.state) == (tmp_path / "news" / "pulls", tmp_path / "news" / ".hedgerow")


def test_a_title_that_is_not_said_is_the_name(tmp_path: Path) -> None:
    assert open_corpus(settings(tmp_path, 'name = "floods"')).title == "floods"


def test_settings_may_name_other_paths(tmp_path: Path) -> None:
    named = {"seeds": "in", "annotations": "a/b", "splits": "s.jsonl", "releases": "out"}
    corpus = open_corpus(settings(tmp_path, "[paths]\n" + "".join(f'{k} = "{v}"\n' for k, v in named.items())))
    paths = (corpus.seeds, corpus.annotations, corpus.splits, corpus.releases)
    assert paths == tuple(tmp_path / value for value in named.values())


def test_a_corpus_without_a_record_has_no_articles_and_no_layers(tmp_path: Path) -> None:
    corpus = open_corpus(settings(tmp_path, ""))
    assert (corpus.articles.height, corpus.entities.height, corpus.texts().height, corpus.layers()) == (0, 0, 0, [])


def test_the_nearest_corpus_above_the_working_directory_is_opened(
    tiny: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny.seeds / "text")
    assert open_corpus(None).root == tiny.root


def test_a_corpus_within_a_corpus_is_the_nearer_one(tiny: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(tiny.seeds, "")
    monkeypatch.chdir(tiny.seeds / "text")
    assert open_corpus(None).root == tiny.seeds


def test_a_named_folder_is_not_searched_upwards(tiny: Corpus) -> None:
    with pytest.raises(Problem, match=r"seeds has no hedgerow\.toml; name a corpus folder"):
        open_corpus(tiny.seeds)


def test_no_corpus_above_the_working_directory_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Problem, match=r"no hedgerow\.toml in"):
        open_corpus(None)


def test_a_relative_folder_gives_absolute_paths(tiny: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tiny.root.parent)
    corpus = open_corpus(Path(tiny.root.name))
    assert corpus.seeds.is_absolute()
    assert corpus.text(ONE) == TEXTS[ONE]


@pytest.mark.parametrize("content", [b"name = ", b"\xff", b"name = 'a'\nname = 'b'"])
def test_settings_that_cannot_be_read_are_a_problem(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "hedgerow.toml").write_bytes(content)
    with pytest.raises(Problem, match=r"hedgerow\.toml cannot be read"):
        open_corpus(tmp_path)


def test_settings_that_name_no_format_are_of_the_first_one(tmp_path: Path) -> None:
    assert open_corpus(settings(tmp_path, 'format = 1\nname = "floods"')) == open_corpus(
        settings(tmp_path, 'name = "floods"')
    )


def test_a_later_format_is_refused_before_any_other_setting_is_looked_at(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="has format 2, and this Hedgerow reads format 1; use the version"):
        open_corpus(settings(tmp_path, 'format = 2\npaths = "other"\nsplits = "other"'))


@pytest.mark.parametrize("written", ["'1'", "1.0", "true", "0", "-1", "[1]", "{ major = 1 }", "2031-05-02"])
def test_a_format_that_is_not_a_whole_number_from_1_is_a_problem(tmp_path: Path, written: str) -> None:
    with pytest.raises(Problem, match=r"hedgerow\.toml: format is .*; write format = 1"):
        open_corpus(settings(tmp_path, f"format = {written}"))


@pytest.mark.parametrize("maker", ['kind = "crowdsourced"', 'note = "Who knows."', ""])
def test_an_annotator_without_kind_or_note_is_a_problem(tmp_path: Path, maker: str) -> None:
    with pytest.raises(Problem, match=r"\[annotators.a1\] lacks kind or note"):
        open_corpus(settings(tmp_path, f"[annotators.a1]\n{maker}"))


def test_an_annotator_that_is_a_word_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"\[annotators.a1\] lacks kind or note"):
        open_corpus(settings(tmp_path, '[annotators]\na1 = "kind and note"'))


KNOWN = '[annotators.a1]\nkind = "{}"\nnote = "Read twice."\n'


def maker_of(folder: Path, kind: str, more: str = "") -> Maker:
    return open_corpus(settings(folder, KNOWN.format(kind) + more)).makers["a1"]


def test_a_program_is_described_with_what_was_recorded_of_it(tmp_path: Path) -> None:
    maker = maker_of(
        tmp_path, "machine-generated", 'model = "Oak 7B"\nversion = "2026-03"\nsettings = "temperature 0"\n'
    )
    assert maker.described == "Read twice. Model: Oak 7B. Version: 2026-03. Settings: temperature 0."


@pytest.mark.parametrize(
    ("more", "details"),
    [
        ("", "The model, version and settings were not recorded."),
        ('model = "Oak 7B"', "Model: Oak 7B. The version and settings were not recorded."),
        (
            'model = "Oak 7B"\nversion = "1"\nsettings = ""',
            "Model: Oak 7B. Version: 1. The settings were not recorded.",
        ),
        ('version = "1"\nsettings = "greedy"', "Version: 1. Settings: greedy. The model was not recorded."),
    ],
)
def test_what_was_not_recorded_of_a_program_is_said(tmp_path: Path, more: str, details: str) -> None:
    assert maker_of(tmp_path, "machine-generated", more).details == details


def test_a_person_lacks_no_model(tmp_path: Path) -> None:
    assert maker_of(tmp_path, "expert-generated").described == "Read twice."


def test_a_setting_of_an_annotator_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"\[annotators.a1\] says modle, which means nothing there; write .*model.* or"):
        maker_of(tmp_path, "machine-generated", 'modle = "Oak"')


def test_a_version_without_quotation_marks_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"version in \[annotators.a1\] is not text"):
        maker_of(tmp_path, "machine-generated", "version = 3")


def test_settings_may_name_where_releases_are_published(tmp_path: Path) -> None:
    place = open_corpus(settings(tmp_path, '[publication]\nrepository = "acme/tiny"')).publication
    assert place == Publication("acme/tiny")
    assert place.files_of("v1.0.0") == "https://huggingface.co/datasets/acme/tiny/resolve/v1.0.0/"
    elsewhere = '[publication]\nrepository = "acme/tiny"\nendpoint = "http://127.0.0.1:8000/hub"'
    place = open_corpus(settings(tmp_path, elsewhere)).publication
    assert place is not None
    assert place.page == "http://127.0.0.1:8000/hub/datasets/acme/tiny"
    assert open_corpus(settings(tmp_path, "")).publication is None


@pytest.mark.parametrize(
    "text",
    [
        "publication = 5",
        "publication = false",
        "publication = []",
        "[publication]",
        '[publication]\nendpoint = "https://example.org"',
        '[publication]\nrepository = "a/b"\nrepo = "a/b"',
        "[publication]\nrepository = 5",
        '[publication]\nrepository = "tiny"',
        '[publication]\nrepository = "acme/ti ny"',
        '[publication]\nrepository = "../tiny"',
        '[publication]\nrepository = "a/b"\nendpoint = "huggingface.co"',
        '[publication]\nrepository = "a/b"\nendpoint = "https://me:word@example.org"',
        '[publication]\nrepository = "a/b"\nendpoint = "https://example.org/"',
    ],
)
def test_a_place_of_publication_that_is_none_is_a_problem(tmp_path: Path, text: str) -> None:
    with pytest.raises(Problem, match=r"\[publication\]"):
        open_corpus(settings(tmp_path, text))


@pytest.mark.parametrize("text", ["paths = 5", 'paths = "seeds"', "annotators = 5"])
def test_settings_of_another_type_are_a_problem(tmp_path: Path, text: str) -> None:
    with pytest.raises(Problem):
        open_corpus(settings(tmp_path, text))


def test_articles_are_in_the_order_of_their_ids(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path, {"b": "", "a10": "", "a9": ""})
    assert corpus.articles["article_id"].to_list() == ["a10", "a9", "b"]
    assert corpus.texts()["article_id"].to_list() == ["a10", "a9", "b"]


def test_entities_are_in_the_order_of_their_file(tiny: Corpus) -> None:
    assert tiny.entities["entity"].to_list() == list(ENTITIES)


def test_a_text_is_read_verbatim(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path, {ONE: VERBATIM})
    assert corpus.text(ONE) == VERBATIM
    assert corpus.texts().rows() == [(ONE, VERBATIM)]


def edited(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:6])


@pytest.mark.parametrize(
    ("harm", "message"),
    [(Path.unlink, "is missing"), (edited, "is not the text that"), (cut, "is not UTF-8 at byte 4")],
)
def test_a_text_that_is_not_the_one_taken_in_is_a_problem(
    tiny: Corpus, harm: Callable[[Path], None], message: str
) -> None:
    harm(tiny.text_path(ONE))
    for read in (lambda: tiny.text(ONE), tiny.texts):
        with pytest.raises(Problem, match=message) as problem:
            read()
        assert str(tiny.text_path(ONE)) in str(problem.value)


def test_a_text_that_the_articles_do_not_name_is_a_problem(tiny: Corpus) -> None:
    (tiny.seeds / "text" / "stray.txt").write_text("Found in the street.")
    with pytest.raises(Problem):
        tiny.text("stray")


def test_an_article_may_have_no_event(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path, {ONE: "a"}, {ONE: None})
    assert corpus.articles["event_id"].to_list() == [None]
    assert corpus.articles["text_sha256"].to_list() == [sha256(b"a")]


def test_entities_that_cannot_be_read_are_a_problem(tiny: Corpus) -> None:
    (tiny.seeds / "entities.jsonl").write_text("{")
    with pytest.raises(Problem, match=r"entities.jsonl cannot be read as the table Entities"):
        _ = tiny.entities


@pytest.mark.parametrize(
    ("name", "value"),
    [("text_sha256", "abc"), ("article_id", "a b"), ("published", "last week"), ("event_id", "a/b")],
)
def test_an_article_that_its_table_does_not_allow_is_a_problem_that_says_where(
    tiny: Corpus, name: str, value: str
) -> None:
    put_jsonl(tiny.seeds / "articles.jsonl", [article_row(TWO, ""), article_row(ONE, "") | {name: value}])
    with pytest.raises(Problem, match=f"articles.jsonl: {name} of .* is '{value}'"):
        _ = tiny.articles


def test_an_article_that_stands_twice_is_a_problem(tiny: Corpus) -> None:
    put_jsonl(tiny.seeds / "articles.jsonl", [article_row(ONE, ""), article_row(TWO, ""), article_row(ONE, "")])
    with pytest.raises(Problem, match=r"articles\.jsonl has one twice"):
        _ = tiny.articles


def test_a_folder_that_is_a_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "news").write_text("")
    with pytest.raises(Problem, match="news is not a folder"):
        open_corpus(tmp_path / "news")


def test_a_layer_without_a_task_is_none_unless_the_pull_found_something(tiny: Corpus) -> None:
    put_layer(tiny, {}, "r1/a1")
    put_layer(tiny, {"findings": [finding("several-submissions")]}, "r1/a2")
    assert tiny.layers() == ["r1/a2"]


def test_layers_are_found_at_any_depth_and_named_by_their_folder(tiny: Corpus) -> None:
    assert tiny.layers() == []
    for name in ("r2/a1", "gold", "r1/a2"):
        put_layer(tiny, valid_rows(), name)
    assert tiny.layers() == ["gold", "r1/a2", "r2/a1"]
    assert tiny.layer_path("r1/a2") == tiny.root / "annotations" / "r1" / "a2"


def test_an_article_is_found_by_its_id(tiny: Corpus) -> None:
    for article in tiny.articles["article_id"]:
        assert tiny.has(article)
        row = tiny.find(article)
        assert row and (row["article_id"], row["text_sha256"]) == (article, sha256(TEXTS[article].encode()))


@pytest.mark.parametrize("stranger", ["", "a", "zzz", ONE[:-1], f"{ONE}s", f"{ONE}\0", f"{ONE}é", "\ud800"])
def test_what_is_no_article_is_not_there(tiny: Corpus, stranger: str) -> None:
    assert not tiny.has(stranger)
    assert not tiny.articles.is_empty()


def test_the_pass_mark_of_practice_is_read_and_has_a_default(tmp_path: Path) -> None:
    settings(tmp_path, 'name = "x"')
    assert open_corpus(tmp_path).pass_mark == 0.8
    settings(tmp_path, "[practice]\npass = 1")
    assert open_corpus(tmp_path).pass_mark == 1


def test_settings_may_name_the_model_that_an_endpoint_is_asked_for(tmp_path: Path) -> None:
    assert open_corpus(settings(tmp_path, '[endpoint]\nmodel = "oak-7b"')).endpoint_model == "oak-7b"
    assert open_corpus(settings(tmp_path, "")).endpoint_model is None


@pytest.mark.parametrize(
    "text",
    [
        "endpoint = 5",
        "[endpoint]",
        "[endpoint]\nmodel = 5",
        '[endpoint]\nmodel = ""',
        '[endpoint]\nmodel = "a\\nb"',
        '[endpoint]\nmodel = "oak"\nkey = "secret"',
        '[endpoint]\nmodle = "oak"',
    ],
)
def test_settings_of_an_endpoint_that_mean_nothing_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Problem, match="endpoint"):
        open_corpus(settings(tmp_path, text))


@pytest.mark.parametrize("line", ["pass = 80", "pass = true", "pass = 'high'", "pass = nan"])
def test_a_pass_mark_that_is_none_is_refused(tmp_path: Path, line: str) -> None:
    settings(tmp_path, f"[practice]\n{line}")
    with pytest.raises(Problem, match=r"\[practice\] gives no F1"):
        open_corpus(tmp_path)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('licens = "x"', "'licens' means nothing in the file; did you mean licence?"),
        ('[paths]\nseed = "x"', r"'seed' means nothing in \[paths\]; did you mean seeds?"),
        ("[splits]\ntrian = 1", r"'trian' means nothing in \[splits\]; did you mean train?"),
        ('[intake.columns]\nurls = "x"', r"'urls' means nothing in \[intake.columns\]; did you mean url?"),
        ("[intake]\ncolums = 1", r"'colums' means nothing in \[intake\]; did you mean columns?"),
        ("[qqq]", "'qqq' means nothing in the file; take it out; the file may have format, name"),
    ],
)
def test_a_key_that_means_nothing_is_named_with_the_nearest_one(tmp_path: Path, lines: str, words: str) -> None:
    (tmp_path / "hedgerow.toml").write_text(lines, encoding="utf-8")
    with pytest.raises(Problem, match=words):
        open_corpus(tmp_path)


def test_the_columns_of_a_teams_tables_are_settings(tmp_path: Path) -> None:
    (tmp_path / "hedgerow.toml").write_text('[intake.columns]\ntext = "body"\n', encoding="utf-8")
    assert open_corpus(tmp_path).columns == {"text": "body"}


def test_every_column_of_an_article_but_its_hash_can_be_taken_in() -> None:
    assert {*COLUMN_FIELDS} == {*schema.columns(schema.Articles)} - {"text_sha256"} | {"text", "text_path"}
