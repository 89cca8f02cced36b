from __future__ import annotations

from pathlib import Path

import pytest

from dataset.intake.articles import ArticleMetadata
from dataset.intake.languages import other_language
from dataset.intake.sources import sources_of
from dataset.intake.taking_in import intake
from dataset.record.corpus import open_corpus
from tests.corpora import REPOSITORY, make_corpus

TEXTS = {
    "en": "The port authority said on Tuesday that the water had risen by two metres since the morning and that the "
    "ferry would not sail. About 3,000 people had to leave their homes.",
    "de": "Die Hafenbehörde teilte am Dienstag mit, dass das Wasser seit dem Morgen um zwei Meter gestiegen sei und "
    "die Fähre nicht fahren werde. Rund 3.000 Menschen mussten ihre Häuser verlassen.",
    "fr": "L'autorité portuaire a déclaré mardi que l'eau était montée de deux mètres depuis le matin et que le ferry "
    "ne partirait pas. Environ trois mille personnes ont dû quitter leurs maisons.",
    "nl": "De havenautoriteit zei dinsdag dat het water sinds de ochtend twee meter was gestegen en dat de veerboot "
    "niet zou varen. Ongeveer drieduizend mensen moesten hun huizen verlaten.",
}


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("declared", TEXTS)
def test_a_text_is_in_another_language_where_it_is_not_the_declared_one(language: str, declared: str) -> None:
    assert other_language(TEXTS[language], declared) == (None if language == declared else language)


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        (TEXTS["en"], "en-GB"),
        (TEXTS["de"], "de-Latn-CH"),
        (TEXTS["de"], "tlh"),  # of which the model knows nothing
        ("Es regnete.", "en"),
        ("Müller 12, Schmidt 34, García 55. " * 8, "en"),
    ],
)
def test_where_it_is_not_sure_nothing_is_said(text: str, declared: str) -> None:
    assert other_language(text, declared) is None


def test_varieties_of_a_language_are_not_told_apart() -> None:
    text = (
        "Havnemyndigheten sa tirsdag at vannet hadde steget to meter siden om morgenen, og at ferjen ikke ville gå. "
        "Rundt tre tusen mennesker måtte forlate hjemmene sine, og skolene holdt stengt. Ingen visste hvor lenge det "
        "ville vare før de kunne komme tilbake, opplyste politiet i byen."
    )
    assert other_language(text, "nb") is None
    assert other_language(text, "en") == "no"


def test_the_articles_of_this_repository_read_as_what_they_are() -> None:
    corpus = open_corpus(REPOSITORY)
    assert {other_language(corpus.text(article), "en") for article in corpus.by_id} == {None}


def test_another_language_is_warned_of_and_changes_nothing(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", {"one": "Rain."})
    (tmp_path / "a.txt").write_text(TEXTS["de"], encoding="utf-8")
    gathered = intake(corpus, sources_of([str(tmp_path / "a.txt")]), ArticleMetadata(language="en"))
    (warning,) = gathered.warnings
    assert "a reads as de, and is to be en" in warning
    assert open_corpus(corpus.root).by_id["a"]["language"] == "en"
