"""Suggestions for the articles of a corpus, batch by batch, and the layer that keeps them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import polars as pl

from annotation.guidelines import version
from annotation.rounds.assistance import SCORES
from annotation.rounds.push import deals_path
from annotation.suggesting.combining import combine, combined_name
from annotation.suggesting.protocol import EventText, Suggestions, open_suggester
from annotation.suggesting.sound import SoundSuggestions, as_suggestions, keep_sound
from dataset import schema
from dataset.parallel import OrderedMap
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import JSONL, SUGGESTIONS, TABLES, Layer, sort_layer, table_path
from dataset.storage.address import Location
from dataset.storage.atomic import asides
from dataset.storage.tables import encoded, read_sound

BATCH: Final = 100
"""Articles that a suggester is given at once."""
ENDPOINT: Final = "endpoint"
"""The suggester whose model the corpus's settings name."""


@dataclass(frozen=True)
class SuggestedLayer:
    """A layer of suggestions and its scores, how many spans were suggested, and how many were dropped, by code."""

    layer: Layer
    scores: pl.DataFrame
    given: int
    dropped: Counter[str]


def articles_of(corpus: Corpus, round_name: str) -> list[str]:
    """The articles that were dealt in a round; all of the corpus, where none were.

    Raises:
        Problem: the deals cannot be read, or the corpus has no article.
    """
    deals = read_sound(deals_path(corpus, round_name), schema.Deals)
    dealt = deals["article_id"].unique().sort().to_list() if deals.height else corpus.articles["article_id"].to_list()
    articles = [article for article in dealt if corpus.has(article)]
    if not articles:
        raise Problem(f"{corpus.root} has no article for round {round_name}", "add some with `hedgerow intake`")
    return articles


def layer_name(round_name: str, suggester: str) -> str:
    """The name of a round's layer of suggestions, which is no annotator's."""
    return f"{round_name}/{SUGGESTIONS}/{suggester}"


def suggest(
    corpus: Corpus, round_name: str, wanted: Sequence[str], article_ids: Sequence[str], each: OrderedMap = map
) -> list[SuggestedLayer]:
    """What suggesters, named as `NAME` or `NAME:ARGUMENT`, suggest for articles: a layer of each, in their order.

    Where there are several, the last layer is that of all of them together. `each` maps over the batches.

    Raises:
        Problem: there is no such suggester, two have the same name, one cannot do its work, or a text cannot be read.
    """
    names = [suggester.partition(":")[0] for suggester in wanted]
    if twice := [name for at, name in enumerate(names) if name in names[:at]]:
        raise Problem(f"the suggester {twice[0]} is named twice, and has one layer", "run the command once for each")
    wanted = [_configured(corpus, suggester) for suggester in wanted]
    for suggester in wanted:
        open_suggester(suggester)
    batches = [list(article_ids[at : at + BATCH]) for at in range(0, len(article_ids), BATCH)]
    done = list(each(partial(suggest_batch, corpus, round_name, wanted), batches))
    if len(names) > 1:
        names.append(combined_name(names))
    return [_joined(layer_name(round_name, name), [parts[at] for parts in done]) for at, name in enumerate(names)]


def _configured(corpus: Corpus, suggester: str) -> str:
    """The suggester with what the corpus's settings say of it: the model that an endpoint is asked for."""
    return f"{ENDPOINT}:{corpus.endpoint_model}" if suggester == ENDPOINT and corpus.endpoint_model else suggester


def suggest_batch(
    corpus: Corpus, round_name: str, wanted: Sequence[str], article_ids: list[str]
) -> list[SoundSuggestions]:
    """What each suggester suggests for some articles, and all together, without what breaks a rule."""
    texts = [event_text(corpus, article) for article in article_ids]
    parts: dict[str, SoundSuggestions] = {}
    for suggester in wanted:
        name = suggester.partition(":")[0]
        parts[name] = keep_sound(round_name, name, version(), texts, open_suggester(suggester).suggest(texts))
    if len(parts) == 1:
        return [*parts.values()]
    return [*parts.values(), combine_sound(round_name, version(), texts, parts)]


def combine_sound(
    round_name: str, guidelines: str, texts: Sequence[EventText], parts: Mapping[str, SoundSuggestions]
) -> SoundSuggestions:
    """The sound suggestions of several suggesters for the same texts, by their names, as one."""
    by_article = {name: as_suggestions(sound) for name, sound in parts.items()}
    together = [
        combine({name: suggested.get(text.article_id, Suggestions()) for name, suggested in by_article.items()})
        for text in texts
    ]
    return keep_sound(round_name, combined_name([*parts]), guidelines, texts, together)


def event_text(corpus: Corpus, article: str) -> EventText:
    """An article of a corpus with the registry of its event.

    Raises:
        Problem: its text cannot be read.
    """
    row = corpus.by_id[article]
    registry = corpus.speakers.get(row["event_id"] or "", {})
    return EventText(article, corpus.text(article), row["text_sha256"], registry)


def _joined(name: str, parts: Sequence[SoundSuggestions]) -> SuggestedLayer:
    tables = {
        table: pl.concat([schema.empty(model), *(getattr(part.layer, table) for part in parts)])
        for table, model in TABLES.items()
    }
    scores = pl.concat([schema.empty(schema.SuggestionScores), *(part.scores for part in parts)])
    dropped = sum((part.dropped for part in parts), Counter[str]())
    return SuggestedLayer(sort_layer(Layer(name, **tables)), scores, sum(part.given for part in parts), dropped)


def write_suggestions(corpus: Corpus, suggested: SuggestedLayer) -> list[Location]:
    """Puts a layer of suggestions in the place of the round's last one by that suggester. Returns the files it wrote.

    All of it is written aside before anything is put in place.
    """
    folder = corpus.layer_path(suggested.layer.name)
    contents = {
        path: encoded(path, model, getattr(suggested.layer, table))
        for table, model in TABLES.items()
        for path in [table_path(folder, table, JSONL)]
    }
    contents[folder / SCORES] = encoded(folder / SCORES, schema.SuggestionScores, suggested.scores)
    with asides() as several:
        return [path for path, content in contents.items() if several.write(path, content)]
