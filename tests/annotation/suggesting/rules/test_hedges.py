from __future__ import annotations

import pytest

from annotation.suggesting.rules.hedges import read_hedges
from tests.annotation.guidelines import notation


@pytest.mark.parametrize(
    "source",
    [
        "It [h could] rain. He could see the house, but could not swim.",
        "They ran as fast as they could. What could he do?",
        "It [h may] rain in May, and the wind [h might] turn. The might of the army grew.",
        "Come as soon as possible, if possible. It is [h possible] that it rains.",
        "[h About] 40 people talked about it; [h over] 30 letters came over the past week.",
        "[h Almost] half of them were late, and he almost cried.",
        "[h Up to] [h around] 40 ships, [h at least] 3, no more than 5.",
        "Sailors under 18 stay, [h under] 40 boats go.",
        "The [h alleged] leak, an [h alleged] plot, claims of [h alleged] bribes. The owner alleged that it was safe.",
        "It [h seems] late. He appeared in court and [h appears] to like it.",
        "Any sale [h would] be fair. Selling the pier [h would] be no crime. The meeting would start at nine.",
        "If it fails, it [h would] cost us. He asked if it would rain.",
        "[h Had] there been a call, I [h would] know.",
        "[h If] there was a bribe, we shall find it. If it rains we go home.",
        "They [h refused to confirm] the sale and [h did not deny] it. They [h won't confirm] it.",
        "He is [h likely] to win. Her full potential is known to [h potential] buyers.",
        "It is [h unclear] who did it. The path is unclear.",
        "It opens [h as early as] May. He left as soon as he came.",
        "The roof has [h reportedly] leaked. [h I think] so. I think about it.",
        "The shop said it would open in May, and fans can park here.",
        "",
    ],
)
def test_a_cue_is_a_hedge_by_its_use(source: str) -> None:
    example = notation.parse(source)
    expected = [(span.start, span.end, span.attributes["hedge_kind"]) for span in example.spans]
    assert [(hedge.start, hedge.end, hedge.kind) for hedge in read_hedges(example.text)] == expected
