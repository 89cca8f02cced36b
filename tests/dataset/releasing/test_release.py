from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import mlcroissant
import pyarrow
import pytest
from huggingface_hub import metadata_load

from dataset import schema
from dataset.diffing.changes import Bump
from dataset.folder import manifest
from dataset.folder.tool import tool
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.provenance import provenance_path
from dataset.record.withdrawal import withdraw
from dataset.releasing.rehydration import rehydrate
from dataset.releasing.release import ReleasePlan, ReleaseResult, UnfitRelease, least_version, prepare, release
from tests.corpora import REPOSITORY
from tests.dataset.loading import files, load
from tests.dataset.release_setup import commit, git, next_version, plan_of, put_ready, put_repository
from tests.dataset.tiny import (
    EVENT,
    LAYER,
    ONE,
    TEXTS,
    TWO,
    put_corpus,
    put_jsonl,
    put_layer,
    rests_on,
    row_of,
    valid_rows,
)
from tests.serving import serving

OTHER_PYARROW = REPOSITORY / ".venv-pyarrow"
RELEASE = """
import sys
from pathlib import Path
from dataset.record.corpus import open_corpus
from dataset.releasing.rehydration import rehydrate
from dataset.releasing.release import ReleasePlan, release
corpus = open_corpus(Path(sys.argv[1]))
release(ReleasePlan(corpus, "1.0.0", "gold", corpus.root / "dist"))
"""


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> ReleaseResult:
    """1.0.0 of the tiny corpus; not to be changed."""
    return release(plan_of(put_ready(tmp_path_factory.mktemp("cut"))))


@pytest.fixture
def ready(tmp_path: Path) -> Corpus:
    return put_ready(tmp_path / "corpus")


def corpus_of(done: ReleaseResult) -> Corpus:
    return open_corpus(done.full.parent.parent)


def edit_span(corpus: Corpus, span_id: str, **changed: str) -> None:
    path = corpus.layer_path("gold") / "spans.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    row_of({"spans": rows}, span_id).update(changed)
    put_jsonl(path, rows)
    decisions = [json.loads(line) for line in corpus.decisions.read_text().splitlines()]
    for decided in decisions:
        if decided["gold_span"] == span_id and decided["outcome"] == "kept":
            decided.update(outcome="changed", rule="E3")
    put_jsonl(corpus.decisions, decisions)


# What a release holds


def test_a_release_holds_rows_pages_plots_and_what_proves_them(cut: ReleaseResult) -> None:
    pages = ["CHANGELOG.md", "DATASHEET.md", "MANIFEST.json", "README.md", "croissant.json", "near-duplicates.jsonl"]
    rows = [f"{config}/train-00000-of-00001.parquet" for config in schema.CONFIGS]
    assert sorted(files(cut.full)) == sorted([*pages, "plots/counts.svg", *rows])
    assert sorted(files(cut.withheld)) == sorted(set(files(cut.full)) - {"tokens/train-00000-of-00001.parquet"})


def test_both_variants_are_what_their_manifests_say(cut: ReleaseResult) -> None:
    for folder, variant in ((cut.full, "full"), (cut.withheld, "withheld")):
        known = manifest.require_whole(folder, contents=True)
        assert (known.version, known.variant, known.date) == ("1.0.0", variant, "2026-11-20")
        assert known.guidelines_versions == ["1"]
    assert manifest.read(cut.full).content == manifest.read(cut.withheld).content


def test_the_manifest_names_the_commit_and_stays_with_the_record(cut: ReleaseResult) -> None:
    corpus = corpus_of(cut)
    assert manifest.read(cut.full).commit == git(corpus.root, "rev-parse", "HEAD")
    assert cut.recorded == corpus.releases / "1.0.0.json"
    assert manifest.read_file(cut.recorded) == manifest.read(cut.full)


@pytest.mark.parametrize("config", schema.CONFIGS)
def test_every_config_loads_with_the_version(cut: ReleaseResult, config: str) -> None:
    rows = load(cut.full, config)
    assert rows.num_rows
    assert str(rows.info.version) == "1.0.0"
    if config != "tokens":
        assert load(cut.withheld, config).num_rows == rows.num_rows


def test_no_word_of_an_article_is_in_the_variant_withheld(cut: ReleaseResult) -> None:
    for config in manifest.kept_configs(cut.full):
        printed = json.dumps(load(cut.withheld, config).to_list(), ensure_ascii=False)
        assert "crossed" not in printed.replace(":crossed", "")
        assert "bridge" not in printed
    assert "crossed" in json.dumps(load(cut.full, "spans").to_list())
    pages = [content for name, content in files(cut.withheld).items() if not name.endswith(".parquet")]
    assert not any(words.encode() in page for page in pages for words in TEXTS[ONE].splitlines())


def test_the_card_says_version_variant_and_plots(cut: ReleaseResult) -> None:
    page, bare = ((folder / "README.md").read_text() for folder in (cut.full, cut.withheld))
    assert "Version 1.0.0, 2026-11-20" in page
    assert "This is the variant `full`" in page
    assert "This is the variant `withheld`" in bare
    assert "This is the variant `full`" not in bare
    assert "](plots/counts.svg)" in page
    assert (metadata_load(cut.full / "README.md") or {})["version"] == "1.0.0"
    configs = [config["config_name"] for config in (metadata_load(cut.withheld / "README.md") or {})["configs"]]
    assert configs == manifest.kept_configs(cut.full) == manifest.kept_configs(cut.withheld)


@pytest.mark.parametrize("variant", ["full", "withheld"])
def test_mlcroissant_loads_every_record_set(cut: ReleaseResult, variant: str) -> None:
    folder: Path = getattr(cut, variant)
    croissant = json.loads((folder / "croissant.json").read_text())
    assert "http://mlcommons.org/croissant/1.1" in croissant["conformsTo"]
    assert croissant["rai:dataAnnotationProtocol"].endswith("A person with a pencil.")
    dataset = mlcroissant.Dataset(str(folder / "croissant.json"))
    assert not dataset.metadata.issues.errors
    for record_set in croissant["recordSet"]:
        config = record_set["name"].removesuffix("-train")
        records, rows = list(dataset.records(record_set["@id"])), load(folder, config).to_list()
        assert len(records) == len(rows) > 0
        for record, row in zip(records, rows, strict=True):
            key = next(iter(row))  # of its article, or of its event
            assert as_text(record[f"{record_set['@id']}/{key}"]) == row[key]
            assert {name.split("/")[1] for name in record} == set(row)


@pytest.mark.parametrize("variant", ["full", "withheld"])
def test_the_lines_of_the_card_load_the_folder_that_it_lies_in(
    cut: ReleaseResult, variant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder: Path = getattr(cut, variant)
    (lines,) = python_in(folder / "README.md")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    names: dict[str, Any] = {}
    exec(lines, names)
    assert names["quotes"].to_list() == load(folder, "quotes").to_list()


def test_the_lines_of_the_card_load_nothing_else_where_the_release_is_not(
    cut: ReleaseResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lines,) = python_in(cut.full / "README.md")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "quotes.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="quotes"):
        exec(lines, {})


def python_in(page: Path) -> list[str]:
    """The blocks of Python on a page."""
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


# As a conference's checker gets it: the Croissant alone


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReleaseResult]:
    """A release of a corpus that names its repository, on a Hub that has the variant `withheld` of it."""
    web = tmp_path / "web"
    monkeypatch.setattr("mlcroissant._src.core.constants.DOWNLOAD_PATH", tmp_path / "downloads")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(web)))
    with serving(server):
        corpus = put_repository(tmp_path / "corpus")
        endpoint = f"http://127.0.0.1:{server.server_port}"
        place = f'[publication]\nrepository = "acme/tiny"\nendpoint = "{endpoint}"\n'
        settings = corpus.root / "hedgerow.toml"
        settings.write_text(f"{settings.read_text()}\n{place}")
        (corpus.root / "CITATION.cff").write_text("cff-version: 1.2.0\n")
        corpus = open_corpus(corpus.root)
        prepare(plan_of(corpus))
        commit(corpus)
        done = release(plan_of(corpus))
        shutil.copytree(done.withheld, web / "datasets" / "acme" / "tiny" / "resolve" / "v1.0.0")
        yield done


def test_a_croissant_that_is_handed_over_alone_loads_every_record_set_from_its_repository(
    published: ReleaseResult, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    croissant = json.loads((published.withheld / "croissant.json").read_text())
    monkeypatch.chdir(tmp_path)
    dataset = mlcroissant.Dataset(jsonld=croissant)
    assert not dataset.metadata.issues.errors
    for record_set in croissant["recordSet"]:
        config = record_set["name"].removesuffix("-train")
        assert len(list(dataset.records(record_set["@id"]))) == load(published.withheld, config).num_rows > 0


def test_the_croissant_of_the_variant_that_was_not_published_loads_nothing(published: ReleaseResult) -> None:
    dataset = mlcroissant.Dataset(jsonld=json.loads((published.full / "croissant.json").read_text()))
    with pytest.raises(Exception, match="Download"):
        list(dataset.records("spans-train"))


def test_a_release_names_its_repository_wherever_it_says_where_it_is(published: ReleaseResult) -> None:
    croissant = json.loads((published.full / "croissant.json").read_text())
    place = croissant["url"]
    assert place.endswith("/datasets/acme/tiny")
    assert croissant["citeAs"].endswith(f" {place}/tree/v1.0.0")
    facts = metadata_load(published.full / "README.md") or {}
    assert facts["license_link"] == f"{place}/blob/v1.0.0/README.md"
    assert f'url: "{place}/tree/v1.0.0"' in (corpus_of(published).root / "CITATION.cff").read_text()


def test_texts_go_back_into_a_release_that_names_its_repository(published: ReleaseResult, tmp_path: Path) -> None:
    rehydrate(published.withheld, corpus_of(published).seeds / "text", tmp_path / "again")
    assert files(tmp_path / "again") == files(published.full)


def test_a_croissant_loads_in_another_folder_by_the_lines_of_the_page(
    cut: ReleaseResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lines,) = (lines for lines in python_in(REPOSITORY / "dataset" / "README.md") if "mlcroissant" in lines)
    shutil.copytree(cut.full, tmp_path / "dist" / "2.0.0")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(lines, names)
    assert len(names["quotes"]) == load(cut.full, "quotes").num_rows


# The guidelines


def with_guidelines(corpus: Corpus, version: str) -> ReleaseResult:
    pages = {"start.md": "# Start here\n\nMark what was said.\n", "VERSION": f"{version}\n"}
    return release(replace(plan_of(corpus), guidelines=pages))


def test_a_release_holds_the_guidelines_in_both_variants_and_its_manifests_cover_them(
    ready: Corpus, tmp_path: Path
) -> None:
    done = with_guidelines(ready, "1")
    for folder in (done.full, done.withheld):
        assert files(folder / "guidelines").keys() == {"start.md", "VERSION"}
        assert {"guidelines/start.md", "guidelines/VERSION"} <= manifest.require_whole(folder).files.keys()
        assert load(folder, "quotes").num_rows
        assert "The guidelines are in the folder `guidelines`." in (folder / "README.md").read_text()
    rehydrate(done.withheld, ready.seeds / "text", tmp_path / "again")
    assert files(tmp_path / "again") == files(done.full)


def test_the_card_says_so_where_the_guidelines_are_not_those_that_the_labels_were_made_by(ready: Corpus) -> None:
    page = (with_guidelines(ready, "7").full / "README.md").read_text()
    assert "The folder `guidelines` has version 7 of them, by which none of these labels was made." in page
    assert "The guidelines are in the folder" not in page


def test_the_card_speaks_of_no_folder_of_guidelines_where_there_is_none(cut: ReleaseResult) -> None:
    assert not (cut.full / "guidelines").exists()
    assert "folder `guidelines`" not in (cut.full / "README.md").read_text()


# What it says of how the data came about


MINIMAL = (
    *("rai:dataLimitations", "rai:dataBiases", "rai:personalSensitiveInformation", "rai:dataUseCases"),
    *("rai:dataSocialImpact", "rai:hasSyntheticData", "prov:wasDerivedFrom", "prov:wasGeneratedBy"),
)


def test_croissant_has_every_minimal_field_and_says_where_the_datasheet_is_silent(cut: ReleaseResult) -> None:
    croissant = json.loads((cut.full / "croissant.json").read_text())
    assert set(MINIMAL) <= croissant.keys()
    assert croissant["rai:dataBiases"] == "The datasheet does not say."


def test_croissant_says_whether_programs_made_the_labels(cut: ReleaseResult, ready: Corpus) -> None:
    by_people = json.loads((cut.full / "croissant.json").read_text())
    assert by_people["rai:hasSyntheticData"] is False
    settings = ready.root / "hedgerow.toml"
    settings.write_text(settings.read_text().replace("expert-generated", "machine-generated"))
    commit(ready)
    by_machine = json.loads((release(plan_of(open_corpus(ready.root))).full / "croissant.json").read_text())
    assert by_machine["rai:hasSyntheticData"] is True
    (described,) = (
        made["description"] for made in by_machine["prov:wasGeneratedBy"] if made["prov:label"].endswith(" a1")
    )
    assert described.startswith("machine-generated: ")
    assert "The model, version and settings were not recorded." in described


def test_croissant_says_that_the_texts_have_licences_of_their_own(cut: ReleaseResult) -> None:
    croissant = json.loads((cut.full / "croissant.json").read_text())
    assert "column `licence` of the config `articles`" in croissant["copyrightNotice"]
    assert "articles-train/licence" in [field["@id"] for field in croissant["recordSet"][0]["field"]]


def test_croissant_says_what_its_licence_covers(cut: ReleaseResult) -> None:
    licence = json.loads((cut.full / "croissant.json").read_text())["license"]
    assert licence["url"] == "https://spdx.org/licenses/CC-BY-4.0.html"
    assert "for the annotations" in licence["name"]


def test_an_answer_in_croissant_comes_with_its_question(cut: ReleaseResult) -> None:
    croissant = json.loads((cut.full / "croissant.json").read_text())
    assert "?" in croissant["rai:dataAnnotationProtocol"]


def as_text(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value


def test_croissant_gives_the_rows_within_rows(cut: ReleaseResult) -> None:
    dataset = mlcroissant.Dataset(str(cut.full / "croissant.json"))
    (record, *_) = dataset.records("quotes-train")
    speakers = [as_text(part["quotes-train/speakers/span_id"]) for part in record["quotes-train/speakers"]]
    assert speakers == [part["span_id"] for part in load(cut.full, "quotes")[0]["speakers"]] == ["one:kyiv"]


def test_an_altered_file_does_not_load_as_croissant(cut: ReleaseResult, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(cut.full, tmp_path / "copy"))
    path = folder / "spans" / "train-00000-of-00001.parquet"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b" ")
    dataset = mlcroissant.Dataset(str(folder / "croissant.json"))
    with pytest.raises(Exception, match="Download"):
        list(dataset.records("spans-train"))


# The same commit gives the same release


def released_apart(corpus: Path, seed: str, *, path: str = "", optimised: str = "") -> manifest.Manifest:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{path}:{REPOSITORY}", "TZ": "Asia/Tokyo"}
    environment |= {"PYTHONOPTIMIZE": optimised}
    done = subprocess.run([sys.executable, "-c", RELEASE, str(corpus)], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return manifest.read(corpus / "dist" / "1.0.0")


def test_a_fresh_checkout_gives_the_same_bytes_by_the_same_code_though_python_drops_docstrings(
    cut: ReleaseResult, tmp_path: Path
) -> None:
    named = manifest.read(cut.full).commit
    for seed, optimised in (("1", "1"), ("2", "2")):  # as by `python -O` and `python -OO`
        fresh = tmp_path / f"checkout{seed}"
        git(corpus_of(cut).root, "worktree", "add", "--quiet", "--detach", str(fresh), named)
        released_apart(fresh, seed, optimised=optimised)
        assert files(fresh / "dist" / "1.0.0") == files(cut.full)
        assert files(fresh / "dist" / "1.0.0-withheld") == files(cut.withheld)
        git(corpus_of(cut).root, "worktree", "remove", "--force", str(fresh))


def test_another_pyarrow_gives_the_same_content_hashes(cut: ReleaseResult, tmp_path: Path) -> None:
    assert OTHER_PYARROW.exists(), "make pyarrow"
    fresh = tmp_path / "checkout"
    git(corpus_of(cut).root, "clone", "--quiet", str(corpus_of(cut).root), str(fresh))
    rebuilt = released_apart(fresh, "3", path=str(OTHER_PYARROW))
    assert rebuilt.written_by["pyarrow"] != pyarrow.__version__
    assert rebuilt.content == manifest.read(cut.full).content
    spans = "spans/train-00000-of-00001.parquet"
    assert rebuilt.files[spans] != manifest.read(cut.full).files[spans]


def test_the_manifest_names_the_code_that_wrote_it(cut: ReleaseResult) -> None:
    assert manifest.read(cut.full).tool == manifest.read(cut.withheld).tool == tool()


# It is made from what git has


def test_nothing_enters_that_the_commit_does_not_have(cut: ReleaseResult, ready: Corpus, tmp_path: Path) -> None:
    """Ignored files, a blob put in another's place, attributes, filters, line ends: as the release without them."""
    own, ran, program = ready.root / ".git", tmp_path / "ran", tmp_path / "program"
    assert git(ready.root, "rev-parse", "HEAD") == manifest.read(cut.full).commit
    (own / "info" / "exclude").write_text("a3/\nstray.txt\n")
    shutil.copytree(ready.annotations / "r1" / "a2", ready.annotations / "r1" / "a3")
    (ready.seeds / "text" / "stray.txt").write_text("stray")
    program.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    program.chmod(0o755)
    for name in ("clean", "smudge", "process"):
        git(ready.root, "config", f"filter.x.{name}", str(program))
    (own / "info" / "attributes").write_text("* filter=x\n*.md export-subst eol=crlf\nseeds/** export-ignore\n")
    sheet = ready.root / "DATASHEET.md"
    (tmp_path / "other").write_text(sheet.read_text() + "\nIt is the best.\n")
    replacement = git(ready.root, "hash-object", "-w", "--no-filters", str(tmp_path / "other"))
    git(ready.root, "replace", git(ready.root, "rev-parse", "HEAD:DATASHEET.md"), replacement)
    ran.unlink(missing_ok=True)
    done = release(plan_of(open_corpus(ready.root)))
    assert files(done.full) == files(cut.full)
    assert files(done.withheld) == files(cut.withheld)
    assert not ran.exists()


def test_a_page_that_git_ignores_is_not_there(ready: Corpus) -> None:
    git(ready.root, "rm", "--cached", "--quiet", "DATASHEET.md")
    (ready.root / ".gitignore").write_text("dist/\nDATASHEET.md\n")
    commit(ready)
    with pytest.raises(Problem, match=r"has no DATASHEET\.md") as refused:
        release(plan_of(ready))
    assert f"{ready.root} has" in str(refused.value)
    assert not (ready.root / "dist").exists()


def test_settings_that_git_ignores_are_not_there(ready: Corpus) -> None:
    git(ready.root, "rm", "--cached", "--quiet", "hedgerow.toml")
    (ready.root / ".git" / "info" / "exclude").write_text("hedgerow.toml\n")
    commit(ready)
    with pytest.raises(Problem, match=r"git does not have .*hedgerow\.toml"):
        release(plan_of(ready))


@pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
def test_a_file_that_git_was_told_not_to_look_at_is_not_committed(ready: Corpus, mark: str) -> None:
    git(ready.root, "update-index", mark, "DATASHEET.md")
    (ready.root / "DATASHEET.md").write_text("# Datasheet\n")
    with pytest.raises(Problem, match=r"DATASHEET\.md is not committed"):
        release(plan_of(ready))


def test_a_corpus_in_a_folder_of_a_repository_is_released(cut: ReleaseResult, tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path / "repository" / "näws")
    for name, content in committed_files(corpus_of(cut).root).items():
        (corpus.root / name).parent.mkdir(parents=True, exist_ok=True)
        (corpus.root / name).write_bytes(content)
    git(corpus.root.parent, "init", "--quiet")
    (corpus.root.parent / "beside.txt").write_text("x")
    commit(corpus)
    left = corpus.root / "releases" / ".1.0.0.json.abcdefgh.aside"
    left.parent.mkdir()
    left.write_text("{", encoding="utf-8")
    done = release(plan_of(corpus))
    assert manifest.read(done.full).content == manifest.read(cut.full).content
    assert not left.exists()
    commit(corpus)
    (corpus.root / "notes.txt").write_text("x")
    with pytest.raises(Problem, match=r"^notes\.txt is not committed"):
        release(plan_of(corpus, "1.0.1"))


def committed_files(root: Path) -> dict[str, bytes]:
    return {name: (root / name).read_bytes() for name in git(root, "ls-files").splitlines()}


def test_a_corpus_whose_settings_give_it_no_name_is_refused(ready: Corpus) -> None:
    path = ready.root / "hedgerow.toml"
    path.write_text(path.read_text().replace('name = "tiny"\n', ""))
    commit(ready)
    with pytest.raises(Problem, match="gives the corpus no name"):
        release(plan_of(open_corpus(ready.root)))


def test_a_link_that_was_committed_is_not_followed(ready: Corpus) -> None:
    (ready.root / "DATASHEET.md").rename(ready.root.parent / "credentials")
    (ready.root / "DATASHEET.md").symlink_to("../credentials")
    commit(ready)
    with pytest.raises(Problem, match="leads out of the corpus"):
        release(plan_of(ready))
    assert not (ready.root / "dist").exists()


def test_annotators_accounts_are_looked_for_though_git_does_not_have_them(ready: Corpus) -> None:
    (ready.root / "annotators.toml").write_text('a1 = "A person with a pencil"\n')
    with pytest.raises(UnfitRelease, match="annotator-named"):
        release(plan_of(ready))


def test_the_record_keeps_the_manifests_of_both_variants(cut: ReleaseResult) -> None:
    for folder, name in ((cut.full, "1.0.0.json"), (cut.withheld, "1.0.0-withheld.json")):
        assert (cut.recorded.parent / name).read_bytes() == (folder / "MANIFEST.json").read_bytes()


def test_the_card_shows_the_digest_of_the_rows(cut: ReleaseResult) -> None:
    shown = manifest.rows_digest(manifest.read(cut.full).content)
    for folder in (cut.full, cut.withheld):
        assert f"`{shown}`" in (folder / "README.md").read_text()


# A release is never altered


def test_a_version_that_was_released_is_refused(cut: ReleaseResult) -> None:
    before = files(cut.full)
    with pytest.raises(Problem, match=r"1\.0\.0 was released already"):
        release(plan_of(corpus_of(cut)))
    assert files(cut.full) == before


def test_the_files_of_a_release_are_for_reading_only(cut: ReleaseResult) -> None:
    assert {path.stat().st_mode & 0o222 for path in cut.full.rglob("*") if path.is_file()} == {0}


def test_a_release_that_was_cut_off_is_taken_up(ready: Corpus) -> None:
    done = release(plan_of(ready))
    before = files(done.full)
    done.recorded.unlink()
    shutil.rmtree(done.withheld)
    again = release(plan_of(ready))
    assert again == done
    assert files(done.full) == before
    assert manifest.verify(done.withheld) == []


def test_what_a_killed_command_wrote_aside_does_not_stand_in_the_way_of_a_release(ready: Corpus) -> None:
    left = ready.root / "releases" / ".1.0.0.json.abcdefgh.aside"
    left.parent.mkdir(exist_ok=True)
    left.write_text("{", encoding="utf-8")
    release(plan_of(ready))
    assert not left.exists()


def test_another_folder_in_its_place_is_refused(ready: Corpus) -> None:
    done = release(plan_of(ready))
    done.recorded.unlink()
    (done.full / "README.md").unlink()
    with pytest.raises(Problem, match="is there already and is another release"):
        release(plan_of(ready))


# What a release asks for


@pytest.mark.parametrize("version", ["1", "1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", "1.0.٣", ""])
def test_a_version_that_is_none_is_refused(ready: Corpus, version: str) -> None:
    with pytest.raises(Problem, match="is not a version"):
        release(plan_of(ready, version))


def test_an_uncommitted_change_is_refused(ready: Corpus) -> None:
    (ready.root / "notes.txt").write_text("x")
    with pytest.raises(Problem, match=r"notes\.txt is not committed"):
        release(plan_of(ready))


def test_a_corpus_outside_git_is_refused(ready: Corpus) -> None:
    shutil.rmtree(ready.root / ".git")
    with pytest.raises(Problem, match="commit the corpus with git"):
        release(plan_of(ready))


def test_a_corpus_that_was_not_prepared_is_refused(tmp_path: Path) -> None:
    corpus = put_repository(tmp_path / "corpus")
    with pytest.raises(Problem, match=r"crossing has no split .* `hedgerow release --prepare 1\.0\.0`"):
        release(plan_of(corpus))


def test_a_changelog_without_the_version_is_refused(ready: Corpus) -> None:
    with pytest.raises(Problem, match=r"no entry “## 2\.0\.0 - DATE”"):
        release(plan_of(ready, "2.0.0"))


def test_stale_figures_are_refused(ready: Corpus) -> None:
    page = ready.root / "DATASHEET.md"
    page.write_text(page.read_text().replace("2 articles", "3 articles"))
    commit(ready)
    with pytest.raises(Problem, match=r"the figures in DATASHEET\.md are not those of the data"):
        release(plan_of(ready))


@pytest.mark.parametrize("page", ["DATASHEET.md", "CHANGELOG.md"])
def test_a_page_that_is_missing_is_refused(ready: Corpus, page: str) -> None:
    (ready.root / page).unlink()
    commit(ready)
    with pytest.raises(Problem, match=f"has no {page}"):
        release(plan_of(ready))


def test_a_finding_is_refused(ready: Corpus) -> None:
    edit_span(ready, "may", hedge_kind="evidential")
    commit(ready)
    with pytest.raises(Problem, match="h3-kind-of-another-list in gold one"):
        release(plan_of(ready))
    assert not (ready.root / "dist").exists()


def test_an_article_without_an_event_blocks_a_release(ready: Corpus) -> None:
    path = ready.seeds / "articles.jsonl"
    path.write_text(path.read_text().replace(f'"event_id": "{EVENT}"', '"event_id": null', 1))
    commit(ready)
    with pytest.raises(Problem, match="one has no event"):
        release(plan_of(open_corpus(ready.root)))


def test_a_folder_that_fails_a_check_is_not_written(ready: Corpus) -> None:
    path = ready.root / "DATASHEET.md"
    path.write_text(path.read_text() + "\nTODO: who paid?\n")
    commit(ready)
    with pytest.raises(UnfitRelease, match="template-text") as unfit:
        release(plan_of(ready))
    assert {failed.code for failed in unfit.value.failed} == {"template-text"}
    assert not (ready.root / "dist").exists()
    assert not ready.releases.exists()


# Preparing


def test_preparing_writes_splits_changelog_and_figures(tmp_path: Path) -> None:
    corpus = put_repository(tmp_path / "corpus")
    changed = prepare(plan_of(corpus))
    assert sorted(path.name for path in changed) == ["CHANGELOG.md", "DATASHEET.md", "splits.jsonl"]
    assert "## Unreleased\n\n## 1.0.0 - 2026-11-20\n\n- Three" in (corpus.root / "CHANGELOG.md").read_text()
    assert "`gold`: 2 articles" in (corpus.root / "DATASHEET.md").read_text()
    assert prepare(plan_of(corpus)) == []


def test_preparing_brings_the_citation_to_the_version(tmp_path: Path) -> None:
    corpus = put_repository(tmp_path / "corpus")
    page = corpus.root / "CITATION.cff"
    page.write_text("cff-version: 1.2.0\nversion: 0.1.0\n")
    assert page in prepare(plan_of(corpus))
    assert page.read_text() == 'cff-version: 1.2.0\nversion: 1.0.0\ndate-released: "2026-11-20"\n'
    assert prepare(plan_of(corpus)) == []


@pytest.mark.parametrize("page", ["CHANGELOG.md", "DATASHEET.md"])
def test_a_preparation_that_lacks_a_page_changes_nothing(tmp_path: Path, page: str) -> None:
    corpus = put_repository(tmp_path / "corpus")
    (corpus.root / page).unlink()
    before = files(corpus.root)
    with pytest.raises(Problem, match=f"has no {page}"):
        prepare(plan_of(corpus))
    assert files(corpus.root) == before


def test_nothing_to_tell_of_cannot_be_prepared(tmp_path: Path) -> None:
    corpus = put_repository(tmp_path / "corpus")
    (corpus.root / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n")
    with pytest.raises(Problem, match="says nothing under"):
        prepare(plan_of(corpus))


# The next release


@pytest.fixture
def first(ready: Corpus) -> Corpus:
    """1.0.0 was released, and committed."""
    release(plan_of(ready))
    commit(ready)
    return ready


def test_a_corrected_label_needs_a_major_version(first: Corpus) -> None:
    shutil.copytree(first.root / "dist", first.root.parent / "kept")
    shutil.rmtree(first.root / "dist")
    edit_span(first, "seen", quote_form="mixed")
    plan = next_version(first, "1.1.0")
    shutil.copytree(first.root.parent / "kept", first.root / "dist")
    with pytest.raises(Problem, match=r"too small a step from 1\.0\.0: .*seen.* needs MAJOR; release 2\.0\.0"):
        release(plan)
    assert not (first.root / "dist" / "1.1.0").exists()
    prepare(plan_of(first, "2.0.0"))
    commit(first)
    assert release(plan_of(first, "2.0.0")).bump == Bump.MAJOR


def test_a_step_that_is_too_small_is_refused_before_anything_is_prepared(first: Corpus) -> None:
    edit_span(first, "seen", quote_form="mixed")
    page = first.root / "CHANGELOG.md"
    page.write_text(page.read_text().replace("## Unreleased\n", "## Unreleased\n\n- A label is corrected.\n", 1))
    before = {path: path.read_bytes() for path in (page, first.splits)}
    with pytest.raises(Problem, match=r"too small a step from 1\.0\.0: .*seen.* needs MAJOR; release 2\.0\.0"):
        prepare(plan_of(first, "1.1.0"))
    assert {path: path.read_bytes() for path in before} == before
    assert prepare(plan_of(first, "2.0.0"))


def test_a_corrected_label_is_released_as_a_major_version(first: Corpus) -> None:
    edit_span(first, "seen", quote_form="mixed")
    done = release(next_version(first, "2.0.0"))
    assert (done.previous, done.bump) == ("1.0.0", Bump.MAJOR)


def test_prose_is_released_as_a_patch(first: Corpus) -> None:
    path = first.root / "DATASHEET.md"
    path.write_text(path.read_text() + "\nNobody paid for it.\n")
    done = release(next_version(first, "1.0.1"))
    assert (done.previous, done.bump) == ("1.0.0", Bump.PATCH)


def test_a_lower_version_is_refused(first: Corpus) -> None:
    with pytest.raises(Problem, match=r"0\.9\.0 is older than the last release, 1\.0\.0"):
        release(plan_of(first, "0.9.0"))


def test_a_last_release_that_is_gone_is_asked_for(first: Corpus) -> None:
    plan = next_version(first, "1.0.1")
    kept = Path(shutil.copytree(first.root / "dist" / "1.0.0-withheld", first.root.parent / "kept"))
    shutil.rmtree(first.root / "dist")
    with pytest.raises(Problem, match=r"the last release, 1\.0\.0, is not in .*--last DIR"):
        release(plan)
    assert release(ReleasePlan(first, "1.0.1", "gold", first.root / "dist", kept)).previous == "1.0.0"


def test_an_altered_last_release_is_refused(first: Corpus) -> None:
    plan = next_version(first, "1.0.1")
    (first.root / "dist" / "1.0.0" / "README.md").unlink()
    with pytest.raises(Problem, match=r"README\.md is missing"):
        release(plan)


def test_a_withdrawn_article_is_named_by_its_id_and_needs_a_major_version(first: Corpus) -> None:
    withdraw(first, TWO, "its publisher asked for it")
    done = release(next_version(open_corpus(first.root), "2.0.0"))
    assert done.bump == Bump.MAJOR
    page = (done.full / "README.md").read_text()
    assert f"These articles were taken out: `{TWO}`." in page
    assert "publisher asked" not in page
    assert load(done.full, "articles")["article_id"] == [ONE]


@pytest.mark.parametrize(
    ("bump", "least"),
    [(Bump.NONE, (1, 2, 4)), (Bump.PATCH, (1, 2, 4)), (Bump.MINOR, (1, 3, 0)), (Bump.MAJOR, (2, 0, 0))],
)
def test_the_least_version_follows_the_bump(bump: Bump, least: tuple[int, ...]) -> None:
    assert least_version("1.2.3", bump) == least


def test_another_layer_can_be_released(tmp_path: Path) -> None:
    corpus = put_repository(tmp_path / "corpus")
    put_layer(corpus, valid_rows())
    prepare(plan_of(corpus, layer=LAYER))
    commit(corpus)
    done = release(plan_of(corpus, layer=LAYER))
    assert "one unadjudicated pass" in (done.full / "README.md").read_text()


def test_a_release_with_an_error_in_an_annotators_layer_is_refused(ready: Corpus) -> None:
    spans = ready.layer_path("r1/a2") / "spans.jsonl"
    spans.write_text(spans.read_text(encoding="utf-8").replace('["Ann Bo"]', '["Narnia"]', 1), encoding="utf-8")
    commit(ready)
    with pytest.raises(Problem, match=r"the record has open findings \(2\)"):  # the entity, and that it was “kept”
        release(plan_of(ready))


def test_an_annotators_sorting_stops_a_release_only_if_it_cannot_be_read(ready: Corpus) -> None:
    tellings = put_jsonl(ready.layer_path("e1/a1") / "tellings.jsonl", [])
    tellings.write_bytes(b"{\n")
    commit(ready)
    with pytest.raises(Problem, match="the first: unreadable-table in e1/a1"):
        release(plan_of(ready))
    about = {"event_id": EVENT, "article_id": ONE, "span_id": "gone", "statement": f"{ONE}:gone", "degree": "whole"}
    put_jsonl(tellings, [about | {"round": "e1", "annotator": "a1"}])
    commit(ready)
    assert release(plan_of(ready)).full.is_dir()


# What nobody adjudicated


def test_a_release_without_what_nobody_adjudicated_says_so_in_both_variants(tmp_path: Path) -> None:
    corpus = put_repository(tmp_path / "corpus")
    rows = [rests_on(ONE, "a1", "a2", adjudicated=True), rests_on(TWO, "a1", adjudicated=False)]
    put_jsonl(provenance_path(corpus), rows)
    prepare(plan_of(corpus))
    commit(corpus)
    done = release(replace(plan_of(corpus), adjudicated_only=True))
    for folder in (done.full, done.withheld):
        assert manifest.require_whole(folder, contents=True).adjudicated_only
        assert load(folder, "articles")["article_id"] == [ONE]
        assert "only its adjudicated articles are here, and 1 is left out" in (folder / "README.md").read_text()
    texts = corpus.seeds / "text"
    assert rehydrate(done.withheld, texts, tmp_path / "again") == 1
    assert files(tmp_path / "again") == files(done.full)


def test_a_release_of_the_whole_gold_does_not(cut: ReleaseResult) -> None:
    assert not manifest.read(cut.full).adjudicated_only
    assert "left out" not in (cut.full / "README.md").read_text()
