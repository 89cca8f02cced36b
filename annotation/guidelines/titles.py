"""What each rule is about, in a few words: for a list in which a rule is chosen, beside its id."""

from __future__ import annotations

from typing import Final

TITLES: Final[dict[str, str]] = {
    "S1": "the mention closest to the saying word",
    "S2": "title, job, determiner and naming apposition are inside",
    "S3": "relative clause, aside and comma are outside",
    "S4": "people and bodies before papers and agencies",
    "S5": "the owner alone, before a noun of saying",
    "S6": "sources that share a verb are one span",
    "S7": "a country, capital or government is a state",
    "S8": "only who is quoted",
    "Q1": "direct: with its marks and their punctuation",
    "Q2": "indirect: the reported clause, no more",
    "Q3": "mixed: the whole clause, with its quoted words",
    "Q4": "interrupted: two spans, the later continues",
    "Q5": "where a quote ends and a new one starts",
    "Q6": "the outermost quote only",
    "Q7": "denied speech counts, a noun phrase does not",
    "Q8": "no names, scare quotes, or the article's own words",
    "Q9": "source not named: tick, and no link",
    "Q10": "headlines yes, page furniture no",
    "Q11": "a noun of saying with its clause",
    "Q12": "what a noncommittal cue holds back",
    "H1": "as little as possible",
    "H2": "one hedge, unless a part is a hedge alone",
    "H3": "judged by use, and only what is listed",
    "H4": "evidential",
    "H5": "modal",
    "H6": "approximator",
    "H7": "noncommittal",
    "H8": "conditional",
    "H9": "cues count everywhere",
    "H10": "what a hedge links to",
    "N1": "with scale word and unit, without what is counted",
    "N2": "without approximators and bounds",
    "N3": "a range is one span",
    "N4": "vague number words, and those that do not count",
    "N5": "no dates, ordinals, names, or “one”",
    "E1": "no blank or comma at the edges",
    "E2": "no possessive 's at the end",
    "E3": "the narrower rule; in doubt, no mark",
    "E4": "spans of one label never overlap",
    "E5": "whole words",
}
"""By id, in the order of the scheme."""
