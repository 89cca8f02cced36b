"""Corpora that tests make: a folder with settings, articles and texts."""

from __future__ import annotations

import shutil
from pathlib import Path

from dataset.record.corpus import Corpus, open_corpus
from dataset.schema import Articles, Entities, frame
from dataset.storage.atomic import sha256
from dataset.storage.tables import table_bytes

REPOSITORY = Path(__file__).resolve().parent.parent
EVENT = "bridge-2031"


def make_corpus(
    root: Path, texts: dict[str, str], entities: tuple[str, ...] = ("Port of Lomma", "Ilsa Brandt")
) -> Corpus:
    """A corpus of these texts by article_id, named after its folder and with its state folder inside."""
    (root / "seeds" / "text").mkdir(parents=True)
    (root / "hedgerow.toml").write_text(f'format = 1\nname = "{root.name}"\n', encoding="utf-8")
    rows = []
    for article, text in texts.items():
        content = text.encode()
        (root / "seeds" / "text" / f"{article}.txt").write_bytes(content)
        rows.append({"article_id": article, "event_id": EVENT, "text_sha256": sha256(content), "language": "en"})
    (root / "seeds" / "articles.jsonl").write_bytes(table_bytes(frame(Articles, rows)))
    known = [{"event_id": EVENT, "entity": name, "kind": "group", "aliases": []} for name in entities]
    (root / "seeds" / "entities.jsonl").write_bytes(table_bytes(frame(Entities, known)))
    return open_corpus(root)


def copy_of_the_seeds(root: Path) -> Corpus:
    """A corpus with the repository's articles and record."""
    shutil.copytree(REPOSITORY / "seeds", root / "seeds")
    shutil.copytree(REPOSITORY / "dataset" / "annotations", root / "annotations")
    (root / "hedgerow.toml").write_text(f'name = "{root.name}"\n', encoding="utf-8")
    return open_corpus(root)


def put_on_server(corpus: Corpus, state: Path, name: str) -> Corpus:
    """The corpus with a name of its own, on the running server that has this state."""
    (corpus.root / "hedgerow.toml").write_text(f'name = "{name}"\n', encoding="utf-8")
    shutil.rmtree(corpus.state, ignore_errors=True)
    corpus.state.symlink_to(state)
    return open_corpus(corpus.root)
