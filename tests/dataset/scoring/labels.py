"""Gold and predictions made by hand or drawn, as scoring sees them."""

from __future__ import annotations

import polars as pl

from dataset import schema
from dataset.agreement.figures import Draws
from dataset.scoring.labelled import ARTICLE, LINK, SPAN, TELLING, LabelledArticles
from dataset.scoring.scored import PredictionScore, scored
from tests.dataset.agreement.compared import Spans

FEW = Draws(count=20)
Links = list[tuple[str, str, str]]


def labelled(
    articles: dict[str, Spans],
    links: Links | None = None,
    *,
    events: dict[str, str] | None = None,
    tellings: list[tuple[str, str, str, str]] | None = None,
    name: str = "the work",
    complete: bool = True,
) -> LabelledArticles:
    """Spans by article. `links` are of the article `one`; `tellings` are article, span, statement and degree."""
    known = [{"article_id": article, "event_id": (events or {}).get(article)} for article in articles]
    spans = [row | {"article_id": article, "text": None} for article, rows in articles.items() for row in rows]
    drawn = [dict(zip(LINK, ("one", *link), strict=True)) for link in links or []]
    return LabelledArticles(
        name=name,
        articles=pl.DataFrame(known, schema=ARTICLE),
        spans=schema.frame(schema.Predictions, spans).select(*SPAN),
        links=pl.DataFrame(drawn, schema=LINK),
        tellings=pl.DataFrame(tellings or [], schema=TELLING, orient="row"),
        complete=complete,
    )


def score_of(predicted: LabelledArticles, gold: LabelledArticles, draws: Draws = FEW) -> PredictionScore:
    return scored(predicted, gold, draws)
