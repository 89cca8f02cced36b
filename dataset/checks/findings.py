"""What a check finds, and the catalogue of everything that can be found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Code:
    """A kind of finding. `example` shows something that gives it; `rule` is the scheme's rule that it breaks."""

    code: str
    severity: Severity
    title: str
    example: str
    rule: str | None = None


@dataclass(frozen=True)
class Finding:
    """Something that the record should not hold: where it is, and what it is, in words for the person who fixes it."""

    code: str
    layer: str
    article_id: str
    message: str
    span_id: str | None = None
    start: int | None = None
    end: int | None = None

    @property
    def severity(self) -> Severity:
        """`error` blocks a release, `warning` needs a look."""
        return CATALOGUE[self.code].severity

    @property
    def annotator(self) -> str:
        """Whose work it is about."""
        return self.layer.rpartition("/")[2]


_CODES: Final = (
    Code("unreadable-table", "error", "A table of the record cannot be read", "a line of spans.jsonl that is not JSON"),
    Code("missing-table", "error", "A layer lacks one of its files", "tasks.jsonl is there, spans.jsonl is not"),
    Code(
        "unsound-decision",
        "error",
        "Gold and its decisions do not fit together",
        "a span in gold/spans.jsonl that no row of gold/decisions.jsonl names",
    ),
    Code(
        "unsound-provenance",
        "error",
        "What the gold says an article rests on is not true",
        "a row of gold/provenance.jsonl about an article that the gold does not have",
    ),
    Code("unsound-entity", "error", "A row of entities.jsonl is not what the table allows", "kind `planet`"),
    Code(
        "speaks-for-unknown",
        "error",
        "An entity speaks for one that the registry of its event does not have",
        "speaks_for `Ukrane` where the registry has `Ukraine`",
    ),
    Code("speaks-for-itself", "error", "An entity speaks for itself", "entity `Ukraine`, speaks_for `Ukraine`"),
    Code(
        "speaks-for-circle",
        "error",
        "Entities speak for each other in a circle",
        "the ministry for the minister, the minister for the ministry",
    ),
    Code(
        "withdrawal-unfinished",
        "error",
        "An article that was withdrawn is still here",
        "`hedgerow withdraw` that was cut off before it removed the text",
    ),
    Code(
        "ids-differ-in-case",
        "error",
        "Two articles or layers have names that differ only in capitals",
        "the articles `Kyiv-1` and `kyiv-1`",
    ),
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
    Code("value-missing", "error", "A column that must be filled is empty", "a task without status"),
    Code("unreadable-number", "error", "A number's value cannot be read", "value `about 5`"),
    Code("bounds-differ", "error", "A number's bounds are not those of its value", "value `40`, low 5"),
    Code("foreign-row", "error", "A row belongs to another round or annotator", "a2's span in the folder of a1"),
    Code("duplicate-task", "error", "An article was ended twice", "two rows for one article in tasks.jsonl"),
    Code("duplicate-relation", "error", "The same link is there twice", "two rows with the same ends"),
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
    Code("unreadable-result", "error", "A raw result is not in Label Studio's form", "a result that is a number"),
    Code(
        "unreadable-task", "error", "Part of a raw task is not in Label Studio's form", "annotations that are a number"
    ),
    Code("unreadable-offsets", "error", "A region's offsets are not whole numbers", "start `12.5`"),
    Code(
        "unreadable-value",
        "error",
        "An attribute's raw value is not in Label Studio's form",
        "choices that are a number",
    ),
    Code("unreadable-relation", "error", "A raw relation lacks an end", "from_id null"),
    Code("region-without-id", "error", "A raw region has no id", "id missing"),
    Code("region-without-label", "error", "A raw region has no label", "attributes left after the label was taken off"),
    Code("several-labels", "error", "A raw region has several labels", "labels speaker and quote on one region"),
    Code("duplicate-region-id", "error", "Two raw regions share an id", "the same id in two label results"),
    Code(
        "offsets-disagree", "error", "A region's results are at different places", "its kind at 3:9, its label at 3:8"
    ),
    Code("unknown-control", "error", "A raw result of a control that the page does not have", "from_name `sentiment`"),
    Code("several-values", "error", "A single attribute holds several values", "form direct and mixed"),
    Code(
        "value-not-offered",
        "error",
        "A choice was made that the page did not offer",
        "“Ukraine” ticked where the task lists only “Russia”",
    ),
    Code(
        "surface-differs",
        "error",
        "A region's own words are not the article's at its offsets",
        "offsets 5:9 hold “said”, the region says “sa”",
    ),
    Code(
        "entity-not-registered",
        "error",
        "A speaker's entity is not in the registry of the event",
        "“Ukrane” where the registry has “Ukraine”",
    ),
    Code("e1-blank-at-edge", "error", "A span begins or ends with white space", "[ Kyiv] said …", "E1"),
    Code(
        "e1-punctuation-at-end",
        "error",
        "A span ends with a comma, semicolon or colon outside a quotation mark",
        "said [it was sorry,] then closed",
        "E1",
    ),
    Code(
        "e1-punctuation-at-start",
        "warning",
        "A span begins with punctuation that belongs to what is before it",
        "the mayor said[, it was late]",
        "E1",
    ),
    Code("e2-possessive", "warning", "A span ends with a possessive 's", "[the port's] warning", "E2"),
    Code("e4-overlap", "error", "Two spans of one label overlap", "[the mayor and [the police]] said …", "E4"),
    Code(
        "e4-duplicate-span", "error", "Two spans of one label share their offsets", "Kyiv marked twice as speaker", "E4"
    ),
    Code("e5-mid-word", "warning", "A span begins or ends inside a word", "[Adam Schif]f", "E5"),
    Code(
        "s3-relative-clause",
        "warning",
        "A relative clause or an aside with a participle is inside a speaker",
        "[The bank, which lost money], said …",
        "S3",
    ),
    Code("s3-trailing-comma", "error", "A speaker ends with a comma", "[The mayor,] citing costs, said …", "S3"),
    Code(
        "s8-speaker-without-quote",
        "error",
        "A speaker that no quote is linked to",
        "a name marked where nothing it says is marked",
        "S8",
    ),
    Code(
        "q1-quotation-marks",
        "warning",
        "Quotation marks of a direct or mixed quote are missing or unbalanced",
        "“[We will rebuild],” said the mayor",
        "Q1",
    ),
    Code(
        "q1-unlabelled-quotation",
        "warning",
        "A pair of quotation marks outside every quote, with more in it than a title or a word of distance",
        "“We lost,” the coach said, with no span on it",
        "Q1",
    ),
    Code(
        "q2-complementiser-left-out",
        "warning",
        "“that” or “whether” stands before an indirect or mixed quote, not in it",
        "It said that [the lake was full]",
        "Q2",
    ),
    Code(
        "q2-unlabelled-saying",
        "warning",
        "A verb of saying with a clause in a sentence without a quote",
        "The council said that it was late, with no span on it",
        "Q2",
    ),
    Code(
        "q3-no-quoted-words",
        "warning",
        "A mixed quote holds no quotation mark",
        "said [the offer was an insult], form mixed",
        "Q3",
    ),
    Code("q4-two-origins", "error", "A segment continues two quotes", "one segment, two `continues` links", "Q4"),
    Code(
        "q4-continues-later",
        "error",
        "A segment continues a quote that comes after it",
        "the first half continues the second",
        "Q4",
    ),
    Code("q4-cycle", "error", "Segments continue each other in a circle", "a → b and b → a", "Q4"),
    Code(
        "q4-segment-with-source",
        "error",
        "A segment that continues a quote has a speaker or a tick of its own",
        "“We lost,” … “but we learned.”, both linked to the coach",
        "Q4",
    ),
    Code(
        "q6-quote-within-quote",
        "error",
        "A quote lies within another quote",
        "said [the mayor promised [that no home will flood]]",
        "Q6",
    ),
    Code(
        "q9-no-source",
        "error",
        "A quote has neither a speaker nor the tick “source not named”",
        "[The dam will be repaired], it was announced",
        "Q9",
    ),
    Code(
        "q9-unnamed-with-speaker",
        "error",
        "A quote has a speaker and the tick “source not named”",
        "“We lost,” linked to the coach and ticked",
        "Q9",
    ),
    Code(
        "q10-page-furniture",
        "warning",
        "A span lies in page furniture",
        "Also read: [Bank] says it will cut jobs",
        "Q10",
    ),
    Code(
        "q12-no-quote",
        "warning",
        "What a noncommittal hedge holds back is not marked as a quote",
        "the bank [refused to confirm] the sale",
        "Q12",
    ),
    Code(
        "h3-cue-not-listed",
        "warning",
        "A hedge's words are not on the closed lists of H4 to H8",
        "the shop is [typically] shut",
        "H3",
    ),
    Code(
        "h3-kind-of-another-list",
        "error",
        "A hedge's kind is not that of the list that its words are on",
        "[may], kind evidential",
        "H3",
    ),
    Code(
        "h4-verb-of-saying",
        "warning",
        "A verb of saying or “according to” is marked as a hedge",
        "[according to] the owner",
        "H4",
    ),
    Code(
        "h4-no-clause",
        "warning",
        "“unclear” or “uncertain” is marked as a hedge, and no clause goes with it",
        "the end is [uncertain]",
        "H4",
    ),
    Code(
        "h9-unlabelled-cue",
        "warning",
        "A cue of the lists of H4 to H7 that no hedge covers",
        "the roof has reportedly leaked, with no span on it",
        "H9",
    ),
    Code("h10-two-targets", "error", "A hedge has two targets", "may → two quotes", "H10"),
    Code(
        "h10-other-target",
        "error",
        "A drawn link of a hedge contradicts the rule",
        "about → the quote, in “said [[about] [90] beds were free]”",
        "H10",
    ),
    Code("n1-counted-noun-inside", "warning", "What is counted is inside the number", "[14,000 grey seals]", "N1"),
    Code(
        "n1-unlabelled-digits",
        "warning",
        "Digits that no number covers, and that are not a date, time, year, ordinal, score or name",
        "with 40 boats, with no span on it",
        "N1",
    ),
    Code(
        "n1-unlabelled-number-word",
        "warning",
        "A number word that no number covers",
        "with three boats, with no span on it",
        "N1",
    ),
    Code("n2-approximator-inside", "warning", "An approximator is inside a number", "[at least 40] boats", "N2"),
    Code(
        "n4-value-differs",
        "error",
        "A number's value is not what its words say",
        "[thousands] of fans, value 1000",
        "N4",
    ),
    Code(
        "n5-date-or-ordinal",
        "warning",
        "A date, time, year, ordinal, score or part of a name is marked as a number",
        "in [2019], the [second] bus, G[7], won [2-1]",
        "N5",
    ),
    Code(
        "unsound-sorting",
        "error",
        "A row of tellings, contradictions, statements or event_tasks is not what the table allows",
        "degree `mostly`",
    ),
    Code(
        "telling-of-other-event",
        "error",
        "A telling is of an article that is not of its event",
        "a quote of another event's article",
    ),
    Code("telling-of-no-span", "error", "A telling is of a span that the gold lacks", "a quote that was taken out"),
    Code(
        "telling-of-wrong-span",
        "error",
        "A telling is of a span that is neither a quote's first segment nor a number",
        "a speaker, or the second half of “We lost,” … “but we learned.”",
    ),
    Code(
        "quote-without-telling",
        "error",
        "A quote of the gold tells nothing, in an event that has statements",
        "a quote that was added after the event was sorted",
    ),
    Code(
        "t4-two-statements",
        "error",
        "A span tells two statements wholly, two only partly, or more than two",
        "one quote, two rows with degree `whole`",
        "T4",
    ),
    Code(
        "unknown-statement",
        "error",
        "A telling or contradiction names a statement that is not there",
        "statement `s9`, the last being `s8`",
    ),
    Code(
        "statement-without-telling", "error", "A statement that nothing tells", "a statement whose quote was taken out"
    ),
    Code(
        "statement-of-quotes-and-numbers",
        "error",
        "A number tells a statement, or a quote tells a figure",
        "“12,000” among quotes that say that troops will come",
    ),
    Code(
        "t2-two-sources",
        "warning",
        "A statement is attributed to two sources that do not speak for each other",
        "one statement, attributed to the mayor and to the police",
        "T2",
    ),
    Code(
        "t5-contradicts-itself", "error", "A statement contradicts itself", "the same id in statement and against", "T5"
    ),
    Code(
        "t5-statement-and-figure",
        "error",
        "A statement contradicts a figure",
        "“no troops were sent” against “12,000”",
        "T5",
    ),
    Code("gist-too-long", "warning", "A gist has more than 30 words", "a gist of two sentences"),
    Code(
        "gist-copies-quote",
        "warning",
        "A gist is a quote's words, or shares eight or more in a row with it",
        "the words of a headline as gist",
    ),
    Code(
        "figure-of-two-units",
        "warning",
        "Numbers of one figure count different things",
        "12,000 troops and 500 officers",
    ),
    Code(
        "tellings-share-no-word",
        "warning",
        "What tells a statement in an article shares no content word with any other telling",
        "“the dam will hold” and “schools open on Monday”",
    ),
    Code(
        "stale-acknowledgement",
        "warning",
        "An acknowledgement no longer matches a warning",
        "the words at its place were changed",
    ),
)
CATALOGUE: Final[dict[str, Code]] = {code.code: code for code in _CODES}
_HEAD = """# What `hedgerow validate` finds

Made by `hedgerow validate --codes`. An `error` blocks a release; a `warning` needs a look, and can be acknowledged with
`hedgerow acknowledge`. A code begins with the id of the annotation rule that is broken, where there is one.

| code | severity | rule | what it is | for example |
| --- | --- | --- | --- | --- |
"""


def codes_page() -> str:
    """The catalogue as the page `CODES.md`, in Markdown."""
    return _HEAD + "".join(map(_line, CATALOGUE.values()))


def _line(code: Code) -> str:
    cells = [f"`{code.code}`", code.severity, code.rule or "", code.title, code.example]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
