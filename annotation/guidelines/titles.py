"""What each rule is about, in a few words: for a list in which a rule is chosen, beside its id."""

from __future__ import annotations

from typing import Final

TITLES: Final[dict[str, str]] = {
    "S1": "the mention nearest to the saying word",
    "S2": "in: title, job, “the”, naming apposition",
    "S3": "out: relative clause, aside, comma",
    "S4": "people and bodies before papers",
    "S5": "the owner alone, before a noun of saying",
    "S6": "joint sources are one span",
    "S7": "a capital or government is its state",
    "S8": "only who is quoted",
    "Q1": "direct: marks and their punctuation in",
    "Q2": "indirect: the reported clause",
    "Q3": "mixed: the whole clause",
    "Q4": "interrupted: two spans, linked",
    "Q5": "where one ends and a new one begins",
    "Q6": "the outermost quote only",
    "Q7": "denied clause yes, noun phrase no",
    "Q8": "no names, scare quotes, own statements",
    "Q9": "source not named",
    "Q10": "headline yes, page furniture no",
    "Q11": "noun of saying with its clause",
    "Q12": "what a noncommittal cue holds back",
    "H1": "as little as possible",
    "H2": "one hedge, or one for each cue",
    "H3": "by use, and only what is listed",
    "H4": "evidential",
    "H5": "modal",
    "H6": "approximator",
    "H7": "noncommittal",
    "H8": "conditional",
    "H9": "cues count everywhere",
    "H10": "what a hedge links to",
    "N1": "with scale and unit, not the noun",
    "N2": "without approximators and bounds",
    "N3": "a range is one span",
    "N4": "vague number words",
    "N5": "no date, ordinal, name or “one”",
    "E1": "no blank or comma at the edges",
    "E2": "no possessive 's at the end",
    "E3": "narrower rule first; in doubt, no mark",
    "E4": "spans of one label never overlap",
    "E5": "whole words",
}
"""By id, in the order of the scheme."""
