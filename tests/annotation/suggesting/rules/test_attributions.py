from __future__ import annotations

from itertools import pairwise

import pytest

from annotation.suggesting.rules.attributions import read_quotes
from tests.annotation.guidelines import notation

ATTRIBUTED = [
    # quotation marks with a verb before or after
    '[q "We are going to win,"] [s Smith] told the evening news in a phone interview on Friday.',
    "[q “The system is broken,”] said [s Ada Penn], who runs a shelter in Oxbow.",
    '[q "Is this it?"] [s Smith] asked.',
    '[q "I had no idea,"] [s the 34-year-old] said.',
    "[s Smith] told the newspaper: [q “I am done.”]",
    'Asked whether he would resign, [s Smith] said, [q "No."]',
    "[s Smith] said of the decision: [q “It is a shame.”]",
    "Said [s Penn]: [q “We have no bill.”]",
    "[s A guard] told members of the public during the alarm that followed: [q “The power went out.”]",
    "[s Smith] put it this way: [q “We are late again.”]",
    "[q ‘We are ready,’] said [s the minister].",
    "[q1→s1 “Fire and flood together,”] [s1 he] marvelled on Monday. [q→q1 “We try to stay prepared.”]",
    "Angered by what he called a “plan,” [s Trent] wrote: [q “It is none.”]",
    # interrupted
    '[q1→s1 "The bill,"] [s1 Smith] said in a statement, [q→q1 "is a mess."]',
    "[q1→s1 “No,”] [s1 she] said. [q→q1 “Not today.”]",
    "[q1→s1 The plan], [s1 Smith] said, [q→q1 was never going to work].",
    "[q1→s1 “This is our home,”] said [s1 Ahmed].\n\n[q→q1 “We will not leave it.”]",
    "[s1 He] said: [q1→s1 “It rained.]\n\n[q→q1 “We ran.”]",
    "[q1→s1 “I know little,”] said [s1 Smith], whose son was hurt, [q→q1 “but I know it has to end.”]",
    "[q1→s1 The decision], [s1 its minister] said, [q→q1 was “painful but needed” | mixed].",
    "[q1→s1 It's not fair], [s1 he] said, [q→q1 that some pay no tax].",
    "[q1→s1 The move], [s1 critics] contend, [q→q1 was theft].",
    "NEW YORK — [s Ada Penn, the chair], said [q it was late].",
    # clauses
    "[s Lawyers] said in court papers [q that the evidence had been lost].",
    "[s The coach] said on CNN's “State of Things” [q that it was late].",
    "[s The coach] said after the 2-1 defeat [q that his side was tired].",
    "[s The bank] signalled [q that it was ready].",
    "[s Smith] said only that [q “all is well”].",
    "[s The chair] said [q that he was “shocked,” | mixed] and asked [q that all papers be sent].",
    "[s1 The city] says [q→s1 it has paid]; [s2 the union] says [q→s2 that is not true].",
    "[s Polls] suggest [q that the race is close], but nobody knows.",
    "In a sign of haste, [s both sides] said [q they were ready].",
    "[s The UN envoy, Jan Eriksen], said [q it was late].",
    "According to [s an indictment] unsealed on Tuesday, [q the men lied].",
    "[q? Officers had been sent to hold the bridges “at any cost” | mixed], it was reported.",
    "On Tuesday, [s the council's top official] said [q he would vote no].",
    "[s A town hall official], speaking on condition of anonymity, said [q the mayor has not decided].",
    "[s Police] said in a tweet [q the suspect was armed].",
    "But [s critics] say [q the plan, which would cost a fortune, is doomed].",
    "[s Dr. John Smith, director of the center], said [q the virus spreads quickly].",
    "[s A study] published in Skyward says [q that bees can count].",
    "[s Officials from the bank and the fund] warned [q that growth would slow].",
    "[s One of the men], who gave his name only as Ali, said [q they had walked for days].",
    "[s The company] said in a statement on its website [q that it was cooperating].",
    "[s Smith] was quoted by the paper as saying [q that he would resign].",
    "The agency quoted [s the vice minister] as saying [q the talks were useful].",
    "As [s the president] said this morning, [q we are proud of the work].",
    "[s Sources] told the evening news [q the deal was close].",
    "[s He] asked me [q how I was].",
    "[s They] have not said [q what they plan to do].",
    "[s The union] warned the jury [q not to read the papers].",
    "[s The authorities] have accused him of [q spying].",
    "He was accused by [s prosecutors] of [q running a gang].",
    "[s Sen. Ada Penn] (R-Ohio), who is retiring, said [q she would leave it to others].",
    "[s His daughter, Ines Brandt], who lives next door, said [q the flood was near].",
    "[s A person familiar with the breakfast] on May 30, 2011, told the paper [q that he came].",
    # after the clause
    "[q The deal is worth a fortune], [s a person familiar with the matter] said.",
    "[q Two people, including a child, were killed], [s the interior ministry] said on its channel.",
    '[q Residents were moved out "as a precautionary measure"], [s police] said.',
    "[q Jones was told to leave the country], [s his lawyer] said.",
    "[q An electrical fault was involved], according to [s the fire service].",
    "According to [s court documents], [q Smith fled to Peru].",
    "[q Brandt told the coach that she would go], [s two people familiar with the talks] said.",
    "[q Some land has burned], according to [s a Sunday update from the fire department].",
    # headings
    "[s Smith]: [q I will not quit]",
    "[q Pay offer “an insult”], [s union] says",
    "[s UN] says [q famine is near]",
    # nouns, and nobody named
    "[s The union]'s claim [q that the watch had been asleep] was wrong.",
    "[s The mayor]'s promise [q to cut taxes] won votes.",
    "[q? The path is to stay shut], it was announced.",
    "It has been claimed [q? that the mayor knew].",
    # what holds back
    "[s The bank] refused to confirm [q the sale], which surprised nobody.",
    "[s The bank] did not deny [q that it was broke].",
]
SEVERAL = [
    "[s1 Trent's lawyers] have argued [q→s1 that the case should end], but [s2 others] say [q→s2 the law is clear].",
    "[s1 She] said [q→s1 she was “heartbroken”], and urged people [q→s1 to stay home].",
    "[s1 Police] said [q→s1 work was ongoing], with [s2 a spokesman] adding: [q→s2 “Public safety comes first.”]",
    "[q→s1 “We were lucky,”] said [s1 Tom Jones], whose house burned down, adding [q→s1 that he would rebuild].",
    "[s1 Smith] promised [q→s1 that taxes would fall] and said [q→s1 he would cut spending].",
]
NOTHING = [
    "The firm, once valued at a fortune, announced plans to cut jobs.",
    "The Kremlin denied involvement.",
    'The film "The Long Day" opens on Friday.',
    "The “miracle” dam opened in May.",
    "The mayor declined to comment.",
    "He said yes.",
    "Residents told of fleeing in the night.",
    "The man police said was armed ran away.",
    "Exclusive: minister to quit",
    "Breaking news: dam bursts",
    "The group has offices in many cities.",
    "The mayor fears that the pier is weak, and hopes that it holds.",
    "The work went according to plan.",
    "Also read: Swan may have stopped buses, driver says",
    "",
    "“”",
    ": , ; “ said",
]


@pytest.mark.parametrize("source", ATTRIBUTED + SEVERAL)
def test_a_quote_is_found_with_its_speaker_and_its_segments(source: str) -> None:
    example = notation.parse(source)
    quotes = [span for span in example.spans if span.label == "quote"]
    expected = []
    for number, span in enumerate(example.spans):
        if span.label != "quote":
            continue
        targets = [example.spans[end] for start, end in example.links if start == number]
        speakers = [(target.start, target.end) for target in targets if target.label == "speaker"]
        origins = [quotes.index(target) for target in targets if target.label == "quote"]
        expected.append((span.start, span.end, speakers[0] if speakers else None, origins[0] if origins else None))
    attributed = [(quote.start, quote.end, quote.speaker, quote.continues) for quote in read_quotes(example.text)]
    assert attributed == expected


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_is_found_where_nobody_is_said_to_have_said_a_clause(text: str) -> None:
    assert read_quotes(text) == []


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("He said: “We lost.”", "direct"),
        ("He said that “we lost”.", "direct"),
        ("He said that they “lost” it.", "mixed"),
        ("He said that they lost it.", "indirect"),
    ],
)
def test_the_form_follows_from_the_quotation_marks(text: str, form: str) -> None:
    assert [quote.form for quote in read_quotes(text)] == [form]


def test_no_quote_overlaps_another_however_the_sentence_is_put_together() -> None:
    parts = [
        "Ann said",
        "“We ran,”",
        "that it rained,",
        "according to",
        "the mayor",
        "and added",
        ": “No.”",
        "told him to",
    ]
    for first in parts:
        for second in parts:
            for third in parts:
                quotes = read_quotes(f"{first} {second} {third} the port was shut, he said.")
                places = sorted((quote.start, quote.end) for quote in quotes)
                assert all(end <= start for (_, end), (start, _) in pairwise(places))


@pytest.mark.slow
def test_a_megabyte_of_text_without_a_line_end_is_read() -> None:
    text = "The mayor said that it rained and the coach said “we ran” to nobody. " * 15_000
    assert len(read_quotes(text)) > 15_000
