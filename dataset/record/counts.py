"""What a layer holds in all: the counts that the card, README and datasheet quote, always made from the data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from dataset import schema
from dataset.record.corpus import Corpus
from dataset.record.layer import Layer, layer_ranges, read_layer, table_path
from dataset.scheme import vocabulary
from dataset.storage.article_ranges import batches


@dataclass(frozen=True)
class Summary:
    """Of a layer: how many articles were submitted, spans of each label, links of each type; by whom, by which rules.

    Summaries of article ranges add up.
    """

    name: str
    counts: dict[str, int]
    annotators: frozenset[str] = field(default_factory=frozenset)
    guidelines_versions: frozenset[str] = field(default_factory=frozenset)

    def __add__(self, summary: Summary) -> Summary:
        """Of both together."""
        return Summary(
            self.name,
            {name: count + summary.counts[name] for name, count in self.counts.items()},
            self.annotators | summary.annotators,
            self.guidelines_versions | summary.guidelines_versions,
        )

    @property
    def sentence(self) -> str:
        """The counts in words, without those that are zero: `5 articles, 49 speakers, …`."""
        return ", ".join(f"{count} {name}" for name, count in self.counts.items() if count)


def summary_of(layer: Layer) -> Summary:
    """The summary of a layer, or of an article range of one."""
    labels = {f"{label}s": layer.spans.filter(label=label).height for label in vocabulary.LABELS}
    links = {f"`{name}` links": layer.relations.filter(type=name).height for name in vocabulary.RELATIONS}
    articles = layer.tasks.filter(status="submitted").height
    return Summary(
        layer.name,
        {"articles": articles, **labels, **links},
        frozenset(layer.tasks["annotator"].drop_nulls()),
        frozenset(layer.tasks["guidelines_version"].drop_nulls()) - {""},
    )


def added_up(summaries: Iterable[Summary]) -> Summary:
    """The summary of all article ranges of a layer; there is at least one."""
    first, *rest = summaries
    return sum(rest, start=first)


def summary(corpus: Corpus, name: str, only: Collection[str] | None = None) -> Summary:
    """The summary of a layer of the record, or of its articles `only`, read range by range.

    Raises:
        Problem: a file cannot be read as its table.
    """
    folder = corpus.layer_path(name)
    layers = (read_layer(folder, name, article_range) for article_range in layer_ranges(folder))
    return added_up(summary_of(layer if only is None else layer.only([*only])) for layer in layers)


def submitted_articles(corpus: Corpus, name: str) -> Iterator[str]:
    """The ids of the articles that were submitted in a layer, in order.

    Raises:
        Problem: the table cannot be read.
    """
    folder = corpus.layer_path(name)
    for tasks in batches(table_path(folder, "tasks"), schema.Tasks, layer_ranges(folder)):
        yield from tasks.filter(status="submitted")["article_id"].drop_nulls().sort()
