"""Label Studio's tasks as its JSON has them: as they are sent, and as a server lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired, TypedDict

from annotation.labelstudio.result import Result

JsonObject = Mapping[str, object]
"""An object that a server or an export holds, and that may hold anything."""


class Times(TypedDict):
    """When work was first and last submitted (UTC), and the seconds that it took; None where that is not known."""

    created_at: str | None
    updated_at: str | None
    seconds: float | None


class Ending(Times):
    """How and when work ended; the status is None where it cannot be read."""

    status: str | None


class TaskEnding(Ending):
    """How and when a task was ended, by which version of the guidelines."""

    guidelines_version: str | None


class FirstEnding(Times):
    """When work that was restored was really done, by which version of the guidelines."""

    guidelines_version: str | None


class RestoredNote(FirstEnding):
    """The same as a task remembers it, valid for as long as its result has this SHA-256."""

    result_sha256: str


class ReturnedNote(TypedDict):
    """When the work on a task that was returned had been submitted first and last by then, UTC."""

    created_at: str | None
    updated_at: str | None


class TaskMeta(TypedDict):
    """What Hedgerow notes at a task; of one to practise on, the result that was submitted first."""

    restored: NotRequired[RestoredNote]
    returned: NotRequired[ReturnedNote]
    asked_again: NotRequired[bool]
    first_submission: NotRequired[list[Result]]


class OfferedName(TypedDict):
    """A name that the page offers, with its key."""

    value: str
    hotkey: NotRequired[str]


Piece = tuple[str, bool]
"""Words of a cell, and whether they are what the annotators differ in."""


class CardRow(TypedDict):
    """A row of a question's table: what it is about, and a cell for each annotator."""

    name: str
    cells: list[list[Piece]]


class CardSpan(TypedDict):
    """A span of a question: the regions of its versions, why it is open, and the rows of its table."""

    label: str
    words: str
    reasons: list[str]
    regions: list[str]
    rows: list[CardRow]


class TakenVersion(TypedDict):
    """What one annotator has: the regions that are kept, each with the values of its controls, and their links."""

    kept: dict[str, dict[str, list[str]]]
    links: list[tuple[str, str]]


class Card(TypedDict):
    """A question: its spans, a version for each annotator, and the rules that may decide it, the likeliest first.

    `majority` are the columns whose version is preset, because more than half of the annotators have it; mostly none.
    """

    spans: list[CardSpan]
    versions: list[TakenVersion]
    rules: list[str]
    majority: list[int]


class AgreedSpan(TypedDict):
    """A span that all agree on, as it was opened, with its `values` by control.

    `linked` are the targets that all link it to, `perhaps` those that anybody does, each as the regions that it may be.
    """

    region: str
    label: str
    words: str
    values: dict[str, list[str]]
    linked: list[list[str]]
    perhaps: list[list[str]]


class Cards(TypedDict):
    """The questions of an article as the page lays them out.

    `titles` says what each rule is about, `rules` which a label has, and `missed` what nobody marked.
    """

    annotators: list[str]
    cards: list[Card]
    agreed: list[AgreedSpan]
    titles: dict[str, str]
    rules: dict[str, list[str]]
    missed: list[str]


class NamesData(TypedDict):
    """The names that a task offers, and their aliases, by name."""

    entities: list[OfferedName]
    aliases: dict[str, list[str]]


class SuggestedRegionData(TypedDict):
    """A suggested region: its place, its words, and the values of its controls."""

    id: str
    label: str
    start: int
    end: int
    text: str
    values: dict[str, list[str]]
    score: float
    pattern: str | None


class SuggestedData(TypedDict):
    """What a task was sent with: regions and the links between them, by id.

    `by` is the layer of suggestions, None where the task is in the share `without` them; `least` is the least score of
    a region.
    """

    by: str | None
    least: float
    without: float
    regions: list[SuggestedRegionData]
    links: list[tuple[str, str]]


class TaskData(NamesData):
    """The data of a task; `sheet_sha256`, `questions`, `stamps`, `summary` and `cards` are those of an adjudicator's.

    `title` is the article's headline, empty where none is known. `answers` to the annotator's questions, the
    `corrections` that are asked for and the `outcome` of adjudication are Markdown, empty where there are none.
    `practice` is true of an article to practise on, and `pass_mark` the F1 with which its annotator passes.
    `suggestions` are in the tasks of a round that shows some.
    """

    text: str
    title: str
    article_id: str
    text_sha256: str
    guidelines_version: str | None
    answers: str
    corrections: str
    outcome: str
    sheet_sha256: NotRequired[str]
    questions: NotRequired[list[list[str]]]
    stamps: NotRequired[dict[str, str]]
    summary: NotRequired[str]
    practice: NotRequired[bool]
    suggestions: NotRequired[SuggestedData]
    pass_mark: NotRequired[float]
    cards: NotRequired[Cards]


class DeskQuote(TypedDict):
    """A quote or number on the desk: its published id, what it is, who said it, and its words."""

    id: str
    kind: str
    who: str
    words: str


GivenKeys = tuple[str | None, str | None]
"""The keys of the statements that a quote or number tells wholly and partly."""


class DeskData(TypedDict):
    """The data of a task of the desk: `quotes` by key, and `near`, the likeliest keys of each, with a score.

    An adjudicator's has `disputes`: who put what where, by key. `given` is what stands sorted already, of an event that
    was sorted before: the keys of the statements that each quote or number tells wholly and partly, by its own key.
    """

    text: str
    event_id: str
    sheet_sha256: str
    guidelines_version: str
    quotes: dict[str, DeskQuote]
    near: dict[str, list[tuple[str, float]]]
    disputes: NotRequired[dict[str, str]]
    given: NotRequired[dict[str, GivenKeys]]


class SentPrediction(TypedDict):
    """The result that the page begins with."""

    model_version: str
    result: list[Result]


class SentAnnotation(TypedDict):
    """Work as it is sent with its task."""

    result: list[Result]
    was_cancelled: bool
    lead_time: float | None
    completed_by: int
    ground_truth: bool


class SentDeskTask(TypedDict):
    """A task of the desk as it is sent."""

    data: DeskData
    predictions: list[SentPrediction]


class SentTask(TypedDict):
    """A task of an article as it is sent."""

    data: TaskData
    predictions: NotRequired[list[SentPrediction]]
    meta: NotRequired[TaskMeta]
    annotations: NotRequired[list[SentAnnotation]]


class ListedAnnotation(TypedDict):
    """Work on a task as a server lists it, with the fields that it was asked for."""

    id: int
    result: NotRequired[list[Result]]
    was_cancelled: NotRequired[bool]
    completed_by: NotRequired[int]
    created_at: NotRequired[str]
    updated_at: NotRequired[str]
    lead_time: NotRequired[float | None]


class ListedTask(TypedDict):
    """A task as a server lists it, with the fields that it was asked for. Whoever reads one looks at what it holds."""

    id: int
    updated_at: NotRequired[str]
    data: NotRequired[TaskData]
    meta: NotRequired[TaskMeta]
    annotations: NotRequired[list[ListedAnnotation]]
    drafts: NotRequired[list[JsonObject]]
