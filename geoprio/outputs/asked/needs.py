"""What the outputs say of residents: menus, meetings, votes and agreement of groups, as tables and for the map page."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geoprio._core.columns import SIGNIFICANT_DIGITS
from geoprio.outputs.asked.titles import decided_title, heading, need_title
from geoprio.outputs.asked.words import NEEDS
from geoprio.outputs.quality.facts import plain_rows
from geoprio.outputs.tables import significant
from geoprio.sources.survey.spec import MINIMUM
from geoprio.standards.votes import load_vote_rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoprio.indicators.needs import QuestionFound
    from geoprio.outputs.result import Result

SHOWN: Final = 5
"""Needs of a zone on its card and page; the others stand in needs.csv."""
SHARES: Final = frozenset((
    *("share", "low", "high", "support", "support_low", "support_high", "first", "share_present"),
    *("heads_voted", "area_voted", "heads_for", "area_for"),
))  # fmt: skip
"""Columns that are shown in per cent."""
MENU: Final = (
    *("zone_id", "name", "question", "rank", "need", "title", "status", "n", "share", "low", "high"),
    *("support", "support_low", "support_high", "first", "rank_p05", "rank_p95"),
)
MEETINGS: Final = (
    *("zone_id", "name", "need", "title", "date", "status", "present", "agree", "against", "abstain", "share_present"),
)
VOTES: Final = (
    *("zone_id", "name", "need", "title", "matter", "verdict", "owners", "owners_voted", "owners_for", "area"),
    *("area_voted_m2", "area_for_m2", "heads_voted", "area_voted", "heads_for", "area_for"),
    *("heads_lacking", "area_lacking"),
)
AREAS: Final = {"area_voted": "area_voted_m2", "area_for": "area_for_m2"}
DIGITS: Final = 6


def need_tables(result: Result) -> dict[str, pd.DataFrame]:
    """Return what residents say as tables of codes and numbers, those that have rows.

    Returns
    -------
    dict of str to DataFrame
        `needs` (a row for each zone, question and need), `meetings`, `votes`, `groups`.
    """
    found = result.needs
    if found is None:
        return {}
    names = result.zones["name"]
    menus = [q.menu.assign(question=q.code) for q in found.questions if len(q.menu)]
    tables = {
        "needs": pd.concat(menus, ignore_index=True) if menus else pd.DataFrame(),
        "meetings": _or_none(found.meetings).rename(columns={"share": "share_present"}),
        "votes": _or_none(found.votes),
        "groups": _groups(found.questions),
    }
    out = {}
    for key, table in tables.items():
        if not len(table):
            continue
        if "zone_id" in table:
            table.insert(1, "name", table["zone_id"].map(names).to_numpy())
        columns = {"needs": MENU, "meetings": MEETINGS, "votes": VOTES}.get(key, tuple(table.columns))
        out[key] = as_written(table.reindex(columns=list(columns)))
    return out


def as_written(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with 9 significant digits, and with counts as whole numbers."""
    out = table.copy()
    for name in out.columns:
        if pd.api.types.is_float_dtype(out[name]):
            values = significant(out[name].to_numpy(float, na_value=np.nan), SIGNIFICANT_DIGITS)
            known = values[np.isfinite(values)]
            counts = str(name) not in SHARES and len(known) > 0 and bool((known == np.rint(known)).all())
            out[name] = pd.array(values, dtype="Float64").astype("Int64") if counts else values
    return out


def _or_none(table: pd.DataFrame | None) -> pd.DataFrame:
    return pd.DataFrame() if table is None else table.copy()


def _groups(questions: Sequence[QuestionFound]) -> pd.DataFrame:
    """Return a row for each group and need, with how far the groups of its kind agree."""
    rows = [
        {"question": q.code, "kind": kind["kind"], "group": group["name"], "n": group["n"],
         "n_effective": group["n_effective"], "need": need, "title": title, "share": group["shares"][need],
         "w": kind["w"], "p": kind["p"]}
        for q in questions for kind in q.groups for group in kind["groups"]
        for need, title in zip(q.needs, q.titles, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def said_names(result: Result, number: int) -> dict[str, str]:
    """Return what questions, groups and kinds of groups are called: as the project names them, else what is asked.

    A question that nothing is said of, such as one about money, shows its own heading in the file.
    """
    survey = result.project.get("survey")
    if not survey:
        return {}
    asked = {q["code"]: (heading(str(q["column"])) if q["about"] == "other" else _say(f"needs.{q['about']}", number))
             for q in survey["questions"]}  # fmt: skip
    twins = [name for name in asked.values() if list(asked.values()).count(name) > 1]
    asked = {code: f"{name} ({code})" if name in twins else name for code, name in asked.items()}
    return asked | dict(survey["titles"])


def in_tongue(table: pd.DataFrame, result: Result) -> pd.DataFrame:
    """Return a table of `need_tables` with `title` in zh and en, as a pair."""
    if not {"need", "title"} <= set(table.columns) or result.needs is None:
        return table
    named = list(zip(table["need"].astype(str), table["title"].astype(str), strict=True))
    if "question" in table:
        about = table["question"].map({q.code: q.about for q in result.needs.questions})
        told = [need_title(result, a, need, words) for a, (need, words) in zip(about, named, strict=True)]
    else:
        told = [decided_title(result, need, words) for need, words in named]
    return table.assign(title=pd.Series(told, table.index, dtype=object))


def titled(
    table: pd.DataFrame, number: int, names: Mapping[str, str] = MappingProxyType({})
) -> tuple[pd.DataFrame, frozenset[str]]:
    """Return a table under its titles and with words for codes, and the titles of its shares.

    Parameters
    ----------
    table : DataFrame
        Of `need_tables`, or with pairs of titles of `in_tongue`.
    number : {0, 1}
        0: Chinese, 1: English.
    names : mapping of str to str
        Of `said_names`.
    """
    out = table.copy()
    if "title" in out:
        out["title"] = [t[number] if isinstance(t, tuple) else t for t in out["title"]]
    for column in ("question", "kind", "group"):
        if column in out:
            out[column] = out[column].map(lambda code: names.get(code, code))
    for column, prefix in (("status", "status"), ("verdict", "votes"), ("matter", "matter")):
        if column in out:
            words = {v: NEEDS.get(f"{prefix}.{v}", (v, v))[number] for v in out[column].dropna().unique()}
            out[column] = out[column].map(words)
    heads = {str(c): NEEDS[f"of.{c}"][number] for c in out}
    return out.rename(columns=heads), frozenset(heads[str(c)] for c in table if c in SHARES)


def need_report(result: Result) -> dict[str, Any] | None:
    """Return all that is not told by zone, for needs.json; None without a survey, meetings or votes."""
    found = result.needs
    if found is None:
        return None
    questions = [
        {
            "code": q.code,
            "about": q.about,
            "city": plain_rows(q.city.reset_index()),
            "agreement": q.groups,
            "means": None if q.means is None else q.means.plain(),
        }
        for q in found.questions
    ]
    voice, weights = found.voice, None
    if voice is not None:
        rows = zip(voice.needs, voice.titles, voice.found.weight, voice.found.low, voice.found.high, strict=True)
        weights = {
            "question": voice.question,
            "needs": [
                {"need": n, "title": t, "weight": float(w), "low": float(low), "high": float(high)}
                for n, t, w, low, high in rows
            ],
            "indicators": voice.weights() if voice.indicators else {},
            "without_indicator": list(voice.unheard) if voice.indicators else list(voice.needs),
        }
    return {"questions": questions, "weights": weights, **found.report}


# -------------------------------------------------------------------------------------------------- pages and sheets


def page_needs(result: Result) -> dict[str, Any] | None:
    """Return what the map page says of residents; None where the project names no survey, meetings or votes.

    Returns
    -------
    dict or None
        `questions`: what each asks, titles of its needs, `city` rows (need, n, share, low, high), `weights` rows
        (weight, low, high) or None, `groups` (kind, W, p, names); `minimum`; and by zone in the result's order `zones`
        (for each question status, n, and the first needs as need, share, low, high, drawn share), `meetings`, `votes`.
    """
    found = result.needs
    if found is None:
        return None
    ids = result.zones.index
    minimum = result.project["survey"]["minimum"] if result.project.get("survey") else MINIMUM
    (rule,) = load_vote_rules().values()
    return {
        "minimum": minimum,
        "fewest": MINIMUM,
        "questions": [_question(q, result) for q in found.questions],
        "zones": [_of_zones(q, ids) for q in found.questions],
        "meetings": _by_zone(found.meetings, result, ("title", "date", "present", "agree", "share")),
        "votes": _by_zone(
            found.votes, result,
            ("title", "verdict", "area_voted", "heads_voted", "area_for", "heads_for", "heads_lacking", "area_lacking"),
        ),
        "rule": {"titles": (rule.title_zh, rule.title_en), "source": rule.source, "mark": _mark(rule.verified)},
    }  # fmt: skip


def _mark(verified: bool | str) -> str:
    return "secondary" if verified == "secondary" else "verified" if verified else "unverified"


def _question(q: QuestionFound, result: Result) -> dict[str, Any]:
    voice = result.needs.voice if result.needs is not None else None
    weights = None
    if voice is not None and voice.question == q.code:
        weights = np.column_stack([voice.found.weight, voice.found.low, voice.found.high])
    numbers = [q.needs.index(str(need)) for need in q.city.index]
    named = (result.project.get("survey") or {}).get("titles", {})
    city = q.city[["n", "share", "low", "high"]].to_numpy(float)
    return {
        "about": q.about,
        "titles": [need_title(result, q.about, n, t) for n, t in zip(q.needs, q.titles, strict=True)],
        "asked": heading_of(q.code, result),
        "city": [[k, *_plain(row)] for k, row in zip(numbers, city, strict=True)],
        "weights": None if weights is None else [_plain(row) for row in weights],
        "groups": [
            [named.get(g["kind"], g["kind"]), g["w"], g["p"], [named.get(m["name"], m["name"]) for m in g["groups"]]]
            for g in q.groups
        ],
    }


def heading_of(code: str, result: Result) -> str | None:
    """Return what a question asks where its answers do not tell it; None where `about` says it."""
    survey = result.project.get("survey")
    asked = [q for q in survey["questions"] if q["code"] == code and q["about"] == "other"] if survey else []
    return survey["titles"].get(code, heading(str(asked[0]["column"]))) if survey and asked else None


def _of_zones(q: QuestionFound, ids: pd.Index) -> list[list[Any]]:
    """Return status, n and the first needs of each zone."""
    if not len(q.menu):
        return [["none", 0, []] for _ in ids]
    out = {}
    for zone, rows in q.menu.groupby("zone_id", sort=False):
        first = rows.sort_values("rank").head(SHOWN)
        status = str(first["status"].iloc[0])
        values = first[["share", "low", "high", "support"]].to_numpy(float)
        # What is not told of a zone is not told as the city's either: it would look like its own.
        told = [[q.needs.index(n), *_plain(v)] for n, v in zip(first["need"], values, strict=True)]
        n = first["n"].iloc[0]
        out[zone] = [status, None if np.isnan(n) else int(n), told if status == "told" else []]
    return [out[zone] for zone in ids]


def _by_zone(table: pd.DataFrame | None, result: Result, columns: tuple[str, ...]) -> list[list[list[Any]]]:
    """Return the rows of each zone, titles in zh and en; an empty list where there is no such table."""
    if table is None:
        return []
    out: dict[str, list[list[Any]]] = {zone: [] for zone in result.zones.index}
    titles = in_tongue(table, result)["title"]
    for zone, title, row in zip(table["zone_id"], titles, plain_rows(table[list(columns)]), strict=True):
        out[zone].append([_short(v) for v in (row | {"title": list(title)}).values()])
    return list(out.values())


def _plain(values: Sequence[float] | np.ndarray) -> list[float | int | None]:
    return [_short(float(v)) for v in values]


def _short(value: Any) -> Any:  # noqa: ANN401 - a cell
    if not isinstance(value, float):
        return value
    return None if np.isnan(value) else int(value) if value.is_integer() else round(value, DIGITS)


def sheet_needs(data: dict[str, Any] | None, row: int, number: int) -> list[tuple[str, str]]:
    """Return what the page of one zone says of its residents: questions, then meetings, then votes, each apart.

    Parameters
    ----------
    data : dict or None
        From `page_needs`.
    row : int
        Number of the zone in the result's order.
    number : {0, 1}
        0: Chinese, 1: English.
    """
    if data is None:
        return []
    apart = ("；", "; ")[number]
    out = []
    for q, by_zone in zip(data["questions"], data["zones"], strict=True):
        status, n, rows = by_zone[row]
        if status == "told":
            said = [
                f"{q['titles'][k][number]} {_interval(share, low, high, number)}" for k, share, low, high, _ in rows
            ]
            text = apart.join([_say("needs.n", number, n=n), *said])
        else:
            text = _say(f"needs.{status}", number, n=data["minimum"])
        out.append((q["asked"] or _say(f"needs.{q['about']}", number), text))
    for key, write in (("meetings", _meeting), ("votes", _vote)):
        mine = data[key][row] if data[key] else []
        if mine:
            out.append((_say(key, number), apart.join(write(line, number) for line in mine)))
    return out


def _interval(share: float, low: float, high: float, number: int) -> str:
    return _say("needs.row", number, share=_percent(share), low=_percent(low), high=_percent(high))


def _meeting(line: list[Any], number: int) -> str:
    titles, date, present, agree, share = line
    title = titles[number]
    if agree is None:
        return f"{title} " + _say("meetings.few", number, date=date, n=MINIMUM)
    people = "?" if present is None else present
    return f"{title} " + _say("meetings.row", number, date=date, present=people, agree=agree, share=_percent(share))


def _vote(line: list[Any], number: int) -> str:
    titles, verdict, area_voted, heads_voted, area_for, heads_for, heads, area = line
    title = titles[number]
    parts = {"area_voted": area_voted, "heads_voted": heads_voted, "area_for": area_for, "heads_for": heads_for}
    told = {k: _percent(v) for k, v in parts.items()}
    text = f"{title} " + _say("votes.row", number, verdict=_say(f"votes.{verdict}", number), **told)
    if verdict in {"failed", "no_quorum"} and heads is not None and area is not None:
        text += ("，", ", ")[number] + _say("votes.lacking", number, heads=f"{heads:,.0f}", area=f"{area:,.0f}")
    return text


def _percent(share: float | None) -> str:
    return "?" if share is None else f"{100 * share:.0f} %"


def _say(key: str, number: int, **values: object) -> str:
    text = NEEDS[key][number]
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text.strip()
