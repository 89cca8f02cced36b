"""What a check finds, and the catalogue of everything that can be found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Code:
    """A kind of finding. `example` shows something that gives it."""

    code: str
    severity: Severity
    title: str
    example: str


@dataclass(frozen=True)
class Finding:
    """Something that the record should not hold: where it is, and what it is, in words for the person who mends it."""

    code: str
    layer: str
    article_id: str
    message: str
    span_id: str | None = None
    start: int | None = None
    end: int | None = None

    @property
    def severity(self) -> Severity:
        """`error` forbids a release, `warning` wants a look."""
        return CATALOGUE[self.code].severity

    @property
    def annotator(self) -> str:
        """Whose work it is about."""
        return self.layer.rpartition("/")[2]


_CODES: Final = (
    Code("offsets-out-of-range", "error", "A span lies outside its article", "start -5, end 2000 in a text of 3"),
    Code("end-not-after-start", "error", "A span ends where it starts, or before", "start 7, end 7"),
    Code(
        "text-not-slice",
        "error",
        "A span's words are not the article's at its offsets",
        "“Kiev” where the article has “Kyiv”",
    ),
    Code("unknown-label", "error", "A span has a label that the scheme does not know", "label `nope`"),
    Code("missing-attribute", "error", "A span lacks an attribute of its label", "a hedge without kind"),
    Code("foreign-attribute", "error", "A span has an attribute of another label", "a speaker with a quote's form"),
    Code("value-not-allowed", "error", "A column holds a value that it does not allow", "quote_form `reported`"),
    Code("value-missing", "error", "A column is empty that may not be", "a task without status"),
    Code("overlap-within-label", "error", "Two spans of one label overlap (E4)", "speakers at 3:9 and 5:12"),
    Code("blank-at-edge", "error", "A span begins or ends with white space (E1)", "“ Kyiv”"),
    Code("unreadable-number", "error", "A number's value cannot be read", "value `about 5`"),
    Code("bounds-differ", "error", "A number's bounds are not those of its value", "value `40`, low 5"),
    Code("foreign-row", "error", "A row of another round or annotator", "a2's span in the folder of a1"),
    Code("duplicate-task", "error", "An article that ended twice", "two rows for one article in tasks.jsonl"),
    Code("duplicate-relation", "error", "The same link twice", "two rows with the same ends"),
    Code(
        "two-targets",
        "error",
        "A hedge with two targets (H10), or a segment that continues two quotes (Q4)",
        "may → two quotes",
    ),
    Code(
        "continues-later", "error", "A segment that continues a later quote (Q4)", "the first half continues the second"
    ),
    Code("duplicate-span-id", "error", "Two spans of an article share an id", "id `j1X1Ls6QyB` twice"),
    Code(
        "span-without-task",
        "error",
        "A span of an article that its annotator did not submit",
        "a span of a skipped article",
    ),
    Code("relation-end-missing", "error", "A link points to a span that is not there", "said_by → a deleted speaker"),
    Code("relation-wrong-types", "error", "A link joins labels that the scheme does not link", "speaker → number"),
    Code(
        "unknown-article", "error", "Work on an article that the corpus does not have", "task 12 without an article_id"
    ),
    Code(
        "article-text-unreadable",
        "error",
        "An article's text is missing or is not the one taken in",
        "an edited seeds/text file",
    ),
    Code("task-text-differs", "error", "A task's text is not the article's", "a task whose text was edited"),
    Code("several-submissions", "error", "An article was submitted more than once", "two annotations on one task"),
    Code("wrong-annotator", "error", "A task was submitted by another account", "a1's task, submitted by a2"),
    Code("unreadable-result", "error", "A raw result is not of Label Studio's form", "a result that is a number"),
    Code("unreadable-offsets", "error", "A region's offsets are not whole numbers", "start `12.5`"),
    Code(
        "unreadable-value",
        "error",
        "An attribute's raw value is not of Label Studio's form",
        "choices that are a number",
    ),
    Code("unreadable-relation", "error", "A raw relation lacks an end", "from_id null"),
    Code("region-without-id", "error", "A raw region has no id", "id missing"),
    Code("region-without-label", "error", "A raw region has no label", "attributes left after the label was taken off"),
    Code("several-labels", "error", "A raw region has several labels", "labels speaker and quote on one region"),
    Code("duplicate-region-id", "error", "Two raw regions share an id", "the same id in two label results"),
    Code(
        "offsets-disagree", "error", "A region's results stand at different places", "its kind at 3:9, its label at 3:8"
    ),
    Code("unknown-control", "error", "A raw result of a control that the page does not have", "from_name `sentiment`"),
    Code("several-values", "error", "A single attribute holds several values", "form direct and mixed"),
)
CATALOGUE: Final[dict[str, Code]] = {code.code: code for code in _CODES}
