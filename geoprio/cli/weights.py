"""`geoprio weights`: weights with diagnostics, ready for the project file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoprio.cli.options import Quiet, ShowProgress, Verbose, print_notes, stages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoprio._core.typing import Floats
    from geoprio.score.weights import Ahp

STAGE_COUNT = 5


class WeightsBy(StrEnum):
    """How weights are found."""

    equal = "equal"
    entropy = "entropy"
    entropy_inverted = "entropy_inverted"
    critic = "critic"
    critic_blind = "critic_blind"
    std = "std"
    pca = "pca"
    ahp = "ahp"
    bwm = "bwm"
    swing = "swing"
    roc = "roc"


class RandomIndex(StrEnum):
    """Tables of the random index, by which the consistency ratio is told."""

    saaty = "saaty"
    alonso_lamata = "alonso-lamata"


@dataclass(frozen=True)
class Found:
    """Weights with what there is to say of them."""

    codes: Sequence[str]
    weights: Sequence[float]
    said: list[str] = field(default_factory=list)
    numbers: dict[str, Any] = field(default_factory=dict)


def add_to(app: typer.Typer) -> None:
    """Add the verb to the program."""

    @app.command("weights")
    def command(
        method: Annotated[WeightsBy, typer.Argument(help="How weights are found.", show_default=False)],
        given: Annotated[
            list[str],
            typer.Argument(
                metavar="PROJECT|FILE…",
                help="equal to pca: the project file. ahp: a CSV of judgements, or several for a group. "
                "bwm, swing, roc: a CSV; roc also takes indicators in their order of importance.",
                show_default=False,
            ),
        ],
        random_index: Annotated[
            RandomIndex, typer.Option("--random-index", help="For ahp: the table of the consistency ratio.")
        ] = RandomIndex.saaty,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
        verbose: Verbose = False,
        quiet: Quiet = False,
        progress: ShowProgress = None,
    ) -> None:
        """Print weights, how much they can be trusted, and the lines for the project file."""
        if method is WeightsBy.ahp:
            found = _ahp([Path(name) for name in given], random_index.value)
        elif method is WeightsBy.roc and not _is_file(given):
            found = _order(given)
        elif method in {WeightsBy.bwm, WeightsBy.swing, WeightsBy.roc}:
            found = _answers(method, _one(method, given))
        else:
            found = _of_project(method, _one(method, given), verbose=verbose, quiet=quiet, progress=progress)
        typer.echo(_json(method, found) if as_json else _text(method, found))


def _is_file(given: Sequence[str]) -> bool:
    return len(given) == 1 and (given[0].lower().endswith(".csv") or Path(given[0]).is_file())


def _one(method: WeightsBy, given: Sequence[str]) -> Path:
    from geoprio._core.errors import InputError

    if len(given) != 1:
        raise InputError(f"weights {method.value} takes one file, not {len(given)}: {', '.join(given)}.")
    return Path(given[0])


def _of_project(method: WeightsBy, project: Path, *, verbose: bool, quiet: bool, progress: bool | None) -> Found:
    from geoprio import pipeline

    with stages(STAGE_COUNT, progress, quiet=quiet) as tell:
        weights, notes = pipeline.weigh(project, method.value, progress=tell)
    if not quiet:
        print_notes(notes, verbose=verbose)
    said = ["These weights say how well an indicator tells these zones apart, not how much it matters."]
    said = [] if method is WeightsBy.equal else said
    warned = [n["text"] for n in notes if n["level"] == "warning"]
    return Found(list(weights.index), weights.tolist(), said, {"warnings": warned})


def _ahp(paths: Sequence[Path], table: str) -> Found:
    from geoprio._core.errors import InputError
    from geoprio.score.weights import group_ahp
    from geoprio.score.weights.answers import read_judgements

    read = [read_judgements(path) for path in paths]
    codes = read[0][0]
    other = [path.name for path, (named, _) in zip(paths, read, strict=True) if named != codes]
    if other:
        raise InputError(
            f"{', '.join(other)}: not the indicators of {paths[0].name} in the same order; align the files."
        )
    members = [_judged(path, matrix, table) for path, (_, matrix) in zip(paths, read, strict=True)]
    group = group_ahp([m for _, m in read], random_index=table) if len(read) > 1 else None
    whole = group.combined if group else members[0]
    said: list[str] = []
    numbers: dict[str, Any] = {"random_index": table, "consistency_ratio": whole.consistency_ratio}
    for path, one in zip(paths, members, strict=True):
        verdict = "consistent" if one.consistent else "not consistent: above 0.1"
        said.append(f"{path.name}: consistency ratio {one.consistency_ratio:.4f} ({verdict}; random index: {table}).")
        if not one.consistent and one.revisit:
            said.append(f"{path.name}: revisit {one.revisit[0].in_words(codes)}")
    numbers["files"] = [
        {"file": path.name, "weights": one.weights.tolist(), "lambda_max": one.lambda_max,
         "consistency_ratio": one.consistency_ratio, "consistent": one.consistent,
         "revisit": [r.in_words(codes) for r in one.revisit]}
        for path, one in zip(paths, members, strict=True)
    ]  # fmt: skip
    if group:
        said.append(
            f"Group of {len(members)}: consistency ratio {whole.consistency_ratio:.4f}; agreement (Kendall's W) "
            f"{group.agreement:.3f}, from 0 (none) to 1 (all order the indicators alike)."
        )
        numbers["agreement"] = group.agreement
    return Found(codes, whole.weights.tolist(), said, numbers)


def _judged(path: Path, matrix: Floats, table: str) -> Ahp:
    """Return the weights of one person; an error names the file."""
    from geoprio._core.errors import InputError
    from geoprio.score.weights import ahp

    try:
        return ahp(matrix, random_index=table)
    except InputError as error:
        raise InputError(*(f"{path.name}: {p}" for p in error.problems)) from None


def _answers(method: WeightsBy, path: Path) -> Found:
    from geoprio.score.weights.answers import read_best_worst, read_ranks, read_swing

    if method is WeightsBy.bwm:
        codes, bwm = read_best_worst(path)
        said = [
            f"Largest gap between answers and weights (xi): {bwm.xi:.4f}, 0 = all answers agree.",
            f"Input-based consistency: {bwm.input_consistency:.4f}, from 0 (the answers agree) to 1.",
        ]
        return Found(codes, bwm.weights.tolist(), said, {"xi": bwm.xi, "input_consistency": bwm.input_consistency})
    codes, weights = (read_swing if method is WeightsBy.swing else read_ranks)(path)
    return Found(codes, weights.tolist(), [] if method is WeightsBy.swing else [CENTROID])


CENTROID = "The center of all weights that agree with the order."


def _order(codes: Sequence[str]) -> Found:
    from geoprio._core.errors import InputError
    from geoprio.score.weights import rank_order_centroid

    if len(set(codes)) < len(codes):
        raise InputError(f"roc: an indicator stands there twice: {', '.join(codes)}.")
    weights: Floats = rank_order_centroid(range(1, len(codes) + 1))
    return Found(codes, weights.tolist(), [CENTROID])


def _text(method: WeightsBy, found: Found) -> str:
    width = max(len(code) for code in found.codes)
    rows = [f"  {code:<{width}}  {100 * w:6.2f} %" for code, w in zip(found.codes, found.weights, strict=True)]
    lines = [f"{_key(code)} = {w:.6g}" for code, w in zip(found.codes, found.weights, strict=True)]
    return "\n".join([f"Weights by {method.value}:", *rows, *found.said, "", "[score.weights]", *lines])


def _key(code: str) -> str:
    """Return a key as TOML takes it."""
    return (
        code
        if re.fullmatch(r"[A-Za-z0-9_-]+", code)
        else json.dumps(code, ensure_ascii=False).replace("\x7f", "\\u007f")
    )


def _json(method: WeightsBy, found: Found) -> str:
    told = {"method": method.value, "weights": dict(zip(found.codes, found.weights, strict=True)), **found.numbers}
    return json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False)
