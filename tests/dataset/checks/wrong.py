"""Articles with one fault against a rule each, and articles that keep it; for the checks of words and links.

A span is named by its words, which are its id, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tests.dataset.tiny import BLANK, Row, Rows, key, link, task

ARTICLE: Final = "article"


@dataclass(frozen=True)
class Work:
    """An article and what was labelled in it; `at` is the words that the finding is about."""

    text: str
    spans: tuple[Row, ...] = ()
    links: tuple[tuple[str, str, str], ...] = ()
    at: str = ""

    @property
    def rows(self) -> Rows:
        relations = [link(*ends, ARTICLE) for ends in self.links]
        return {"tasks": [task(ARTICLE)], "spans": [self._placed(span) for span in self.spans], "relations": relations}

    def _placed(self, span: Row) -> Row:
        start = self.text.index(span["text"], span.get("after", 0))
        place = {"start": start, "end": start + len(span["text"])}
        return (
            key(ARTICLE) | BLANK | {"span_id": span["text"]} | place | {k: v for k, v in span.items() if k != "after"}
        )


def speaker(words: str, *names: str, **more: Any) -> Row:
    return {"label": "speaker", "text": words, "speaker_entities": list(names or ("Ann Bo",)), **more}


def quote(words: str, form: str = "indirect", source: str = "unnamed", **more: Any) -> Row:
    return {"label": "quote", "text": words, "quote_form": form, "quote_source": source, **more}


def hedge(words: str, kind: str, **more: Any) -> Row:
    return {"label": "hedge", "text": words, "hedge_kind": kind, **more}


def number(words: str, value: str, kind: str = "count", **more: Any) -> Row:
    from dataset.scheme.vocabulary import value_bounds

    low, high = value_bounds(value) or (None, None)
    bounds = {"number_value": value, "number_low": low, "number_high": high}
    return {"label": "number", "text": words, "number_kind": kind, **bounds, **more}


def attributed(text: str, who: Row, what: Row, at: str = "", *more: Row) -> Work:
    """An article in which one speaker says one quote."""
    linked = what | {"quote_source": "linked"}
    return Work(text, (who, linked, *more), (("said_by", what["text"], who["text"]),), at or who["text"])


def counted(text: str, span: Row) -> Work:
    return Work(text, (span,), at=span["text"])


def cue(text: str, words: str, kind: str) -> Work:
    return Work(text, (hedge(words, kind),), at=words)


WRONG: Final[dict[str, list[Work]]] = {
    "e1-punctuation-at-end": [
        Work("The bank was sorry, it was announced.", (quote("The bank was sorry,"),), at="The bank was sorry,"),
        Work("They came: it was a list;", (quote("They came:"),), at="They came:"),
    ],
    "e1-punctuation-at-start": [
        Work("It was announced, the bank was sorry.", (quote(", the bank was sorry"),), at=", the bank was sorry"),
        Work("It was announced: the bank was sorry.", (quote(": the bank was sorry"),), at=": the bank was sorry"),
    ],
    "e2-possessive": [
        attributed("Kyiv's claim that it rained.", speaker("Kyiv's", "Ukraine"), quote("that it rained")),
        attributed("Kyiv’s claim that it rained.", speaker("Kyiv’s", "Ukraine"), quote("that it rained")),
        attributed("The rebels’ claim that it rained.", speaker("The rebels’"), quote("that it rained")),
    ],
    "e4-duplicate-span": [
        Work(
            "Kyiv said it rained.",
            (
                speaker("Kyiv", "Ukraine"),
                speaker("Kyiv", "Ukraine", span_id="again"),
                quote("it rained", source="linked"),
            ),
            (("said_by", "it rained", "Kyiv"), ("said_by", "it rained", "again")),
            at="Kyiv",
        )
    ],
    "e5-mid-word": [
        attributed("Adam Schiff said it rained.", speaker("Adam Schif"), quote("it rained")),
        attributed("The U.S. said it rained.", speaker("U.S"), quote("it rained")),
        attributed("Ann O'Brien said it rained.", speaker("Brien"), quote("it rained")),
        cue("It maybe rained.", "may", "modal"),
        counted("There were 12,000 boats.", number("000", "0")),
        counted("It is 5km away.", number("5", "5", "measure")),
        counted("It costs $3.5 million.", number("3.5 million", "3500000", "money")),
        counted("It is 60% full.", number("60", "60", "percent")),
    ],
    "entity-not-registered": [
        attributed("Kyiv said it rained.", speaker("Kyiv", "Ukrane"), quote("it rained")),
        attributed("Kyiv said it rained.", speaker("Kyiv", "Ukraine", "Nobody at all"), quote("it rained")),
    ],
    "s3-relative-clause": [
        attributed("Ann Bo, who was ill, said it rained.", speaker("Ann Bo, who was ill"), quote("it rained")),
        attributed("The bank which failed said it rained.", speaker("The bank which failed"), quote("it rained")),
        attributed("Ann Bo, citing costs, said it rained.", speaker("Ann Bo, citing costs"), quote("it rained")),
    ],
    "s3-trailing-comma": [attributed("Ann Bo, ill, said it rained.", speaker("Ann Bo,"), quote("it rained"))],
    "s8-speaker-without-quote": [Work("Ann Bo was ill.", (speaker("Ann Bo"),), at="Ann Bo")],
    "q1-quotation-marks": [
        attributed("It rained, said Ann Bo.", speaker("Ann Bo"), quote("It rained", "direct"), "It rained"),
        attributed("“It rained,” said Ann Bo.", speaker("Ann Bo"), quote("“It rained,", "direct"), "“It rained,"),
        attributed("'We can't,' said Ann Bo.", speaker("Ann Bo"), quote("'We can't,", "direct"), "'We can't,"),
        attributed(
            'She, Ann Bo, said it was "very bad".',
            speaker("Ann Bo"),
            quote('it was "very bad', "mixed"),
            'it was "very bad',
        ),
    ],
    "q2-complementiser-left-out": [
        attributed("Ann Bo said that it rained.", speaker("Ann Bo"), quote("it rained"), "it rained"),
        attributed(
            "Ann Bo denies whether “it” rained.", speaker("Ann Bo"), quote("“it” rained", "mixed"), "“it” rained"
        ),
    ],
    "q3-no-quoted-words": [
        attributed("Ann Bo said it rained.", speaker("Ann Bo"), quote("it rained", "mixed"), "it rained")
    ],
    "q4-segment-with-source": [
        Work(
            "“We lost,” Ann Bo said, “but we learned.”",
            (
                quote("“We lost,”", "direct", "linked"),
                speaker("Ann Bo"),
                quote("“but we learned.”", "direct", "linked"),
            ),
            (
                ("said_by", "“We lost,”", "Ann Bo"),
                ("said_by", "“but we learned.”", "Ann Bo"),
                ("continues", "“but we learned.”", "“We lost,”"),
            ),
            at="“but we learned.”",
        ),
        Work(
            "“We lost,” it was said, “but we learned.”",
            (quote("“We lost,”", "direct"), quote("“but we learned.”", "direct")),
            (("continues", "“but we learned.”", "“We lost,”"),),
            at="“but we learned.”",
        ),
    ],
    "q4-cycle": [
        Work(
            "“We lost,” it was said, “but we learned.”",
            (quote("“We lost,”", "direct", "linked"), quote("“but we learned.”", "direct", "linked")),
            (("continues", "“but we learned.”", "“We lost,”"), ("continues", "“We lost,”", "“but we learned.”")),
            at="“We lost,”",
        )
    ],
    "q6-quote-within-quote": [
        Work(
            "It was said the mayor promised that no home will flood.",
            (quote("the mayor promised that no home will flood"), quote("that no home will flood")),
            at="that no home will flood",
        )
    ],
    "q9-no-source": [Work("It rained, it was said.", (quote("It rained", source="linked"),), at="It rained")],
    "q9-unnamed-with-speaker": [
        Work(
            "It rained, said Ann Bo.",
            (quote("It rained"), speaker("Ann Bo")),
            (("said_by", "It rained", "Ann Bo"),),
            at="It rained",
        )
    ],
    "q10-page-furniture": [
        counted("It rained.\nAlso read: 40 men ran", number("40", "40")),
        counted("It rained.\n\nAdvertisment\n\nDisclaimer: all 40 claims are theirs.", number("40", "40")),
        counted("Kim and 40 men stand on a bridge (AFP file)", number("40", "40")),
    ],
    "h3-cue-not-listed": [
        cue("The sale is typically cheap.", "typically", "modal"),
        cue("It will evidently fail.", "evidently", "evidential"),
    ],
    "h3-kind-of-another-list": [
        cue("It may fail.", "may", "evidential"),
        cue("It appeared to fail.", "appeared", "modal"),
        cue("The bank did not confirm, it slept.", "did not confirm", "modal"),
    ],
    "q12-no-quote": [
        cue("The bank did not confirm the sale.", "did not confirm", "noncommittal"),
        cue("The owner stopped short of denying the leak.", "stopped short of denying", "noncommittal"),
        cue("The bank refused to confirm all sales.", "refused to confirm", "noncommittal"),
        cue("The bank has not confirmed the sale.", "has not confirmed", "noncommittal"),
        cue("The bank won’t deny the sale.", "won’t deny", "noncommittal"),
    ],
    "h4-no-clause": [
        cue("The end is uncertain. Who knows?", "uncertain", "evidential"),
        cue("Its unclear lines are old.", "unclear", "evidential"),
    ],
    "h4-verb-of-saying": [
        cue("The owner claimed a loss.", "claimed", "evidential"),
        cue("According to the owner, it rained.", "According to", "evidential"),
        Work(
            "It was alleged that all was lost.",
            (hedge("alleged", "evidential"), quote("that all was lost")),
            at="alleged",
        ),
    ],
    "h10-other-target": [
        Work(
            "It was said about 90 beds were free.",
            (quote("about 90 beds were free"), hedge("about", "approximator"), number("90", "90")),
            (("hedges", "about", "about 90 beds were free"),),
            at="about",
        ),
        Work(
            "The roof has reportedly leaked. It is old, it was said.",
            (hedge("reportedly", "evidential"), quote("It is old")),
            (("hedges", "reportedly", "It is old"),),
            at="reportedly",
        ),
    ],
    "n1-counted-noun-inside": [
        counted("There were 14,000 grey seals.", number("14,000 grey seals", "14000")),
        counted("There were dozens of seals.", number("dozens of seals", "12..")),
    ],
    "n2-approximator-inside": [
        counted("There were at least 40 boats.", number("at least 40", "40")),
        counted("There were some 40 boats.", number("some 40", "40")),
        counted("There were over 40 boats.", number("over 40", "40")),
    ],
    "n4-value-differs": [
        counted("There were thousands of fans.", number("thousands", "1000")),
        counted("There were 12,000 fans.", number("12,000", "12")),
        counted("There were twelve fans.", number("twelve", "10")),
        counted("It costs $3.5 million.", number("$3.5 million", "3.5", "money")),
        counted("It costs billions of dollars.", number("billions of dollars", "1000000000", "money")),
        counted("From 10,000 to 12,000 fans came.", number("10,000 to 12,000", "10000")),
        counted("It was half the boats.", number("half", "0.5")),
        counted("It was two-thirds of the boats.", number("two-thirds", "2")),
        counted("It was half a million boats.", number("half a million", "0.5")),
    ],
    "n5-date-or-ordinal": [
        counted("It rained in 2019.", number("2019", "2019")),
        counted("The second bus left.", number("second", "2")),
        counted("It rained on Oct. 25.", number("25", "25")),
        counted("It rained on 25 October.", number("25", "25")),
        counted("The G7 met.", number("7", "7")),
        counted("It left at 9:30.", number("9:30", "9")),
        counted("The Owls won 2-1.", number("2-1", "2")),
        counted("The 3rd bus left.", number("3rd", "3")),
    ],
}
"""By code: works that give this finding once, at the words `at`, and no other."""

MISSED: Final[dict[str, list[Work]]] = {
    "q1-unlabelled-quotation": [
        Work("“The dam is late.”", at="“The dam is late.”"),
        Work("The bank called it 'a miracle of the north'.", at="'a miracle of the north'"),
        Work("She said “No”.", at="“No”"),
        Work("“A Mess,” said Ann Bo.", at="“A Mess,”"),
        Work("It was “so bad”, wrote Ann Bo.", at="“so bad”"),
    ],
    "n1-unlabelled-digits": [
        Work("The coach bought 40 boats on Oct. 25, 2019.", at="40"),
        Work("A storm sank 3.5% of all boats.", at="3.5"),
        Work("Storm\n\nAbout 90 boat owners left.", (hedge("About", "approximator"),), at="90"),
        Work("A storm sank 3-5 boats.", at="5"),
        Work("Ann Bo, 34, left.", at="34"),
        Work("It was 38.8C in May.", at="38.8"),
        Work("A 34-year-old left.", at="34"),
    ],
    "n1-unlabelled-number-word": [
        Work("The coach bought three boats.", at="three"),
        Work("A storm sank thousands of boats in the first hour.", at="thousands"),
        Work("It rained. Three boats sank.", at="Three"),
        Work("“Dozens ran.", at="Dozens"),
        Work("Half the boats sank.", at="Half"),
        Work("It sank a third of the boats.", at="a third"),
        Work("It sank two-thirds of the boats.", at="two-thirds"),
        Work("It rained for half an hour.", at="half an hour"),
        Work("A storm sank 2.4 million boats.", (number("2.4", "2.4"),), at="million"),
    ],
    "h9-unlabelled-cue": [
        Work("The boat has reportedly sunk.", at="reportedly"),
        Work("The bank refused to deny a sale.", at="refused to deny"),
        Work("The alleged fraud was small.", at="alleged"),
        Work("It sank as early as Monday.", at="as early as"),
        Work("It sails as soon as October.", at="as soon as"),
        Work("The boat could sail on Monday.", at="could"),
        Work("A flood is possible.", at="possible"),
        Work("Perhaps it sank.", at="Perhaps"),
        Work("Storm\nAllegedly it sank.", at="Allegedly"),
        Work("About 40 boats sank.", (number("40", "40", number_unit="boats"),), at="About"),
        Work("It was late, I think.", at="I think"),
        Work("It probably sank.", at="probably"),
        Work("It is unlikely to rain.", at="unlikely"),
        Work("It mightn’t rain.", at="mightn’t"),
        Work("The bank won’t confirm a sale.", at="won’t confirm"),
        Work("The bank has not denied a sale.", at="has not denied"),
        Work("The bank could not confirm a sale.", at="could not confirm"),
        Work("Over 40 boats sank.", (number("40", "40", number_unit="boats"),), at="Over"),
        Work("Almost a dozen boats sank.", (number("a dozen", "12", number_unit="boats"),), at="Almost"),
    ],
    "q2-unlabelled-saying": [
        Work("The council said on Monday that it was late.", at="said on Monday that"),
        Work("The council warned it was late.", at="warned it"),
        Work("The letter states that it was late.", at="states that"),
    ],
}
"""By code: works in which nothing is labelled, and one thing is missed."""

RIGHT: Final[list[Work]] = [
    Work(""),
    Work("The “miracle” dam opened, and a 'miracle' it was. The film “The Long Way” won. “Nine Doors” is old."),
    Work("The folk ballad 'Songs from the Hill' is read as “a joke”."),
    Work("The train left at 1620 UTC, at 0400 local time and at half past four. A man in his 60s saw it."),
    Work("A Boeing 737 and a Falcon 9 flew over Channel 4, Category 2 and Platform 1. The G20 spoke of COVID-19."),
    Work("The Owls won 2-1 and 6-4, 3-6, 6-7 (5-7). The Owls lost 1-3. The council voted 79-18."),
    Work("We sail as soon as we can, and as soon as possible. They made it possible to sail."),
    Work("They could not do so. She could hear it. There were states that slept until they could leave."),
    Work(
        "Q: Is it late?\n\nA: It is late. It is sad.\n\nBO: We know.\n\nWe left.",
        (
            speaker("A", after=10),
            quote("It is late. It is sad.", "direct", "linked"),
            speaker("BO"),
            quote("We know.", "direct", "linked"),
            quote("We left.", "direct", "linked"),
        ),
        (
            ("said_by", "It is late. It is sad.", "A"),
            ("said_by", "We know.", "BO"),
            ("continues", "We left.", "We know."),
        ),
    ),
    Work("The Big Three met at the Seven Network in May. May was wet, said nobody."),
    Work(
        "Rain fell in May 2019, at 9:30 and on 25 October. The G7 met; one may not forget the 2nd day.",
        (hedge("may", "modal"),),
    ),
    attributed(
        "Ann Bo, head of the flood office, said it rained.",
        speaker("Ann Bo, head of the flood office"),
        quote("it rained"),
    ),
    attributed("Kyiv’s claim that it rained.", speaker("Kyiv", "Ukraine"), quote("that it rained")),
    attributed("“It rained,” said Ann Bo.", speaker("Ann Bo"), quote("“It rained,”", "direct")),
    attributed("'It can't rain,' said Ann Bo.", speaker("Ann Bo"), quote("'It can't rain,'", "direct")),
    attributed(
        '"It rained. ‘Cats’ fell," said Ann Bo.', speaker("Ann Bo"), quote('"It rained. ‘Cats’ fell,"', "direct")
    ),
    attributed("Ann Bo said it was “bad” and ‘sad’.", speaker("Ann Bo"), quote("it was “bad” and ‘sad’", "mixed")),
    Work(
        "Ann Bo said: “It rained.\n“It was late.”",
        (speaker("Ann Bo"), quote("“It rained.", "direct", "linked"), quote("“It was late.”", "direct", "linked")),
        (("said_by", "“It rained.", "Ann Bo"), ("continues", "“It was late.”", "“It rained.")),
    ),
    cue("The [alleged] fraud was small.", "alleged", "evidential"),
    cue("The bank feels no need to make any confirmations.", "feels no need to make any confirmations", "noncommittal"),
    cue("Were it so, all would be well.", "Were", "conditional"),
    cue("It is\u00a0possibly gone.", "possibly", "modal"),
    counted("It costs $3.5 million.", number("$3.5 million", "3500000", "money")),
    counted("It costs US$3.5bn.", number("US$3.5bn", "3500000000", "money")),
    counted("It costs € 12.", number("€ 12", "12", "money")),
    counted("It is 60 % full.", number("60 %", "60", "percent")),
    counted("It is five km away.", number("five km", "5", "measure")),
    counted("It is twenty-five thousand boats.", number("twenty-five thousand", "25000")),
    counted("There were a hundred boats.", number("a hundred", "100")),
    counted("There were two dozen boats.", number("two dozen", "24")),
    counted("There were tens of thousands of boats.", number("tens of thousands", "10000..")),
    counted("There were 10,000 to 12,000 boats.", number("10,000 to 12,000", "10000..12000")),
    counted("There were 10–12 boats.", number("10–12", "10..12")),
    counted("It was two and a half boats.", number("two and a half", "2.5")),
    counted("It was half the boats.", number("half", "50", "percent")),
    counted("It was a third of the boats.", number("a third", "33.33", "percent")),
    counted("It rained for half an hour.", number("half an hour", "0.5", "measure")),
    counted("It rained over three weeks.", number("three weeks", "3", "measure")),
    Work("It could not swim, and it can’t rain. In the second half of a year a third man ran over a hill."),
    counted("It was 1.200 boats.", number("1.200", "1200")),
    counted("It was a 12-member crew.", number("12", "12")),
    attributed("The pro-Russian bank said it rained.", speaker("Russian"), quote("it rained")),
    attributed("They're sure: they said it rained.", speaker("They"), quote("it rained")),
]
"""Works that give no finding."""
