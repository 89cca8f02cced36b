"""Invented events as several outlets report them: the same facts in other words, places and people that recur.

Events of one topic share their words, half of their places and people, and often the week, so that only what happened
tells them apart. The first half of TOPICS is for development; what is measured is measured on the second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final


@dataclass(frozen=True)
class Report:
    """An article about an invented event."""

    article_id: str
    event: str
    title: str
    text: str
    outlet: str
    published: str
    topic: str

    @property
    def row(self) -> dict[str, str]:
        """The article as a team's own table may have it."""
        return {
            "id": self.article_id,
            "headline": self.title,
            "body": self.text,
            "source": self.outlet,
            "date": self.published,
        }


@dataclass(frozen=True)
class Topic:
    """What is reported of events of a kind: each fact in several wordings, and what stands in any such article."""

    titles: tuple[str, ...]
    facts: tuple[tuple[str, ...], ...]
    background: tuple[str, ...]
    things: tuple[str, ...]


def reports(events: int, seed: int = 7, topics: tuple[str, ...] | None = None) -> Iterator[Report]:
    """The articles of so many events, three to seven each, event by event."""
    names = topics or tuple(TOPICS)
    for number in range(events):
        yield from _event(number, names[number % len(names)], seed)


def _event(number: int, name: str, seed: int) -> Iterator[Report]:
    chance, topic = Random(f"{seed} {number} {name}"), TOPICS[name]
    facts = {
        "place": chance.choice(_PLACES),
        "town": chance.choice(_PLACES),
        "minister": chance.choice(_PEOPLE),
        "witness": f"{chance.choice(_FIRST)} {chance.choice(_LAST)}",
        "chief": f"{chance.choice(_FIRST)} {chance.choice(_LAST)}",
        "thing": chance.choice(topic.things),
        "many": f"{chance.randint(21, 980):,}",
        "few": str(chance.randint(3, 19)),
        "money": f"{chance.randint(2, 95)} million",
        "share": str(chance.randint(12, 88)),
        "street": f"{chance.randint(2, 400)} {chance.choice(_LAST)} {chance.choice(_STREETS)}",
    }
    details = [_detail(chance) for _ in range(5)]
    first = date(2021, 5, 1) + timedelta(days=chance.randint(0, 40))
    outlets = chance.sample(_OUTLETS, chance.randint(3, 7))
    for at, outlet in enumerate(outlets):
        day = first + timedelta(days=min(chance.choice((0, 0, 0, 1, 1, 2, 4)), 4))
        yield Report(
            f"n{number:04d}-{at}",
            f"{name}-{number}",
            chance.choice(topic.titles).format(**facts),
            _text(chance, topic, facts, details),
            outlet,
            day.isoformat(),
            name,
        )


def _detail(chance: Random) -> tuple[str, ...]:
    """What is particular to an event, in the words of several outlets."""
    first, second, third = chance.sample(_NOUNS, 3)
    adjective, street = chance.choice(_ADJECTIVES), f"{chance.choice(_LAST)} {chance.choice(_STREETS)}"
    wordings = chance.choice(_DETAILS)
    return tuple(
        wording.format(first=first, second=second, third=third, adjective=adjective, street=street)
        for wording in wordings
    )


def _text(chance: Random, topic: Topic, facts: dict[str, str], details: list[tuple[str, ...]]) -> str:
    """A lead, most of the other facts and details, and background, in paragraphs."""
    lead, *rest = topic.facts
    kept = [wordings for wordings in [*rest, *details] if chance.random() < 0.7]
    chance.shuffle(kept)
    sentences = [chance.choice(lead), *(chance.choice(wordings) for wordings in kept)]
    sentences += chance.sample(topic.background, chance.randint(1, min(3, len(topic.background))))
    if chance.random() < 0.3:
        sentences.append(chance.choice(_FURNITURE))
    return "\n\n".join(sentence.format(**facts) for sentence in sentences) + "\n"


_DETAILS: Final = (
    (
        "A {adjective} {first} near {street} was used for the {second}.",
        "For the {second} they used a {first} at {street}, {adjective} as it was.",
    ),
    (
        "Neighbours on {street} spoke of a {first} and a {adjective} {second}.",
        "On {street} people remembered the {adjective} {second}, and a {first} beside it.",
    ),
    (
        "The {first} had been brought from a {second} only last year, with its {adjective} {third}.",
        "Its {adjective} {third} and its {first} came from a {second} a year ago.",
    ),
    (
        "A photograph shows the {first} in front of a {adjective} {second}.",
        "Pictures of a {adjective} {second} with a {first} before it went round the country.",
    ),
    (
        "Whoever knows {street} knows the {adjective} {first} and its {second}.",
        "{street} is known for a {first}, {adjective}, and for the {second} behind it.",
    ),
)
_STREETS: Final = ("Street", "Lane", "Square", "Quay", "Road", "Hill")
_NOUNS: Final = tuple(
    """
    anchor balcony barrel basket bell bicycle blanket boiler bucket cabin candle canoe carpet cellar chapel chimney
    clock coat compass crate curtain desk drum engine fence fiddle flag flute furnace gallery garden gate generator
    glove greenhouse hammer harp hatch helmet hinge kettle kiosk ladder lantern ledger lock mast mattress microphone
    mirror motor notebook oven paddle parcel piano pillar pipe plaque pump radio rail rope saddle sail scaffold screen
    shelf shovel signal sofa spire stable stamp statue stove suitcase switch tent terrace ticket trolley trumpet tunnel
    turbine umbrella valve van violin wagon wardrobe wheel whistle window workshop yard
    """.split()  # noqa: SIM905 - a list of a hundred strings is hard to read
)
_ADJECTIVES: Final = tuple(
    """
    antique bent blue borrowed brass broken carved cracked crooked dusty empty faded folding glass golden green heavy
    hollow iron leaking locked narrow oak painted patched portable red repaired rusty scarlet silver spare steel stolen
    striped tall tin unlit velvet wooden yellow
    """.split()  # noqa: SIM905 - a list of a hundred strings is hard to read
)
_OUTLETS: Final = (
    *("Lomma Courier", "The Brenholt Post", "Northern Wire", "Kestrel News", "Daily Anchor", "Radio Veld"),
    *("Morning Ledger", "Harbour Gazette", "The Observer of Tarn", "Station Nine"),
)
_PLACES: Final = ("Lomma", "Brenholt", "Tarn", "Veldhaven", "Osterby", "Kilbrae", "Marsund", "Dorn", "Hallin", "Skerry")
_PEOPLE: Final = ("Ilsa Brandt", "Marek Tull", "Orla Venn", "Jonas Keel", "Petra Lindqvist", "Amos Farrow")
_FIRST: Final = ("Nils", "Greta", "Samir", "Ines", "Tom", "Ada", "Piotr", "Leila", "Hugo", "Mina", "Carl", "Rosa")
_LAST: Final = ("Hale", "Osei", "Novak", "Berg", "Quist", "Ramos", "Tanaka", "Ward", "Lund", "Castle", "Moreau", "Aziz")
_FURNITURE: Final = (
    "Sign up for our newsletter to get the stories of the day.",
    "Follow us for more on this story.",
    "Advertisement",
)

TOPICS: Final = {
    "ferry": Topic(
        titles=(
            "Ferry {thing} aground off {place}",
            "{many} taken off ferry near {place}",
            "Rescue at {place} after {thing} hits rocks",
        ),
        facts=(
            (
                "The ferry {thing} ran aground off {place} before dawn, and {many} people were taken off, police said.",
                "Rescuers brought {many} people ashore after the {thing} struck rocks near {place}, officials said.",
                "A ferry, the {thing}, is stuck on a reef off {place}; all {many} people on board were rescued.",
            ),
            (
                "“We may never know why she was seen from {street},” said {chief}, who leads the coast guard.",
                "{chief}, the head of the coast guard, told reporters that a fault in the steering could be why.",
            ),
            (
                "{witness}, a passenger, said that the lights went out “and then there was thunder over {street}”.",
                "“There was thunder over {street},” passenger {witness} recalled.",
            ),
            (
                "{few} people were treated for injuries in {town}.",
                "A hospital in {town} took in {few} of the passengers, reportedly with broken bones.",
            ),
            (
                "The transport minister, {minister}, said the line would be inspected.",
                "According to transport minister {minister}, all ships of the line will be inspected.",
            ),
        ),
        background=(
            "Ferries have connected the islands with the mainland for more than a century.",
            "The weather service had warned of strong winds along the coast.",
            "A lifeboat and two helicopters took part in the rescue.",
            "Ships of that size carry a pilot in these waters.",
        ),
        things=("Alma", "Northern Star", "Duke of Tarn", "Seal", "Queen Maud"),
    ),
    "strike": Topic(
        titles=(
            "{thing} walk out in {place}",
            "Strike of {thing} enters second day",
            "No deal as {thing} stop work",
        ),
        facts=(
            (
                "{many} {thing} in {place} stopped work on Monday in a dispute about pay, their union said.",
                "A strike by {thing} brought {place} to a standstill; the union counted {many} members on the pickets.",
                "In {place}, {thing} have walked out over pay, {many} of them according to the union.",
            ),
            (
                "The union's leader, {chief}, said that members wanted {few} per cent more and would not take less.",
                "“We ask for {few} per cent, and we wait at {street},” said {chief}, who leads the union.",
            ),
            (
                "The employers' offer of {money} would ruin the budget, according to {minister}, the labour minister.",
                "Labour minister {minister} warned that meeting the demand could cost about {money}.",
            ),
            (
                "Talks will probably resume in {town} on Thursday.",
                "Both sides are expected back at the table in {town} later this week.",
            ),
            (
                "{witness}, who waited for two hours, said she understood them. “Everything has become dearer.”",
                "Some were patient: “Everything has become dearer,” said {witness}.",
            ),
        ),
        background=(
            "Wages have risen more slowly than prices for three years.",
            "The last strike of that length ended with a compromise.",
            "A mediator has been appointed.",
            "Pickets stood at the gates from early morning.",
        ),
        things=("bus drivers", "nurses", "dockers", "teachers", "rail workers"),
    ),
    "flood": Topic(
        titles=(
            "Hundreds leave homes as {thing} bursts banks at {place}",
            "Flood in {place}: {many} houses under water",
            "{place} waits for the water to fall",
        ),
        facts=(
            (
                "The river {thing} burst its banks at {place} overnight and flooded {many} houses, the council said.",
                "Water from the {thing} stood in {many} houses in {place} after a night of rain, the council said.",
                "{place} is under water: the {thing} rose over its dykes and reached {many} homes, officials say.",
            ),
            (
                "“It could rise to {street} again tonight,” warned {chief} of the fire brigade.",
                "The fire brigade's chief, {chief}, said the water might rise once more in the night.",
            ),
            (
                "{witness} left with two bags. “The stairs were gone,” he said.",
                "“The stairs were gone,” said {witness}, who was brought out by boat.",
            ),
            (
                "The interior minister, {minister}, promised {money} for those who lost their homes.",
                "{minister}, who is interior minister, announced help of {money}.",
            ),
            (
                "Schools in {town} will stay closed until Monday.",
                "{town}, further down the river, closed its schools and laid out sandbags.",
            ),
        ),
        background=(
            "It has rained in the hills for {few} days.",
            "Soldiers filled sandbags with volunteers.",
            "Dykes along the river were last raised thirty years ago.",
            "Insurers said it was too early to name a sum.",
        ),
        things=("Aare", "Tolk", "Minna", "Grau", "Ouse"),
    ),
    "football": Topic(
        titles=(
            "{place} beat {town} as {thing} scores twice",
            "Late goal by {thing} sends {place} through",
            "{thing} the hero for {place}",
        ),
        facts=(
            (
                "Two goals by {thing} gave {place} a win over {town} in front of {many} supporters on Saturday.",
                "{place} beat {town} at home, with {thing} scoring in both halves before {many} spectators.",
                "{thing} scored twice as {place} overcame {town} in the cup.",
            ),
            (
                "“He could play anywhere, even on {street},” said {chief}, {place}'s coach.",
                "Coach {chief} said that his striker might leave in summer.",
            ),
            (
                "{town}'s captain, {witness}, said the referee had missed a foul.",
                "“That was a foul, and {street} saw it,” {witness}, the captain of {town}, complained.",
            ),
            (
                "A transfer would bring about {money}, it is reported.",
                "Clubs abroad are said to have offered {money} for the striker.",
            ),
            (
                "{share} per cent of the ball was theirs, and yet {town} hardly got into the area.",
                "{town} had the ball for {share} per cent of the match without a clear chance.",
            ),
        ),
        background=(
            "The quarter-finals are drawn on Tuesday.",
            "The home side has not lost since March.",
            "Rain made the pitch heavy after the break.",
            "The match was delayed by a few minutes.",
        ),
        things=("Dario Pell", "Kofi Lindgren", "Teo Marsh", "Ravi Storm", "Ole Brix"),
    ),
    "parliament": Topic(
        titles=(
            "Parliament passes {thing} bill",
            "{thing} law approved after long debate",
            "Narrow majority for the {thing} bill",
        ),
        facts=(
            (
                "Parliament in {place} passed the {thing} bill on Thursday by {many} votes.",
                "After a debate of {few} hours, lawmakers in {place} approved the law on {thing} with {many} votes.",
                "The {thing} bill is law: {many} members of parliament voted for it in {place}.",
            ),
            (
                "The prime minister, {minister}, called it “a beginning”.",
                "“It is a beginning,” said {minister}, the prime minister.",
            ),
            (
                "The opposition's leader, {chief}, said the law would probably end in court.",
                "“This will end in court, and on {street},” predicted {chief}, who leads the opposition.",
            ),
            (
                "The finance ministry puts the cost at roughly {money} a year.",
                "It might cost {money} a year, according to the finance ministry.",
            ),
            (
                "{share} per cent of those asked in a survey support it.",
                "In a survey, {share} per cent said they were in favour.",
            ),
        ),
        background=(
            "The upper house still has to agree.",
            "Members sat until after midnight.",
            "The law comes into force in January.",
            "Three earlier drafts had failed.",
        ),
        things=("rent", "pension", "data protection", "farm subsidy", "gun"),
    ),
    "court": Topic(
        titles=(
            "{thing} executive jailed for fraud",
            "Court in {place} finds former head of {thing} guilty",
            "{few} years for {chief} in {thing} case",
        ),
        facts=(
            (
                "A court in {place} sentenced {chief}, formerly head of {thing}, to {few} years in prison for fraud.",
                "{chief}, who once ran {thing}, has to go to prison for {few} years, judges in {place} ruled.",
                "Judges in {place} found the former head of {thing}, {chief}, guilty of fraud and imposed {few} years.",
            ),
            (
                "The lawyer of the accused, {witness}, said they would appeal.",
                "“We will appeal,” said {witness}, the lawyer of the defence.",
            ),
            (
                "Investors lost {money}, according to the prosecutor's office.",
                "Prosecutors say about {money} of investors' savings was lost.",
            ),
            (
                "The presiding judge said that {many} customers had been misled, some apparently for years.",
                "{many} customers were misled, the presiding judge said.",
            ),
            (
                "{minister}, the justice minister, would not comment on the ruling.",
                "Justice minister {minister} declined to comment.",
            ),
        ),
        background=(
            "The trial lasted more than a year.",
            "The company was once listed among the largest of the country.",
            "Supervisors had been warned early on.",
            "The ruling is not final.",
        ),
        things=("Kestrel Bank", "Norda Energy", "Tarn Insurance", "Lumen Homes", "Veld Capital"),
    ),
    "fire": Topic(
        titles=(
            "Fire destroys {thing} in {place}",
            "Smoke over {place} as {thing} burns",
            "{thing} fire in {place}: cause unknown",
        ),
        facts=(
            (
                "A fire destroyed the {thing} in {place}; {many} residents were told to keep their windows shut.",
                "The {thing} in {place} burned down overnight, and {many} people had to close doors and windows.",
                "Firefighters could not save the {thing} in {place}, whose smoke kept {many} residents indoors.",
            ),
            (
                "“It may have begun in the cellar of {street},” said {chief}, who led the operation.",
                "According to {chief}, who led the operation, the fire could have started in the cellar.",
            ),
            (
                "The owner, {witness}, put the damage at {money}.",
                "Damage of about {money} was done, owner {witness} said.",
            ),
            (
                "{few} firefighters were hurt.",
                "{few} members of the brigade were taken to hospital in {town}.",
            ),
            (
                "The mayor, {minister}, said the building would be missed.",
                "Mayor {minister} thanked the brigades. “A piece of {street} is gone.”",
            ),
        ),
        background=(
            "Brigades from the whole district were called.",
            "Police have closed the street.",
            "The building dates from the nineteenth century.",
            "Measurements found no poison in the air.",
        ),
        things=("paper mill", "old theatre", "tyre depot", "market hall", "furniture warehouse"),
    ),
    "election": Topic(
        titles=(
            "{chief} wins mayoral vote in {place}",
            "{place} elects {chief}",
            "Clear result in {place}: {chief} takes town hall",
        ),
        facts=(
            (
                "{chief} of the {thing} was elected mayor of {place} on Sunday with {share} per cent of the votes.",
                "With {share} per cent, {chief} ({thing}) won the election for mayor of {place}.",
                "Voters in {place} chose {chief} of the {thing} as mayor; {share} per cent voted for the candidate.",
            ),
            (
                "The defeated mayor, {witness}, said it had been “a fair fight”.",
                "“It was a fair fight, from {street} on,” said {witness}, who held the office for eight years.",
            ),
            (
                "Only {many} votes were cast in some districts, the returning officer said.",
                "Turnout was low: some districts counted no more than {many} votes.",
            ),
            (
                "{minister}, who leads the party nationally, spoke of a signal.",
                "The party's national leader, {minister}, said this could be a signal for the country.",
            ),
            (
                "The new mayor has promised to spend {money} on schools.",
                "{money} for schools was promised in the campaign.",
            ),
        ),
        background=(
            "The term of office is six years.",
            "The campaign was mostly about housing.",
            "A recount is possible within a week.",
            "Polling stations closed at eight in the evening.",
        ),
        things=("Greens", "Centre Party", "Liberals", "Labour Union", "Farmers' List"),
    ),
    "outbreak": Topic(
        titles=(
            "{thing} outbreak: {many} cases in {place}",
            "{place} hospital reports {thing} cases",
            "Doctors in {place} fear spread of {thing}",
        ),
        facts=(
            (
                "Health officials have counted {many} cases of {thing} in {place} since Friday.",
                "{many} people in {place} have fallen ill with {thing}, the health office said.",
                "An outbreak of {thing} in {place} has reached {many} cases, according to the health office.",
            ),
            (
                "“It could double on {street} by next week,” said {chief}, the chief physician.",
                "The chief physician, {chief}, said that cases might double within a week.",
            ),
            (
                "{few} patients are in intensive care.",
                "{few} of the patients are said to be seriously ill.",
            ),
            (
                "The health minister, {minister}, announced {share} per cent more doses of the vaccine.",
                "Health minister {minister} said deliveries of vaccine would rise by {share} per cent.",
            ),
            (
                "{witness}, whose son fell ill, complained that nobody had told parents.",
                "“Nobody told us,” said {witness}, the mother of a patient.",
            ),
        ),
        background=(
            "The source has not been identified.",
            "People are advised to wash their hands and to stay at home when they feel ill.",
            "Laboratories are examining further samples.",
            "Such outbreaks occur every few years.",
        ),
        things=("measles", "legionella", "salmonella", "whooping cough", "norovirus"),
    ),
    "launch": Topic(
        titles=(
            "{thing} reaches orbit from {place}",
            "Second attempt: {thing} lifts off at {place}",
            "{place} launches {thing}",
        ),
        facts=(
            (
                "The rocket {thing} lifted off from {place} on Tuesday and put {few} satellites into orbit.",
                "With {few} satellites on board, the {thing} rose from its pad at {place} and reached orbit.",
                "{place} has sent the {thing} into space; all {few} satellites were released, engineers said.",
            ),
            (
                "“We may fly again in autumn, over {street},” said {chief}, who heads the company.",
                "The company's head, {chief}, said another flight was possible in autumn.",
            ),
            (
                "{witness}, the director of the flight, said an engine had been about {share} seconds late.",
                "One engine started roughly {share} seconds late, according to flight director {witness}.",
            ),
            (
                "The state has put {money} into the site.",
                "Some {money} of public money went into the site, research minister {minister} said.",
            ),
            (
                "{many} people watched from the beach.",
                "On the beach, {many} people cheered.",
            ),
        ),
        background=(
            "Small satellites are used for weather, farming and shipping.",
            "A first attempt was called off in bad weather.",
            "The site lies far enough north for polar orbits.",
            "Fishing boats had been asked to leave the area.",
        ),
        things=("Puffin 2", "Aurora One", "Skua", "Northlight", "Gannet"),
    ),
}
HALF: Final = len(TOPICS) // 2
DEVELOPMENT: Final = tuple(TOPICS)[:HALF]
HELD_OUT: Final = tuple(TOPICS)[HALF:]
