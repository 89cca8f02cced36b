"""What the suggesters are worth on articles with a gold: precision and recall by label, and of each pattern.

The articles are written in the notation of the guidelines' examples, a file each; the gold of the worked article and of
the practice articles belongs to those that the suggesters were developed on.

    python -m tests.annotation.suggesting.measured              the figures of the held-out articles, as in the README
    python -m tests.annotation.suggesting.measured --write      writes them there, and the scores of all patterns
    python -m tests.annotation.suggesting.measured --mistakes   every mistake in the articles that were developed on
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from annotation.guidelines import section
from annotation.practice.material import practice_articles
from annotation.suggesting.combining import SCORES as COMBINED_SCORES
from annotation.suggesting.combining import all_scores
from annotation.suggesting.layers import combine_sound
from annotation.suggesting.parsed.suggester import SCORES as PARSED_SCORES
from annotation.suggesting.protocol import EventText, Suggester, Suggestions, open_suggester
from annotation.suggesting.rules.suggester import SCORES as RULES_SCORES
from annotation.suggesting.rules.suggester import scores_in
from annotation.suggesting.sound import as_suggestions, keep_sound
from dataset.scheme.vocabulary import ATTRIBUTES, LABELS
from tests.annotation.guidelines import notation
from tests.corpora import REPOSITORY

HERE: Final = Path(__file__).parent
DEVELOPMENT, HELD_OUT = HERE / "development", HERE / "held_out"
README: Final = REPOSITORY / "annotation" / "README.md"
LEAST: Final = 0.5
"""The overlap over union with which two spans are the same."""
Place = tuple[int, int]
_SCORED: Final = ("span_id", "pattern", "score")
BINS: Final = (0.0, 0.8, 0.9, 0.95)
"""The scores at which bins of the table of scores begin."""


class GoldSpan(NamedTuple):
    """A span of a gold; `speakers` are where a quote's speakers are."""

    label: str
    start: int
    end: int
    attributes: Mapping[str, Any]
    speakers: tuple[Place, ...]


class GoldArticle(NamedTuple):
    """A text and its gold."""

    article_id: str
    text: str
    spans: list[GoldSpan]


@dataclass
class Measured:
    """Counts over some articles, by label and by pattern: what is in the gold, was suggested, and was right.

    `exact` counts the right ones with the same offsets, `alike` those with all attributes equal. `asked` are quotes
    that were found and have a speaker on one side at least; of them, `answered` are linked to the right mention.
    `scored` has the score of each suggestion, and whether it was right.
    """

    gold: Counter[str] = field(default_factory=Counter)
    suggested: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    alike: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    answered: int = 0
    patterns: Counter[str] = field(default_factory=Counter)
    right_patterns: Counter[str] = field(default_factory=Counter)
    scored: list[tuple[float, bool]] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)

    def precision(self, label: str) -> float:
        return self.right[label] / self.suggested[label]

    def recall(self, label: str) -> float:
        return self.right[label] / self.gold[label]


def written(folder: Path) -> list[GoldArticle]:
    """The articles of a folder, which are written in the notation."""
    paths = sorted(folder.glob("*.txt"))
    return [_parsed(path.stem, path.read_text(encoding="utf-8").rstrip("\n")) for path in paths]


def developed_on() -> list[GoldArticle]:
    """The articles that the rules were developed on."""
    example = re.search(r"```text\n(.*?)\n```", section("worked-article"), re.DOTALL)
    assert example is not None
    return [*written(DEVELOPMENT), _parsed("worked", example[1]), *_practice()]


def _parsed(article: str, source: str) -> GoldArticle:
    example = notation.parse(source)
    spans = []
    for place, span in enumerate(example.spans):
        targets = [example.spans[end] for start, end in example.links if start == place]
        speakers = tuple((target.start, target.end) for target in targets if target.label == "speaker")
        spans.append(GoldSpan(span.label, span.start, span.end, span.attributes, speakers))
    return GoldArticle(article, example.text, spans)


def _practice() -> Iterator[GoldArticle]:
    for article in practice_articles().values():
        places = {span["span_id"]: (span["start"], span["end"]) for span in article.spans}
        said_by: dict[str, tuple[Place, ...]] = {}
        for link in article.relations:
            if link["type"] == "said_by":
                said_by[link["from_span"]] = (*said_by.get(link["from_span"], ()), places[link["to_span"]])
        spans = [
            GoldSpan(row["label"], row["start"], row["end"], row, said_by.get(row["span_id"], ()))
            for row in article.spans
        ]
        yield GoldArticle(article.article_id, article.text, spans)


def measure(suggester: Suggester, articles: Iterable[GoldArticle]) -> Measured:
    """Counts what a suggester finds in articles, without any registry, against their gold."""
    measured = Measured()
    for article in articles:
        text = EventText(article.article_id, article.text, "", {})
        sound = keep_sound("r1", "measured", "0", [text], suggester.suggest([text]))
        patterns = {span: (pattern, score) for span, pattern, score in sound.scores.select(*_SCORED).iter_rows()}
        places = {row["span_id"]: (row["start"], row["end"]) for row in sound.layer.spans.iter_rows(named=True)}
        links = sound.layer.relations.filter(type="said_by").select("from_span", "to_span").rows()
        for label in LABELS:
            rows = sound.layer.spans.filter(label=label).rows(named=True)
            _count(measured, article, label, rows, patterns, {a: places[b] for a, b in links})
    return measured


def _count(
    measured: Measured,
    article: GoldArticle,
    label: str,
    rows: list[dict[str, Any]],
    patterns: Mapping[str, tuple[str, float]],
    said_by: Mapping[str, Place],
) -> None:
    gold = [span for span in article.spans if span.label == label]
    measured.gold[label] += len(gold)
    measured.suggested[label] += len(rows)
    pairs = _matched(rows, gold)
    for row in rows:
        pattern, score = patterns[row["span_id"]]
        span = pairs.get(row["span_id"])
        measured.scored.append((score, span is not None))
        measured.patterns[pattern] += 1
        shown = f"{article.article_id} {pattern}: {row['text'][:70]!r}"
        if span is None:
            measured.mistakes.append(f"false {shown}")
            continue
        measured.right[label] += 1
        measured.right_patterns[pattern] += 1
        measured.exact[label] += (row["start"], row["end"]) == (span.start, span.end)
        different = [name for name in ATTRIBUTES[label] if (row[name] or None) != (span.attributes.get(name) or None)]
        measured.alike[label] += not different
        if different:
            measured.mistakes.append(f"attribute {shown} {[(row[n], span.attributes.get(n)) for n in different]}")
        if label == "quote" and (span.speakers or row["span_id"] in said_by):
            place = said_by.get(row["span_id"])
            right = place is not None and any(overlap(place, speaker) >= LEAST for speaker in span.speakers)
            measured.asked += 1
            measured.answered += right
            if not right:
                measured.mistakes.append(f"speaker {shown} {place and article.text[slice(*place)]!r}")
    matched = [id(span) for span in pairs.values()]
    measured.mistakes += [
        f"missed {article.article_id} {label}: {article.text[span.start : span.end][:70]!r}"
        for span in gold
        if id(span) not in matched
    ]


def _matched(rows: list[dict[str, Any]], gold: list[GoldSpan]) -> dict[str, GoldSpan]:
    """Each span with the gold's that it is; an overlap of at least a half belongs to one pair alone, but for a tie."""
    pairs: dict[str, GoldSpan] = {}
    taken = set[int]()
    for row in rows:
        near = [
            (overlap((row["start"], row["end"]), (span.start, span.end)), -number) for number, span in enumerate(gold)
        ]
        best, number = max(((share, number) for share, number in near if -number not in taken), default=(0.0, 0))
        if best >= LEAST:
            taken.add(-number)
            pairs[row["span_id"]] = gold[-number]
    return pairs


def overlap(first: Place, second: Place) -> float:
    """What two places share, over all that they cover."""
    shared = min(first[1], second[1]) - max(first[0], second[0])
    return max(shared, 0) / (first[1] - first[0] + second[1] - second[0] - max(shared, 0))


class Together:
    """Several suggesters as one, combined as `hedgerow suggest` does."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def suggest(self, texts: Sequence[EventText]) -> list[Suggestions]:
        parts = {name: keep_sound("r1", name, "0", texts, open_suggester(name).suggest(texts)) for name in self._names}
        sound = as_suggestions(combine_sound("r1", "0", texts, parts))
        return [sound[text.article_id] for text in texts]


SUGGESTERS: Final[dict[str, Callable[[], Suggester]]] = {
    "rules": lambda: open_suggester("rules"),
    "spacy": lambda: open_suggester("spacy"),
    "rules-spacy": lambda: Together(("rules", "spacy")),
}


def figures(by_suggester: Mapping[str, Measured]) -> str:
    """The figures of several suggesters on the same articles, as two Markdown tables and the headings they need."""
    return "\n".join([*_table(by_suggester), "", *_score_table(by_suggester)])


def _table(by_suggester: Mapping[str, Measured]) -> list[str]:
    names = [
        "suggester",
        "label",
        "in the gold",
        "precision",
        "recall",
        "same offsets",
        "same attributes",
        "right speaker",
    ]
    lines = [f"| {' | '.join(names)} |", "| --- " * len(names) + "|"]
    for name, measured in by_suggester.items():
        for label in LABELS:
            right = measured.right[label]
            shares = [measured.precision(label), measured.recall(label)]
            shares += [measured.exact[label] / right, measured.alike[label] / right]
            linked = _share(measured.answered / measured.asked) if label == "quote" else ""
            cells = [f"`{name}`", label, str(measured.gold[label]), *map(_share, shares), linked]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def _share(share: float) -> str:
    return f"{share:.2f}".removeprefix("0")


def _score_table(by_suggester: Mapping[str, Measured]) -> list[str]:
    """How many suggestions have a score in each bin, and which share of them was right."""
    lines = ["| suggester | score | suggestions | right |", "| --- " * 4 + "|"]
    for name, measured in by_suggester.items():
        for low, high in pairwise((*BINS, 1.01)):
            right = [is_right for score, is_right in measured.scored if low <= score < high]
            if right:
                bounds = f"{_share(low)} or more" if high > 1 else f"{_share(low)} to {_share(high)}"
                bounds = f"below {_share(high)}" if low == 0 else bounds
                lines.append(f"| `{name}` | {bounds} | {len(right)} | {_share(sum(right) / len(right))} |")
    return lines


def counts(measured: Measured) -> str:
    """How often each pattern was right and was tried, as a file of scores holds it."""
    return _written(_counted(measured), "")


def _counted(measured: Measured) -> dict[str, list[int]]:
    return {
        pattern: [measured.right_patterns[pattern], measured.patterns[pattern]] for pattern in sorted(measured.patterns)
    }


def _written(rows: Mapping[str, list[int]], indent: str) -> str:
    body = ",\n".join(f"{indent}  {json.dumps(pattern)}: {json.dumps(pair)}" for pattern, pair in rows.items())
    return f"{{\n{body}\n{indent}}}" + ("" if indent else "\n")


def combined_counts(measured: Mapping[str, Measured]) -> str:
    """The same for each combination of suggesters, by its name."""
    body = ",\n".join(f"  {json.dumps(name)}: {_written(_counted(part), '  ')}" for name, part in measured.items())
    return f"{{\n{body}\n}}\n"


def in_readme(readme: str, block: str) -> str:
    """The README with the figures in their place."""
    start, end = "<!-- figures: suggesters -->\n", "\n<!-- end of figures -->"
    before, _, rest = readme.partition(start)
    return before + start + block + end + rest.partition(end)[2]


def write() -> None:
    """Writes the scores of all patterns, and then the README's figures, which show them."""
    articles = developed_on()
    for name, path in {"rules": RULES_SCORES, "spacy": PARSED_SCORES}.items():
        path.write_text(counts(measure(SUGGESTERS[name](), articles)), encoding="utf-8")
        scores_in.cache_clear()
    together = {"rules-spacy": measure(SUGGESTERS["rules-spacy"](), articles)}
    COMBINED_SCORES.write_text(combined_counts(together), encoding="utf-8")
    all_scores.cache_clear()
    readme = README.read_text(encoding="utf-8")
    README.write_text(in_readme(readme, figures(held_out())), encoding="utf-8")


def held_out() -> dict[str, Measured]:
    """What each suggester does on the held-out articles."""
    return {name: measure(opened(), written(HELD_OUT)) for name, opened in SUGGESTERS.items()}


if __name__ == "__main__":
    if "--write" in sys.argv:
        write()
    elif "--mistakes" in sys.argv:
        developed = {name: measure(opened(), developed_on()) for name, opened in SUGGESTERS.items()}
        print(figures(developed))
        for name, measured in developed.items():
            print("\n".join([f"\n{name}", *measured.mistakes]))
    else:
        print(figures(held_out()))
