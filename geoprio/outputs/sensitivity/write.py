"""The report on how sure a ranking is: Markdown, JSON and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geoprio.indicators.condition import GATE
from geoprio.outputs.figures import (
    acceptability_heatmap,
    rank_intervals,
    ranking_scatter,
    save_figure,
    weight_tornado,
)
from geoprio.outputs.figures.style import figure_lang
from geoprio.outputs.figures.words import FACTORS
from geoprio.outputs.labels import PAGE, SHEET, STRAIGHT
from geoprio.outputs.provenance import unverified_text
from geoprio.outputs.quality.text import markdown_table, markdown_text
from geoprio.outputs.sensitivity.labels import SENSITIVITY
from geoprio.outputs.titles import shown_title
from geoprio.outputs.write import json_text, write_text
from geoprio.score.sensitivity_spec import CONCENTRATION

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio.outputs.sensitivity.result import Edge, Sensitivity
    from geoprio.score.rankings import Factor

ANSWERS = "answers"
"""The factor whose levels are draws of what residents say."""
SHOWN_ZONES = 60
SHOWN_NAMES = 12
SHOWN_MOVES = 15


def write_sensitivity(found: Sensitivity, folder: Path, lang: str) -> None:
    """Write sensitivity.json, sensitivity.md and the pictures into `folder`."""
    write_text(folder / "sensitivity.json", json_text(found.report()))
    write_text(folder / "sensitivity.md", sensitivity_markdown(found, lang))
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    study, result = found.study, found.result
    titles = _titles(found)
    number = 1 if figure_lang(lang) == "en" else 0
    how = _say(f"figure.{found.spec.weights}", number, c=f"{found.spec.concentration or CONCENTRATION:g}")
    note = _say("figure_note", number, draws=f"{study.found.draws:,}", how=how)
    told = {"project": result.project["project"]["name"], "note": note, "lang": lang}
    zones = {"first": found.first, "names": result.zones["name"], **told}
    today = study.table["rank"]
    save_figure(rank_intervals(study.table, today=today, gate=_gate(found), **zones), figures / "rank_intervals")
    ids = pd.Index(found.model_ids)
    shares = pd.DataFrame(study.found.shares, ids, study.found.bin_last)
    save_figure(acceptability_heatmap(shares, today=today, **zones), figures / "acceptability")
    tornado = weight_tornado(study.total.table(), outcome=SENSITIVITY["outcome"], titles=titles, **told)
    save_figure(tornado, figures / "tornado")
    order = study.table["rank_mean"].rank(method="first")
    called = (SENSITIVITY["called.today"], SENSITIVITY["called.mean"])
    save_figure(ranking_scatter(today, order, called=called, **zones), figures / "ranking_scatter")


def sensitivity_markdown(found: Sensitivity, lang: str) -> str:
    """Return in words who is sure of a place among the first, who is not, and why.

    Parameters
    ----------
    found : Sensitivity
    lang : {"zh", "en"}
    """
    number = 1 if lang == "en" else 0
    name = markdown_text(found.result.project["project"]["name"])
    head = f"# {_say('title', number)}{('：', ': ')[number]}{name}"
    loose = unverified_text(found.result.quality["values"], number)
    notes = [PAGE["about_paper"][number]]
    if found.result.straight:
        notes.append(f"**{STRAIGHT['straight_line'][number]}** {STRAIGHT['straight_line_hint'][number]}")
    if loose:
        notes.append(f"{SHEET['unverified'][number]} {markdown_text(loose)}")
    parts = [_short(found, number), _ranks(found, number), _moves(found, number), _line(found, number),
             _pair(found, number), _how(found, number)]  # fmt: skip
    return "\n\n".join([head, *notes, *parts]) + "\n"


def _say(key: str, number: int, **values: object) -> str:
    return SENSITIVITY[key][number].format(**values)


def _chance(share: float) -> str:
    """Return a share of the draws; what is nearly always or hardly ever does not look certain."""
    return ">99.9 %" if 0.9995 <= share < 1 else "<0.1 %" if 0 < share < 0.0005 else _percent(share)


def _percent(share: float, decimals: int = 1) -> str:
    return f"{100 * share + 0.0:.{decimals}f} %"


def _titles(found: Sensitivity) -> dict[str, tuple[str, str]]:
    """Return the titles of all factors."""
    return {**FACTORS, **{code: shown_title(code, found.result) for code in found.result.matrix.codes}}


def _names(found: Sensitivity, mark: str, number: int) -> str:
    table = found.study.table
    ids = [str(z) for z in table.index[table["robust"] == mark]]
    shown = [markdown_text(found.standing.name(zone)) for zone in ids[:SHOWN_NAMES]]
    more = [_say("and_more", number, n=len(ids) - SHOWN_NAMES)] if len(ids) > SHOWN_NAMES else []
    return ("、", ", ")[number].join([*shown, *more])


def _gate(found: Sensitivity) -> pd.Series | None:
    """Return what orders ahead of any score, by zone; None where nothing does."""
    name = found.result.project["score"]["gate"] or GATE
    held = found.zones[name].astype("boolean") if name in found.zones else None
    return None if held is None else held.reindex(found.study.table.index)


def _gated(found: Sensitivity, number: int) -> list[str]:
    """Return how many are first in every draw by the gate, and what is said of the others by themselves."""
    gate = _gate(found)
    if gate is None or not gate.fillna(True).any():  # noqa: FBT003 - what is not known comes ahead, too
        return []
    unknown = int(gate.isna().sum())
    after = _say("gated_after", number, n=unknown) if unknown else ""
    others = found.study.table.loc[~gate.fillna(True).to_numpy(bool), "robust"]  # noqa: FBT003 - as above
    counts = {
        key: int((others == k).sum())
        for key, k in zip("abc", ("robustly_in", "contested", "robustly_out"), strict=True)
    }
    return [_say("gated", number, held=int(gate.sum()), after=after, n=len(others), **counts)]


def _short(found: Sensitivity, number: int) -> str:
    table, study = found.study.table, found.study
    counts = [int((table["robust"] == k).sum()) for k in ("robustly_in", "contested", "robustly_out")]
    sure = found.spec.sure
    lines: list[str] = [
        _say(
            "counts", number, n=len(table), first=found.first, draws=f"{study.found.draws:,}", a=counts[0],
            b=counts[1], c=counts[2], sure=f"{100 * sure:g} %", rest=f"{round(100 * (1 - sure), 9):g} %",
        ),
        *_gated(found, number),
    ]  # fmt: skip
    for mark, key in (("robustly_in", "names_in"), ("contested", "names_contested")):
        if (table["robust"] == mark).any():
            lines.append(_say(key, number, names=_names(found, mark, number)))
    return f"## {_say('short', number)}\n\n" + "\n\n".join([*lines, *_movers(found, number)])


def _movers(found: Sensitivity, number: int) -> list[str]:
    """Return which factor moves ranks most: of the stages, and of all one by one."""
    study, titles = found.study, _titles(found)
    if not study.stages.variance[0] > 0:
        return [_say("no_mover", number)]
    lines = []
    for key, effects in (("mover", study.stages), ("weight_mover", study.effects)):
        top = effects.table().iloc[0]
        if len(effects.factors) > 1:
            what = titles[str(top.name)][number]
            lines.append(_say(key, number, what=markdown_text(what), share=_percent(top["effect"], 0)))
    return lines


def _ranks(found: Sensitivity, number: int) -> str:
    table = found.study.table
    shown = table[(table["robust"] != "robustly_out") | (table["rank"] <= found.first)].head(SHOWN_ZONES)
    gate = _gate(found)
    held = {} if gate is None else {zone: None if pd.isna(v) else bool(v) for zone, v in gate.items()}
    held = held or dict.fromkeys(table.index, False)
    heads = [
        _say(f"of.{key}", number, first=found.first)
        for key in ("rank", "name", "priority", "interval", "mean", "share", "lead", "robust")
    ]
    rows = [
        [
            str(int(row["rank"])),
            markdown_text(found.standing.name(str(zone))),
            f"{found.zones.loc[zone, 'priority']:.1f}",
            f"{int(row['rank_p05'])}–{int(row['rank_p95'])}",
            f"{row['rank_mean']:.1f}",
            _chance(row["first_share"]),
            _chance(row["lead_share"]),
            _mark(PAGE[f"robust.{row['robust']}"][number], held.get(zone), number),
        ]
        for zone, row in shown.iterrows()
    ]
    hint = _say("ranks_hint", number, n=len(table) - len(shown))
    return markdown_table(_say("ranks", number), hint, heads, rows)


def _mark(mark: str, held: bool | None, number: int) -> str:
    """Return a mark, with the gate where it is what settles the place."""
    if held is False:
        return mark
    return _say("mark_gate" if held else "mark_unknown", number, mark=mark)


def _moves(found: Sensitivity, number: int) -> str:
    study, titles = found.study, _titles(found)
    stages, effects, total = study.stages.table(), study.effects.table(), study.total.table()["total"]
    rows = [
        [
            markdown_text(titles[factor][number]),
            _share_of(stages, factor),
            _share_of(effects, factor),
            _percent(total[factor]) if factor in total.index else "–",
        ]
        for factor in map(str, dict.fromkeys([*stages.index, *effects.index]))
    ]
    heads = [_say(f"of.{key}", number) for key in ("factor", "stages", "effect", "total")]
    first = markdown_table(_say("moves", number), _say("moves_hint", number), heads, rows)
    heads = [_say(f"of.{key}", number, first=found.first) for key in ("factor", "level", "rank_shift", "replaced")]
    rows = [[markdown_text(titles[factor][number]), *told] for factor, told in _one_by_one(found, number)]
    return f"{first}\n\n{markdown_table(_say('one', number), _say('one_hint', number), heads, rows)}"


def _one_by_one(found: Sensitivity, number: int) -> list[tuple[str, list[str]]]:
    """Return each change with what it moves; the draws of residents' answers, which mean nothing one by one, as one."""
    out: list[tuple[str, list[str]]] = []
    table = found.study.moves
    draws = table[table["factor"] == ANSWERS]
    for _, row in table[(table["factor"] != ANSWERS) | ~table["factor"].duplicated()].head(SHOWN_MOVES).iterrows():
        if row["factor"] == ANSWERS:
            shift = _span(draws["rank_shift"].min(), draws["rank_shift"].max(), "{:.2f}")
            replaced = _span(100 * draws["replaced"].min(), 100 * draws["replaced"].max(), "{:.1f}") + " %"
            out.append((ANSWERS, [_say("one_draws", number, n=len(draws)), shift, replaced]))
            continue
        level = PAGE[f"aggregate.{row['level']}"][number] if row["factor"] == "method" else str(row["level"])
        out.append((str(row["factor"]), [level, f"{row['rank_shift']:.2f}", _percent(row["replaced"])]))
    return out


def _span(low: float, high: float, form: str) -> str:
    least, most = form.format(low + 0.0), form.format(high + 0.0)
    return least if least == most else f"{least}–{most}"


def _share_of(table: pd.DataFrame, factor: str) -> str:
    """Return a factor's effect with its standard error; a dash where the table does not have it."""
    if factor not in table.index:
        return "–"
    effect, error = table.loc[[factor], ["effect", "error"]].to_numpy(float)[0]
    return f"{_percent(effect)} ± {_percent(error)}"


def _line(found: Sensitivity, number: int) -> str:
    lines = [f"## {_say('line', number)}"]
    if not found.edges:
        return "\n\n".join([*lines, _say("no_line", number, first=found.first)])
    lines.append(_say("line_hint", number, first=found.first))
    if found.standing.priority_of is not None:
        lines.append(_say("weights_method", number))
    elif found.gaps:
        lines.append(_say("weights_gaps", number, n=found.gaps))
    return "\n\n".join([*lines, *(_edge(edge, found, number) for edge in found.edges)])


def _edge(edge: Edge, found: Sensitivity, number: int) -> str:
    key = "outside" if edge.indicators.enters else "inside"
    head = _say(key, number, name=markdown_text(found.standing.name(edge.zone)), rank=edge.rank)
    words = [edge.indicators.words] if edge.weights is None else [edge.weights.words, edge.indicators.words]
    return "\n".join([f"**{head}**", "", *(f"- {markdown_text(pair[number])}" for pair in words)])


def _pair(found: Sensitivity, number: int) -> str:
    lines = [f"## {_say('pair', number)}"]
    if found.first_two is None:
        lines.append(_say("pair_one", number))
    else:
        lines.append(markdown_text(found.first_two.words[number]))
    table = found.study.table
    for zone, row in (
        table[table["lead_share"] > 0].sort_values("lead_share", ascending=False, kind="stable")[:2].iterrows()
    ):
        name = markdown_text(found.standing.name(str(zone)))
        share, confidence = _chance(row["lead_share"]), _chance(row["lead_confidence"])
        lines.append(_say("leads", number, name=name, share=share, confidence=confidence))
    return "\n\n".join(lines)


def _possible(factor: Factor) -> list[str]:
    """Return the levels that are drawn: today's answers of residents are none of the draws of them."""
    return [name for name, share in zip(factor.levels, factor.shares, strict=True) if share > 0]


def _how(found: Sensitivity, number: int) -> str:
    study, spec, titles = found.study, found.spec, _titles(found)
    weights = [f"{titles[str(c)][number]} {_percent(w)}" for c, w in study.weights.items()]
    apart, many = ("、", ", ")[number], ("；", "; ")[number]
    methods = [PAGE[f"aggregate.{name}"][number] for name in study.model.methods.levels]
    lines = [
        _say("how.draws", number, draws=f"{study.found.draws:,}", seed=spec.seed),
        _say(f"how.{spec.weights}", number, c=f"{spec.concentration or CONCENTRATION:g}"),
        _say("how.given", number, weights=markdown_text(many.join(weights))),
        _say("how.methods", number, methods=apart.join(methods)),
        *(
            _say("how.answers", number, what=titles[f.name][number], n=len(_possible(f)))
            if f.name == ANSWERS
            else _say("how.factor", number, what=titles[f.name][number], levels=apart.join(_possible(f)))
            for f in study.model.data
            if len(f.levels) > 1
        ),
        *(_say(f"idle.{kind}", number) for kind in (found.idle if found.data_varied else ("data",))),
        _say("own", number),
        _say("sources", number),
    ]
    return f"## {_say('how', number)}\n\n" + "\n".join(f"- {line}" for line in lines)
