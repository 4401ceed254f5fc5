"""Which rules stand in the way, and by how much each would have to give: the elastic program."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy import sparse

from geoprio._core.typing import Floats, Ints
from geoprio.programme import candidates as c
from geoprio.programme.columns import Program
from geoprio.programme.model import Model
from geoprio.programme.money import FEN
from geoprio.programme.problem import Problem
from geoprio.programme.solve import solve

SOFT: Final = {
    "budget": ("预算", "budget"),
    "service": ("年度还本付息上限", "limit on yearly payments of debt"),
    "most": ("出资比例或金额上限", "largest share or sum of a source"),
    "least": ("最低出资比例", "least share of a source"),
    "floor_share": ("区县最低占比", "least share of a district"),
    "floor_cny": ("区县最低金额", "least sum for a district"),
    "zone_min": ("单个片区最低投入", "least sum for a zone"),
    "zone_max": ("单个片区最高投入", "largest sum for a zone"),
    "household": ("居民户均出资上限", "limit on what households pay"),
    "must": ("必须实施的措施", "measures that have to be done"),
}
"""Rules that can give way, with their names in zh and en."""

SMALL: Final = 1e-5
"""A rule that gives less than this, in units of the program, does not give: the solver's tolerance."""


TOLD: Final = 5
"""So many parts of a relief are named in words."""


@dataclass(frozen=True)
class Relief:
    """What one rule has to give for a programme to exist.

    Attributes
    ----------
    rule : str
        A key of `SOFT`.
    subject : tuple of (zh, en)
        Whose rule: a source and year, a district, a zone, a measure.
    amount_cny : float
        By how much; of a measure that has to be done, its cost.
    alone : bool
        Whether rules of this kind are enough if they give as told; else all that are not alone have to give together.
    """

    rule: str
    subject: tuple[str, str]
    amount_cny: float
    alone: bool


def told(reliefs: tuple[Relief, ...]) -> tuple[tuple[str, str], ...]:
    """Return reliefs in words, in zh and en: a sentence for each kind of rule, with the sum and the largest parts."""
    kinds = dict.fromkeys((r.rule, r.alone) for r in reliefs)
    return tuple(_sentence(rule, [r for r in reliefs if (r.rule, r.alone) == (rule, alone)]) for rule, alone in kinds)


def _sentence(rule: str, parts: list[Relief]) -> tuple[str, str]:
    total, rest = sum(r.amount_cny for r in parts), len(parts) - TOLD
    largest = sorted(parts, key=lambda r: -r.amount_cny)[:TOLD]
    zh = "；".join(f"{r.subject[0]}：{r.amount_cny:,.2f}元" for r in largest)
    en = "; ".join(f"{r.subject[1]}: {r.amount_cny:,.2f}" for r in largest)
    if rest > 0:
        zh, en = f"{zh}；另{rest}项", f"{en}; and {rest} others"
    only = ("只需调整此类规则", "Enough by itself")
    if not parts[0].alone:
        only = ("须与其他规则同时调整", "Together with others")
    up = rule in {"budget", "service", "most", "zone_max", "household"}
    what = (
        f"{SOFT[rule][0]}合计{'提高' if up else '降低'}{total:,.2f}元",
        f"{SOFT[rule][1]} {'raised' if up else 'lowered'} by {total:,.2f} yuan in all",
    )
    if rule == "must":
        what = (
            f"{len(parts)}项措施不列为必须实施，费用合计{total:,.2f}元",
            f"{len(parts)} measures for {total:,.2f} yuan not forced in",
        )
    return f"{only[0]}：{what[0]}（{zh}）", f"{only[1]}: {what[1]} ({en})"


def needed(
    problem: Problem, model: Model, *, program: Program | None = None, time_limit: float = 60.0
) -> tuple[Relief, ...]:
    """Return which kinds of rules would be enough if they alone gave way, and by how much; else all of them together.

    For each kind the sum of what its rules give is as small as can be; of several such ways, one is told.

    Parameters
    ----------
    problem : Problem
    model : Model
    program : Program, optional
        Another program of the same columns, with rows added.
    time_limit : float
        Seconds for each kind.
    """
    whole = program or model.program
    kinds = [kind for kind in SOFT if len(whole.rows(kind))]
    found: list[Relief] = []
    for kind in kinds:
        found += _give(problem, model, whole, (kind,), time_limit)
    return tuple(found or _give(problem, model, whole, tuple(kinds), time_limit))


def _give(problem: Problem, model: Model, program: Program, kinds: tuple[str, ...], time_limit: float) -> list[Relief]:
    """Return the least that rules of some kinds have to give; empty where that is not enough."""
    rows = np.concatenate([program.rows(kind) for kind in kinds])
    if not len(rows):
        return []
    must = program.kind[rows] == "must"
    weight = np.ones(len(rows))
    weight[must] = problem.cost_fen[program.subject[rows[must]]] / model.fen
    answer = solve(_elastic(program, rows, weight, must), time_limit=time_limit)
    if not len(answer.x):
        return []
    slack = answer.x[-len(rows) :]
    given = np.flatnonzero(slack > SMALL)
    amount = slack * np.where(must, weight, 1.0) * model.fen / FEN
    alone = len(kinds) == 1
    return _merged(
        [
            Relief(
                str(program.kind[rows[k]]), rule_subject(problem, model, program, int(rows[k])), float(amount[k]), alone
            )
            for k in given
        ]
    )


def _elastic(program: Program, rows: Ints, weight: Floats, must: np.ndarray) -> Program:
    """Return the program whose `rows` may give, at a price, and nothing else counts."""
    count = len(rows)
    sign = np.where(np.isfinite(program.high[rows]), -1.0, 1.0)
    slack = sparse.csr_array((sign, (rows, np.arange(count))), shape=(len(program.low), count))
    spend = program.starts["spent"]
    most = float(program.upper[spend : program.starts["money"]].sum()) + 1.0
    # A district's floor can be as large as anybody writes it.
    low = np.where(np.isfinite(program.low), program.low, 0.0)
    upper = np.where(must, 1.0, most + np.abs(low[rows]))
    return replace(
        program,
        objective=np.concatenate([np.zeros(len(program.objective)), -weight]),
        upper=np.concatenate([program.upper, upper]),
        integer=np.concatenate([program.integer, must]),
        matrix=sparse.csr_array(sparse.hstack([program.matrix, slack], format="csr")),
    )


def _merged(reliefs: list[Relief]) -> list[Relief]:
    """One relief for each rule and subject."""
    sums: dict[tuple[str, tuple[str, str], bool], float] = {}
    for relief in reliefs:
        key = (relief.rule, relief.subject, relief.alone)
        sums[key] = sums.get(key, 0.0) + relief.amount_cny
    return [Relief(rule, subject, amount, alone) for (rule, subject, alone), amount in sums.items()]


def rule_subject(problem: Problem, model: Model, program: Program, row: int) -> tuple[str, str]:
    """Return whose rule a row of the program is, in zh and en."""
    kind, subject = str(program.kind[row]), int(program.subject[row])
    if kind == "budget":
        source, year = problem.sources[subject // problem.rules.years], subject % problem.rules.years + 1
        return f"{source.title_zh}，第{year}年", f"{source.title_en}, year {year}"
    if kind in {"service", "most", "least"}:
        source = problem.sources[subject if kind == "service" else int(model.money_source[subject])]
        return source.title_zh, source.title_en
    if kind in {"floor_share", "floor_cny"}:
        return (problem.districts[subject],) * 2
    if kind in {"zone_min", "zone_max", "household"}:
        return (str(problem.zones.index[subject]),) * 2
    item = problem.items.iloc[subject]
    measure = problem.catalog.measure(item["measure"])
    return f"{item['zone_id']}的{measure.title_zh}", f"{measure.title_en} in {item['zone_id']}"


def why_nothing(
    problem: Problem, model: Model | None, time_limit: float = 60.0
) -> tuple[tuple[tuple[str, str], ...], tuple[Relief, ...]]:
    """Return why a programme does nothing, in zh and en, and which rules would have to give for one item to be done.

    Parameters
    ----------
    problem : Problem
    model : Model, optional
        None where there are no candidates.
    time_limit : float
        Seconds.
    """
    if model is None:
        counts = problem.table["status"].value_counts()
        zh = "、".join(f"{c.STATUS_TITLES[str(s)][0]}{n}项" for s, n in counts.items())
        en = ", ".join(f"{c.STATUS_TITLES[str(s)][1]}: {n}" for s, n in counts.items())
        return ((f"没有可选项目（{zh}）", f"There are no candidates ({en})"),), ()
    program = model.program
    some = np.zeros((1, len(program.objective)))
    some[0, : len(model.item)] = 1
    more = replace(
        program,
        matrix=sparse.csr_array(sparse.vstack([program.matrix, sparse.csr_array(some)], format="csr")),
        low=np.append(program.low, 1.0),
        high=np.append(program.high, np.inf),
        kind=np.append(program.kind, "some"),
        subject=np.append(program.subject, 0),
    )
    reliefs = needed(problem, model, program=more, time_limit=time_limit)
    if reliefs:
        return (("现有规则下没有任何项目能够实施", "Under these rules not a single item can be done"),), reliefs
    return (("能够实施的项目都没有效益", "What could be done has no benefit"),), ()
