"""Verbs and nouns of saying with what can follow them, and the small classes of words that mark a clause's edges."""

from __future__ import annotations

from typing import Final, NamedTuple

from dataset.scheme.lexicon import SAYING


class Frame(NamedTuple):
    """What a form of a verb of saying can report, and how.

    `clause`: with “that”, or a quotation. `bare`: a clause without “that”. `hearer`: the person spoken to comes first.
    `may_hear`: that person may come first. `infinitive`: with “to”. `gerund`: with an -ing form. `question`: with
    “whether”, “how” and the like. `form` is `past`, `third`, `base` or `ing`.
    """

    verb: str
    form: str
    clause: bool
    bare: bool
    hearer: bool
    infinitive: bool
    gerund: bool
    question: bool
    may_hear: bool = False


# c: clause with “that” or a quotation; b: without “that”, too; h: hearer; o: perhaps a hearer; t: to; g: -ing form;
# q: question
_FRAMES: Final = {
    "say": "cbq",
    **dict.fromkeys(("add", "claim", "insist", "argue", "note", "confirm", "admit", "acknowledge"), "cb"),
    **dict.fromkeys(("concede", "allege", "contend", "assert", "maintain", "stress", "predict", "estimate"), "cb"),
    **dict.fromkeys(("complain", "boast", "joke", "reveal", "announce", "conclude", "caution", "report"), "cb"),
    **dict.fromkeys(
        ("suggest", "hint", "imply", "indicate", "reiterate", "testify", "lament", "quip", "forecast"), "cb"
    ),
    **dict.fromkeys(("remark", "observe", "comment", "declare", "proclaim", "affirm", "reaffirm", "repeat"), "c"),
    **dict.fromkeys(("highlight", "clarify"), "c"),
    **dict.fromkeys(
        ("emphasise", "emphasize", "underline", "underscore", "disclose", "reply", "respond", "tweet"), "c"
    ),
    **dict.fromkeys(("counter", "shout", "yell", "exclaim", "whisper", "mutter", "muse", "continue", "recount"), "c"),
    **dict.fromkeys(("confess", "elaborate", "cry", "sigh", "fume", "rule", "mention", "post", "retort"), "c"),
    **dict.fromkeys(("write", "recall", "state"), "cb"),
    **dict.fromkeys(("agree", "signal", "guarantee", "speculate", "confide", "attest", "decree", "grumble"), "c"),
    **dict.fromkeys(
        ("chant", "scream", "bark", "holler", "theorise", "theorize", "opine", "brag", "marvel", "intone"), "c"
    ),
    "plead": "ct",
    **dict.fromkeys(("demand", "propose"), "ct"),
    "recommend": "cg",
    "deny": "cbg",
    "warn": "cbto",
    "promise": "cbto",
    **dict.fromkeys(("vow", "pledge", "threaten", "swear"), "cbt"),
    **dict.fromkeys(("tell", "assure", "remind"), "cbhtq"),
    "inform": "ch",
    "ask": "chtq",
    "advise": "cht",
    **dict.fromkeys(("urge", "order", "beg", "instruct", "implore", "command"), "cht"),
    "explain": "cbq",
    "accuse": "hg",
}
_SPECIAL: Final = {
    "say": ("says", "said", "saying"),
    "tell": ("tells", "told", "telling"),
    "write": ("writes", "wrote", "writing"),
    "swear": ("swears", "swore", "swearing"),
    "forecast": ("forecasts", "forecast", "forecasting"),
    "admit": ("admits", "admitted", "admitting"),
    "quip": ("quips", "quipped", "quipping"),
    "signal": ("signals", "signalled", "signalling"),
    "brag": ("brags", "bragged", "bragging"),
    "beg": ("begs", "begged", "begging"),
    "threaten": ("threatens", "threatened", "threatening"),
}
_NOUNS_TOO: Final = frozenset(
    {
        *("claim", "note", "report", "boast", "joke", "caution", "estimate", "forecast", "remark", "comment", "reply"),
        *(
            "tweet",
            "counter",
            "shout",
            "whisper",
            "cry",
            "sigh",
            "rule",
            "mention",
            "post",
            "state",
            "demand",
            "promise",
        ),
        *("vow", "pledge", "order", "command", "stress", "retort", "urge", "quip", "repeat", "lament", "recall"),
        *("signal", "guarantee", "decree", "marvel", "chant", "scream", "bark"),
    }
)
"""Base forms that are as likely nouns."""


def _forms(verb: str) -> tuple[str, str, str]:
    """Third person, past and -ing form."""
    if verb in _SPECIAL:
        return _SPECIAL[verb]
    if verb.endswith("y") and verb[-2] not in "aeo":
        return verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"
    if verb.endswith("e"):
        return verb + "s", verb + "d", verb[:-1] + "ing"
    return verb + ("es" if verb.endswith(("s", "sh", "ch")) else "s"), verb + "ed", verb + "ing"


def _frame(verb: str, form: str) -> Frame:
    letters = _FRAMES[verb]
    return Frame(verb, form, *(letter in letters for letter in "cbhtgqo"))


VERBS: Final = {
    **{verb: _frame(verb, "base") for verb in _FRAMES},
    **{
        word: _frame(verb, form)
        for verb in _FRAMES
        for form, word in zip(("third", "past", "ing"), _forms(verb), strict=True)
    },
}
"""Every form of a verb of saying, in lower case."""
VERB_OR_NOUN: Final = frozenset(word for verb in _NOUNS_TOO & _FRAMES.keys() for word in (verb, _forms(verb)[0]))
ALONE: Final = frozenset(
    {
        *("said", "says", "say", "added", "adds", "told", "tells", "wrote", "writes", "asked", "asks", "tweeted"),
        *("argued", "argues", "warned", "warns", "claimed", "claims", "explained", "explains", "noted", "notes"),
        *("insisted", "insists", "admitted", "joked", "recalled", "recalls", "remarked", "declared", "announced"),
        *("continued", "concluded", "replied", "responded", "complained", "observed", "stated", "states", "reported"),
        *("shouted", "exclaimed", "quipped", "ruled", "stressed", "confirmed", "acknowledged", "conceded", "predicted"),
        *("suggested", "cautioned", "countered", "lamented", "testified", "commented", "posted", "repeated", "mused"),
        *("argue", "contend", "insist", "warn", "complain", "predict", "acknowledge", "concede", "maintain"),
        *("whispered", "yelled", "cried", "confessed", "boasted", "sighed", "retorted", "muttered", "reports"),
    }
)
"""Finite forms that can stand after what they report: “…,” she said; the ground was wet, the coach argued."""
NOUNS: Final = frozenset(
    {
        *("claim", "claims", "warning", "warnings", "accusation", "accusations", "allegation", "allegations"),
        *("assertion", "assertions", "argument", "contention", "complaint", "complaints", "statement", "suggestion"),
        *("insistence", "prediction", "admission", "confession", "denial", "announcement", "declaration", "assurance"),
        *("assurances", "promise", "promises", "pledge", "pledges", "threat", "threats", "vow", "remark", "remarks"),
        *("comment", "comments", "demand", "demands", "call", "calls", "plea", "testimony", "assessment", "report"),
    }
)
WITH_INFINITIVE: Final = frozenset(
    {"promise", "promises", "pledge", "pledges", "threat", "threats", "vow", "demand", "demands", "plea"}
)

# Words at the edges of clauses

PRONOUNS: Final = frozenset({"he", "she", "they", "it", "we", "i"})
RELATIVES: Final = frozenset({"who", "which", "that"})
DETERMINERS: Final = frozenset(
    {
        *("the", "a", "an", "this", "that", "these", "those", "its", "his", "her", "their", "our", "my", "your"),
        *("some", "many", "several", "most", "few", "both", "all", "any", "no", "each", "every", "other", "another"),
    }
)
PREPOSITIONS: Final = frozenset(
    {
        *("in", "on", "at", "by", "for", "from", "with", "without", "of", "to", "into", "onto", "about", "against"),
        *("during", "under", "over", "between", "among", "across", "near", "inside", "outside", "through", "within"),
        *(
            "aboard",
            "behind",
            "beyond",
            "along",
            "around",
            "despite",
            "toward",
            "towards",
            "amid",
            "via",
            "per",
            "besides",
        ),
    }
)
SUBORDINATORS: Final = frozenset(
    {
        *("after", "before", "when", "while", "because", "if", "although", "though", "as", "since", "until", "unless"),
        *("whereas", "whether", "where", "how", "what", "why", "than", "once", "so", "whose", "whom", "lest"),
    }
)
CONJUNCTIONS: Final = frozenset({"and", "but", "or", "nor", "yet"})
QUESTION_WORDS: Final = frozenset({"whether", "if", "how", "what", "why", "when", "where", "who", "which"})
AUXILIARIES: Final = frozenset(
    {
        *("is", "are", "was", "were", "am", "be", "been", "being", "has", "have", "had", "do", "does", "did", "will"),
        *("would", "can", "could", "may", "might", "must", "shall", "should", "cannot", "isn't", "aren't", "wasn't"),
        *("weren't", "hasn't", "haven't", "hadn't", "don't", "doesn't", "didn't", "won't", "wouldn't", "can't"),
        *("couldn't", "shouldn't", "it's", "that's", "there's", "he's", "she's", "they're", "we're", "i'm", "you're"),
        *("they've", "we've", "i've", "he'd", "she'd", "they'd", "we'd", "i'd", "he'll", "she'll", "they'll", "we'll"),
        *("i'll", "it'll", "what's", "who's", "here's", "ain't", "needn't", "mustn't", "you've", "you'll"),
    }
)
PAST: Final = frozenset(
    {
        *("took", "gave", "went", "came", "fell", "rose", "knew", "began", "saw", "grew", "broke", "chose", "drove"),
        *("ate", "flew", "forgot", "froze", "hid", "rode", "sang", "sank", "shook", "spoke", "stole", "swam", "threw"),
        *("tore", "woke", "wore", "won", "lost", "made", "met", "left", "kept", "held", "led", "found", "felt", "sent"),
        *("spent", "stood", "struck", "sought", "sold", "bought", "brought", "caught", "fought", "taught", "thought"),
        *("told", "paid", "laid", "lay", "ran", "sat", "shot", "slept", "built", "dealt", "drew", "got", "became"),
        *("hung", "meant", "understood", "withdrew", "arose", "bore", "bled", "fled", "hit", "cut", "put", "quit"),
        *("said", "wrote", "swore", "became", "remains", "seems", "appears", "needs", "wants", "means", "makes"),
    }
)
"""Verbs whose past is no -ed, and some forms in -s that are hardly nouns."""
ADVERBS: Final = frozenset(
    {
        *("also", "then", "later", "earlier", "again", "once", "still", "often", "never", "now", "already", "even"),
        *(
            "just",
            "only",
            "not",
            "first",
            "further",
            "meanwhile",
            "however",
            "instead",
            "too",
            "soon",
            "ever",
            "always",
        ),
        *("himself", "herself", "themselves", "itself", "both", "today", "yesterday", "tonight", "long", "since"),
        *("sometimes", "rather", "perhaps", "likewise", "moreover", "furthermore", "nevertheless", "nonetheless"),
    }
)
DAYS: Final = frozenset(
    {
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "today", "yesterday"),
        *("tonight", "tomorrow", "last", "earlier", "later", "this", "overnight"),
    }
)
GROUPS: Final = frozenset(
    {
        *("police", "people", "staff", "management", "parliament", "government", "counsel", "women", "men", "both"),
        *("firefighters", "nobody", "everyone", "others", "some", "many", "one", "another", "none", "neither"),
    }
)
"""Nouns and pronouns without an article that can speak, and do not end in s."""
ONLY_PAST: Final = frozenset(
    {
        *("took", "gave", "went", "came", "fell", "rose", "knew", "began", "saw", "grew", "broke", "chose", "drove"),
        *(
            "flew",
            "forgot",
            "froze",
            "rode",
            "sang",
            "sank",
            "shook",
            "spoke",
            "stole",
            "swam",
            "threw",
            "tore",
            "woke",
        ),
        *("wore", "became", "withdrew", "fled", "ran", "drew", "ate", "arose", "remains", "seems", "needs", "wants"),
    }
)
"""Those of them that are no participle as well."""


def is_finite(word: str) -> bool:
    """Whether a word in lower case is for certain a finite verb, or an auxiliary."""
    return word in AUXILIARIES or word in PAST


def is_sure(word: str) -> bool:
    """Whether a word in lower case is an auxiliary, or a past that is no participle."""
    return word in AUXILIARIES or word in ONLY_PAST


def may_be_finite(word: str) -> bool:
    """The same, or a word that may well be one: in -ed, or a verb of saying."""
    return is_finite(word) or in_ed(word) or word in SAYING


def in_ed(word: str) -> bool:
    """Whether a word in lower case has the ending of a past or participle."""
    return word.endswith("ed") and len(word) > 3 and word not in _NO_PAST


_NO_PAST: Final = frozenset(
    {"need", "feed", "seed", "shed", "indeed", "speed", "breed", "hundred", "deed", "weed", "sacred"}
)
