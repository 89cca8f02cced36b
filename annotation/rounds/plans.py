"""What a round remembers of how it is dealt, in `annotations/ROUND/round.toml`, so that `push` can repeat it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Final

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated

from annotation.rounds.assistance import Assistance
from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus, read_toml

FILE: Final = "round.toml"
_AGAIN: Final = "fix the file, or restore it from git"
_Name = Annotated[str, Field(pattern=schema.IDENTIFIER)]
_Share = Annotated[float, Field(ge=0, le=1)]


@validated(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class RoundPlan:
    """How a round is dealt: to whom, with which share in common, how much at once, and with which suggestions.

    `control` is the share of articles with gold, `cap` how many open articles an annotator has at most; None: as many
    as there are. `suggestions` is the layer that is shown, None where none is; `without` and `least` are those of
    `Assistance`. Where the share was another once, `dealt_before` articles, `common_before` of them in common, were
    dealt by that, and `share` is that of all others.
    """

    annotators: tuple[_Name, ...] = ()
    share: Annotated[float, Field(gt=0, le=1)] = 1
    control: _Share = 0
    cap: Annotated[int, Field(ge=1)] | None = None
    suggestions: _Name | None = None
    without: Annotated[float, Field(ge=0, lt=1)] = 0
    least: _Share = 0
    dealt_before: Annotated[int, Field(ge=0)] = 0
    common_before: Annotated[int, Field(ge=0)] = 0

    def count_in_common(self, articles: int) -> int:
        """How many of so many articles are to go to everybody; one at least."""
        return max(1, round(self.common_before + self.share * max(0, articles - self.dealt_before)))

    @property
    def assistance(self) -> Assistance | None:
        """The suggestions for the round's articles."""
        return Assistance(self.suggestions, self.without, self.least) if self.suggestions else None


@dataclass(frozen=True)
class PlanChange:
    """What is to become of a round's plan. What is None stays; `annotators` join, and a `cap` of 0 lifts it."""

    annotators: tuple[str, ...] = ()
    share: float | None = None
    control: float | None = None
    cap: int | None = None
    suggestions: str | None = None
    without: float | None = None
    least: float | None = None

    def of(self, plan: RoundPlan) -> RoundPlan:
        """The plan with this change."""
        named = {name: value for name, value in vars(self).items() if value is not None and name != "annotators"}
        if self.suggestions is not None:  # another layer's share and score say nothing of this one
            named = {"without": 0.0, "least": 0.0, **named}
        if self.cap == 0:
            named["cap"] = None
        return replace(plan, annotators=tuple(sorted({*plan.annotators, *self.annotators})), **named)


def plan_path(corpus: Corpus, round_name: str) -> Path:
    """Where a round's plan is."""
    return corpus.annotations / round_name / FILE


def read_plan(corpus: Corpus, round_name: str) -> RoundPlan | None:
    """The plan of a round; None where it has none, as one that was dealt before rounds had any.

    Raises:
        Problem: the file cannot be read, or says something that a plan does not.
    """
    path = plan_path(corpus, round_name)
    if not path.exists():
        return None
    written = read_toml(path, _AGAIN)
    try:
        return _PLAN.validate_json(json.dumps(written))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Problem(f"{path}: {where}: {first['msg'].lower()}", _AGAIN) from None
    except TypeError:  # a date
        raise Problem(f"{path} holds a value that no plan has", _AGAIN) from None


_PLAN: Final = TypeAdapter(RoundPlan)


def plan_bytes(round_name: str, plan: RoundPlan) -> bytes:
    """A plan as it is written: what is as by default is left out, but for annotators and share."""
    lines = [f"# How the round is dealt: `hedgerow push --round {round_name}` repeats it, and its options change it."]
    for option in fields(RoundPlan):
        value = getattr(plan, option.name)
        if option.name in ("annotators", "share") or value != option.default:
            lines.append(f"{option.name} = {json.dumps(value, ensure_ascii=False)}")
    return ("\n".join(lines) + "\n").encode()


def differences(before: RoundPlan, after: RoundPlan) -> Iterator[str]:
    """What changed in a plan, a sentence for each change."""
    joined = [name for name in after.annotators if name not in before.annotators]
    if before.annotators and joined:
        yield f"{', '.join(joined)} {'joins' if len(joined) == 1 else 'join'} {', '.join(before.annotators)}"
    if before.share != after.share:
        yield f"share: {before.share:g} before, {after.share:g} from now on, for the articles that nobody has yet"
    if before.control != after.control:
        yield f"control: {before.control:g} before, {after.control:g} from now on; what was dealt stays dealt"
    if before.cap != after.cap:
        yield f"cap: {before.cap or 'none'} before, {after.cap or 'none'} from now on; what was dealt stays dealt"
    if before.assistance != after.assistance:
        yield f"suggestions: {before.assistance or 'none'} before, {after.assistance or 'none'} from now on"
