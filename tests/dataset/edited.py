"""Versions of a drawn record: an older, edits of it, the newer that they make, and what a diff has to say of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hypothesis import strategies as st

from dataset.diffing.changes import Bump, Change
from dataset.published.build import build
from dataset.record.corpus import open_corpus
from dataset.scheme import vocabulary
from tests.dataset.drawn import records
from tests.dataset.tiny import BLANK, LAYER, SKIPPED, Row, Rows, article_row, link, place, put_corpus, put_layer, task

ChangeKey = tuple[str, str, str | None, str | None, str | None]
"""Table, kind, article, span (of a relation `from>to`) and column."""

IN_BOTH: Final = ("spans", "annotators")
ATTRIBUTE: Final = {"quote": "quote_form", "hedge": "hedge_kind", "number": "number_unit"}


@dataclass
class World:
    """A corpus and a layer of it."""

    texts: dict[str, str]
    rows: Rows
    splits: dict[str, str] = field(default_factory=dict)
    licences: dict[str, str] = field(default_factory=dict)
    licence: str = "cc-by-4.0"

    def build(self, folder: Path) -> Path:
        """Builds it into a folder within this one. Every article has an event of its own."""
        corpus = put_corpus(folder, self.texts, {article: f"of.{article}" for article in self.texts})
        known = [article_row(article, text, f"of.{article}") for article, text in self.texts.items()]
        lines = [json.dumps(row | {"licence": self.licences.get(row["article_id"])}) + "\n" for row in known]
        (corpus.seeds / "articles.jsonl").write_text("".join(lines), encoding="utf-8")
        splits = self.splits.items()
        rows = [json.dumps({"event_id": f"of.{article}", "split": split}) + "\n" for article, split in splits]
        corpus.splits.write_text("".join(rows), encoding="utf-8")
        settings = folder / "hedgerow.toml"
        settings.write_text(settings.read_text(encoding="utf-8").replace("cc-by-4.0", self.licence), encoding="utf-8")
        put_layer(corpus, self.rows)
        build(open_corpus(folder), LAYER, folder / "out", allow_errors=True)
        return folder / "out"


@dataclass
class Edits:
    """A version being edited: what the edits should be told as, and which articles and spans are taken."""

    world: World
    draw: st.DrawFn
    expected: set[ChangeKey] = field(default_factory=set)
    bump: Bump = Bump.NONE
    taken: set[str] = field(default_factory=set)

    def needs(self, bump: Bump, *keys: ChangeKey) -> None:
        self.bump = max(self.bump, bump)
        self.expected.update(keys)

    def span(self, *labels: str) -> Row | None:
        """A span of these labels that no edit had, in an article that none had."""
        rows = [row for row in self.world.rows["spans"] if row["label"] in labels and self._is_free(row)]
        if not rows:
            return None
        row: Row = self.draw(st.sampled_from(rows))
        self.taken.add(published(row))
        return row

    def _is_free(self, row: Row) -> bool:
        return not {published(row), row["article_id"]} & self.taken

    def article(self) -> str | None:
        """A published article that no edit had, nor any of its spans."""
        had = {published_id.partition(":")[0] for published_id in self.taken}
        names = [row["article_id"] for row in self.world.rows["tasks"] if row["article_id"] not in {*had, SKIPPED}]
        if len(names) < 2:
            return None
        name: str = self.draw(st.sampled_from(names))
        self.taken.add(name)
        return name


def published(row: Row) -> str:
    return f"{row['article_id']}:{row['span_id']}"


def change_key(change: Change) -> ChangeKey:
    span = f"{change.span_id}>{change.to_span}" if change.to_span else change.span_id
    return change.table, change.kind, change.article_id, span, change.column


def _cells(row: Row, *columns: str) -> list[ChangeKey]:
    return [(table, "changed", row["article_id"], published(row), name) for table in IN_BOTH for name in columns]


def _whole(row: Row, kind: str) -> list[ChangeKey]:
    return [(table, kind, row["article_id"], published(row), None) for table in IN_BOTH]


def _linked(row: Row, kind: str) -> ChangeKey:
    ends = f"{row['article_id']}:{row['from_span']}>{row['article_id']}:{row['to_span']}"
    return "relations", kind, row["article_id"], ends, row["type"]


# The edits


def change_an_attribute(edits: Edits) -> None:
    if row := edits.span(*ATTRIBUTE):
        column = ATTRIBUTE[row["label"]]
        row[column] = f"{row[column]}x"
        edits.needs(Bump.MAJOR, *_cells(row, column))


def name_another_speaker(edits: Edits) -> None:
    if row := edits.span("speaker"):
        row["speaker_entities"] = [*row["speaker_entities"], "Ann Bo"]
        kinds = ("spans", "changed", row["article_id"], published(row), "speaker_kinds")
        edits.needs(Bump.MAJOR, *_cells(row, "speaker_entities"), kinds)


def move_an_edge(edits: Edits) -> None:
    row = edits.span(*vocabulary.LABELS)
    if row and row["end"] - row["start"] > 1:
        row["end"] -= 1
        row["text"] = row["text"][:-1]
        edits.needs(Bump.MAJOR, *_cells(row, "end", "text"))


def change_a_label(edits: Edits) -> None:
    if row := edits.span("quote", "hedge"):
        row["label"] = "number"
        edits.needs(Bump.MAJOR, *_cells(row, "label"))


def give_another_id(edits: Edits) -> None:
    """The span is matched by overlap, and its links stay."""
    if row := edits.span(*vocabulary.LABELS):
        old, article = row["span_id"], row["article_id"]
        row["span_id"] = f"again.{old}"
        for relation in edits.world.rows["relations"]:
            for end in ("from_span", "to_span"):
                if (relation["article_id"], relation[end]) == (article, old):
                    relation[end] = row["span_id"]
        edits.taken.add(published(row))
        edits.needs(Bump.MAJOR, *_cells(row, "span_id"))


def delete_a_span(edits: Edits) -> None:
    if row := edits.span(*vocabulary.LABELS):
        edits.world.rows["spans"].remove(row)
        ends = [
            relation
            for relation in edits.world.rows["relations"]
            if relation["article_id"] == row["article_id"]
            and row["span_id"] in (relation["from_span"], relation["to_span"])
        ]
        for relation in ends:
            edits.world.rows["relations"].remove(relation)
            edits.taken |= _ends(relation)
        edits.needs(Bump.MAJOR, *_whole(row, "removed"), *(_linked(relation, "removed") for relation in ends))


def add_a_span(edits: Edits) -> None:
    article = edits.article()
    if article and edits.world.texts[article].strip():
        row = _new_span(edits.world, article)
        edits.needs(Bump.MAJOR, *_whole(row, "added"))


def _new_span(world: World, article: str) -> Row:
    text = world.texts[article]
    start = len(text) - len(text.lstrip())
    row = place("late", "hedge", start, start + 1, article, text=text[start], hedge_kind="modal")
    world.rows["spans"].append(row)
    return row


def delete_a_link(edits: Edits) -> None:
    rows = [row for row in edits.world.rows["relations"] if _is_free(edits, row)]
    if rows:
        row = edits.draw(st.sampled_from(rows))
        edits.world.rows["relations"].remove(row)
        edits.taken |= _ends(row)
        edits.needs(Bump.MAJOR, _linked(row, "removed"))


def derive_a_link(edits: Edits) -> None:
    rows = [row for row in edits.world.rows["relations"] if row["type"] == "hedges" and _is_free(edits, row)]
    if rows:
        row = edits.draw(st.sampled_from(rows))
        row["derived"] = not row["derived"]
        edits.taken |= _ends(row)
        edits.needs(Bump.MAJOR, _linked(row, "changed"))


def _is_free(edits: Edits, row: Row) -> bool:
    return not {row["article_id"], *_ends(row)} & edits.taken


def _ends(row: Row) -> set[str]:
    return {f"{row['article_id']}:{row[end]}" for end in ("from_span", "to_span")}


def add_a_link(edits: Edits) -> None:
    quote = edits.span("quote")
    speakers = [
        row
        for row in edits.world.rows["spans"]
        if quote
        and (row["article_id"], row["label"]) == (quote["article_id"], "speaker")
        and published(row) not in edits.taken
    ]
    if quote and speakers:
        row = link("said_by", quote["span_id"], edits.draw(st.sampled_from(speakers))["span_id"], quote["article_id"])
        if row not in edits.world.rows["relations"]:
            edits.world.rows["relations"].append(row)
            edits.taken |= _ends(row)
            edits.needs(Bump.MAJOR, _linked(row, "added"))


def add_an_article(edits: Edits) -> None:
    if "later" in edits.world.texts:
        return
    edits.world.texts["later"] = "Some came."
    edits.world.rows["tasks"].append(task("later"))
    edits.taken.add("later")
    span = _new_span(edits.world, "later")
    number = place("number", "number", 5, 9, "later", text="came") | BLANK
    edits.world.rows["spans"].append(number)
    drawn = link("hedges", "late", "number", "later", derived=True)
    edits.world.rows["relations"].append(drawn)
    article = ("articles", "added", "later", None, None)
    edits.needs(Bump.MINOR, article, *_whole(span, "added"), *_whole(number, "added"), _linked(drawn, "added"))


def remove_an_article(edits: Edits) -> None:
    if article := edits.article():
        rows = edits.world.rows
        spans = [row for row in rows["spans"] if row["article_id"] == article]
        links = [row for row in rows["relations"] if row["article_id"] == article]
        for name in ("tasks", "spans", "relations"):
            rows[name] = [row for row in rows[name] if row["article_id"] != article]
        edits.needs(Bump.MAJOR, ("articles", "removed", article, None, None))
        edits.needs(Bump.MAJOR, *(key for row in spans for key in _whole(row, "removed")))
        edits.needs(Bump.MAJOR, *(_linked(row, "removed") for row in links))


def change_a_text(edits: Edits) -> None:
    if article := edits.article():
        edits.world.texts[article] += " More."
        edits.needs(Bump.MAJOR, *(("articles", "changed", article, None, name) for name in ("text", "text_sha256")))


def move_to_another_split(edits: Edits) -> None:
    if article := edits.article():
        edits.world.splits[article] = "test"
        edits.needs(Bump.MAJOR, ("articles", "changed", article, None, "split"), ("splits", "added", None, None, None))


def license_an_article(edits: Edits) -> None:
    if article := edits.article():
        edits.world.licences[article] = "CC-BY-4.0"
        edits.needs(Bump.MAJOR, ("articles", "changed", article, None, "licence"))


def license_otherwise(edits: Edits) -> None:
    edits.world.licence = "cc-by-nc-4.0"
    edits.needs(Bump.MAJOR, ("card", "changed", None, None, "license_name"))


EDITS: Final[tuple[Callable[[Edits], None], ...]] = (
    change_an_attribute,
    name_another_speaker,
    move_an_edge,
    change_a_label,
    give_another_id,
    delete_a_span,
    add_a_span,
    delete_a_link,
    derive_a_link,
    add_a_link,
    add_an_article,
    remove_an_article,
    change_a_text,
    move_to_another_split,
    license_an_article,
    license_otherwise,
)


@dataclass(frozen=True)
class Edited:
    """Two versions, what changed between them, and the bump that it needs."""

    old: World
    new: World
    expected: set[ChangeKey]
    bump: Bump


@st.composite
def edited(draw: st.DrawFn) -> Edited:
    """A drawn record and up to six edits of it, of which no two are of one span."""
    record = draw(records())
    old = World(record.texts, record.rows)
    edits = Edits(copy.deepcopy(old), draw)
    for edit in draw(st.lists(st.sampled_from(EDITS), max_size=6)):
        edit(edits)
    return Edited(old, edits.world, edits.expected, edits.bump)
