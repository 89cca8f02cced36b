"""The labelling page: Label Studio's config, made from the scheme and the guidelines."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2

from annotation import guidelines
from annotation.guidelines.html import page_markdown
from annotation.labelstudio.adjudicated import DECISION_KEYS, DECISIONS, OPEN
from annotation.labelstudio.result import ARTICLE_QUESTION, DECIDED_AFTER, KEPT, QUESTION, SUGGESTION, TICKED, UNNAMED
from dataset.scheme import vocabulary

TEMPLATE = "label_config.xml.j2"
DESK_TEMPLATE = "desk_config.xml.j2"
FIRST = "quick-reference"
# Of Okabe and Ito's palette, the four that stay farthest apart as fills, also inside a quote, for colour-blind people.
COLOURS = {"speaker": "#56B4E9", "quote": "#009E73", "hedge": "#E69F00", "number": "#D55E00"}
# A second sign beside the colour, which shows through a quote's fill. A quote itself has none.
LINES = {"speaker": "solid 2px", "quote": "", "hedge": "wavy 1.5px", "number": "double 2px"}
# Of these lines, on light ground and on dark: those of the report, which stand out 3:1 from every fill.
INKS = {"speaker": ("#074a70", "#9ad5f7"), "hedge": ("#5a3800", "#f3c56e"), "number": ("#7c2d00", "#ffab7a")}
OPEN_COLOUR = "#8a2be2"
KEYS = {
    "quick": """
- **1** speaker, **2** quote, **3** hedge, **4** number: then drag over the words. Each choice has its key.
- **M**: the next finding below the article; tick a warning there that is right as it stands.
- **R** on a quote or hedge: then click the other span; from a quote, drag over a speaker that is not marked yet.
- **Enter** takes what is filled in, then goes to what is empty or changes a value. **Escape** unselects.
- Edges snap to whole words; with **Alt** they stay as dragged.
- To give a selected span another label, click the label. **Backspace** deletes it. **Ctrl+Enter** submits.
- Without a mouse: **arrow keys** move a caret, **Shift** selects, then **1** to **4**. **?** shows all keys.
""",
    "caret": """- **← →**: the caret goes to the word before or after; **↑ ↓**: to the line above or below.
  With **Alt**, **← →** move it by one character.
- **Shift** with any of these selects words, which **1** to **4** then mark. Edges that you moved by character stay.
- **R**, then the caret to the other span, then **Enter**: a link. From a quote, you can also select the words of a
  speaker that is not marked yet.
- **Space** selects the span at the caret; again, the one around it. **Escape** removes the caret.
- **/** in a speaker's card: filter the names. **Alt+1** to **9**: remove a link of the selected span.
- **Ctrl+Z** undoes. **?** or **Escape** closes this list.
""",
    "plain": """
- **1** speaker, **2** quote, **3** hedge, **4** number: then drag over the words. Each choice has its key.
- Spans stay as you drag them: leave out blanks and commas at their edges. Nothing is filled in for you,
  and nothing is checked before you submit.
- **Escape** before you mark the next span: 1 to 4 relabel a span that is selected.
- To change a label, delete the span and mark it again: a relabelled span takes values that nobody chose.
- **Alt+R** on a quote or hedge, then click the other span: a link.
- **Backspace** deletes a selected span. **Ctrl+Enter** submits.
""",
}
SUGGESTION_KEYS = {
    "quick": """
- What a program suggests is white with a dashed edge until you decide on it, with its links. **Space** keeps it and
  goes to the next one, **Backspace** drops it and goes on; any change that you make decides, too. What is still open
  when you submit is left out.
""",
    "plain": """
- Some spans are suggested by a program. Select one, then keep it with **5**, change it, or delete it.
  What you do not decide on is left out when you submit.
""",
}
ADJUDICATION_KEYS = """
- On a question, **1**, **2**, … takes that annotator's version with its values and links, and drops the others;
  **D** drops them all. Then **Shift** with the key of a rule names the rule, and the next open question follows.
- Where more than half of three or more annotators have the same, that is preset (⏎): **Enter** takes it. Nothing is
  decided before you do.
- **N** goes to the next open question, and so does a click in the list.
- To change a span before you keep it: click it, change it, then **K** keeps it as it stands. **Shift+D** drops that
  span alone.
- A span that nobody had: **Escape**, then mark it and name the rule. What all agree on is locked.
"""
DESK_KEYS = {
    "adjudication": """
- **G**: the gist of the selected quote's statement; **Enter** keeps it. **Ctrl+Alt+1** to **7**: the rule, T1 to T7.
- **M**: the next quote that wants a statement, a rule or a gist.
""",
    "quick": """
- **1** to **9**, then letters: the quote tells the statement that has this key. **N**: a statement of its own.
- With **Shift**: it tells it partly. With **Alt**: it contradicts it.
- **↑ ↓**: the quote before or after. **M**: the next that is open. **U**: undo. **Ctrl+Enter** submits.
""",
    "plain": """
- Click a quote, then write which statement it tells: the key before the first quote of the statement, as A3.
- A statement of its own has the quote's own key. **Enter** after each entry. **Ctrl+Enter** submits.
""",
}
ONCE = "Once in each browser: switch on *Select region after creating it* (the sliders below the article)."


@cache
def label_config(*, adjudicating: bool = False, suggesting: bool = False) -> str:
    """The config of a labelling project, or of an adjudicating one, with the rules of the guidelines on the page.

    A `suggesting` one has controls for what its annotator makes of suggestions.
    """
    return _template(TEMPLATE).render(
        labels=[(name, str(key + 1), COLOURS[name]) for key, name in enumerate(vocabulary.LABELS)],
        quote_forms=_keyed(vocabulary.QUOTE_FORMS),
        hedge_kinds=_keyed(vocabulary.HEDGE_KINDS),
        number_kinds=_keyed(vocabulary.NUMBER_KINDS),
        unnamed=UNNAMED,
        ticked=TICKED,
        question=QUESTION,
        article_question=ARTICLE_QUESTION,
        lines=LINES,
        inks=INKS,
        keys=KEYS,
        once=ONCE,
        rules={name: page_markdown(guidelines.section(name)) for name in guidelines.SECTIONS},
        beside={label: page_markdown(guidelines.section(label), repeated=True) for label in vocabulary.LABELS},
        on_page=sorted(guidelines.SECTIONS, key=lambda name: name != FIRST),
        titles={name: guidelines.title(name) for name in guidelines.SECTIONS},
        version=guidelines.version(),
        adjudicating=adjudicating,
        suggesting=suggesting,
        suggestion=SUGGESTION,
        keep=KEPT,
        decided_after=DECIDED_AFTER,
        suggestion_keys=SUGGESTION_KEYS,
        adjudication_keys=ADJUDICATION_KEYS,
        of=(lambda label: f"{label},{label}{OPEN}") if adjudicating else (lambda label: label),
        open=OPEN,
        open_labels=",".join(f"{label}{OPEN}" for label in vocabulary.LABELS),
        open_colour=OPEN_COLOUR,
        decisions=list(zip(DECISIONS, DECISION_KEYS, strict=True)),
        deciding_rules=[(rule, f"ctrl+alt+shift+{number}") for number, rule in enumerate(vocabulary.RULES)],
    )


@cache
def desk_config(*, adjudicating: bool = False) -> str:
    """The config of the desk, on which an event's quotes and numbers are sorted or that is decided, with the rules."""
    return _template(DESK_TEMPLATE).render(
        keys=DESK_KEYS,
        adjudicating=adjudicating,
        telling_rules=vocabulary.TELLING_RULES,
        colours={label: COLOURS[label] for label in ("quote", "number")},
        open_colour=OPEN_COLOUR,
        rules=page_markdown(guidelines.section(guidelines.STATEMENTS)),
        title=guidelines.title(guidelines.STATEMENTS),
        version=guidelines.version(),
    )


def _template(name: str) -> jinja2.Template:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined
    ).get_template(name)


def _keyed(values: tuple[str, ...]) -> list[tuple[str, str]]:
    return list(zip(values, "qweta", strict=False))
