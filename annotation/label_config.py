"""The labelling page: Label Studio's config, made from the scheme and the guidelines."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import jinja2

from annotation import guidelines, results
from dataset import scheme

TEMPLATE = "label_config.xml.j2"
COLOURS = {"speaker": "#0072B2", "quote": "#009E73", "hedge": "#E69F00", "number": "#CC79A7"}
_WORD_AFTER_DOLLAR = re.compile(r"\$(?=\w)")


@cache
def label_config() -> str:
    """The config of a labelling project, with the rules of the guidelines on the page."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template(TEMPLATE).render(
        labels=[(name, str(key + 1), COLOURS[name]) for key, name in enumerate(scheme.LABELS)],
        quote_forms=_keyed(scheme.QUOTE_FORMS),
        hedge_kinds=_keyed(scheme.HEDGE_KINDS),
        number_kinds=_keyed(scheme.NUMBER_KINDS),
        unnamed=results.UNNAMED,
        rules={name: page_markdown(guidelines.section(name)) for name in guidelines.SECTIONS},
        version=guidelines.version(),
    )


def page_markdown(text: str) -> str:
    """A section as the page shows it: without its title; `$40` as `$ 40`, which the page would take for task data."""
    body = re.sub(r"\A# .*\n+", "", text)
    return _WORD_AFTER_DOLLAR.sub("$ ", body)


def _keyed(values: tuple[str, ...]) -> list[tuple[str, str]]:
    return list(zip(values, "qweta", strict=False))
