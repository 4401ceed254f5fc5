"""Ranks under uncertainty do not hang on threads, hash seeds or the compiler."""

import os
import subprocess
import sys

import numpy as np

EVERYTHING = """
import sys
import numpy as np
from geoprio.score import draws, rankings, ranking_inputs, smaa
from geoprio.score.global_sensitivity import shapley_effects, sobol_indices
for module in (rankings, ranking_inputs, smaa):
    module.LARGE = 0
rankings.CELLS = 1 << 10
n, m = 110, 4
rng = np.random.default_rng(3)
tables = [np.where(rng.random((n, m)) < 0.1, np.nan, rng.integers(0, 4, (n, m)) / 3) for _ in range(2)]
for table in tables:
    table[:, 0] = rng.random(n)
model = rankings.rank_model(tables, unserved=rng.random((n, m)), tier=rng.integers(0, 2, n), place=rng.permutation(n))
samplers = [draws.uniform_weights(m, 5), draws.dirichlet_weights([4, 3, 2, 1], 30, 5)]
samplers += [draws.ordered_weights([0, 1, 1, 2]), draws.ranged_weights([0.1] * m, [0.4] * m)]
everything = []
for zones in (5000, 50):
    smaa.FULL_ZONES = zones
    for sampler in samplers:
        found = smaa.acceptability(model, sampler, first=9, draws=40, pairs=range(5))
        everything += [np.asarray(value) for value in vars(found).values()]
inputs = ranking_inputs.ranking_inputs(model, "abcd", ranking_inputs.pair_swaps(model.ranks([1, 1, 1, 1])))
everything += [sobol_indices(inputs, inputs.groups, samples=8).total]
everything += [shapley_effects(inputs, inputs.groups, samples=8).effects]
np.savez(sys.argv[1], *everything)
"""


def test_threads_and_hash_seeds_change_not_a_byte_and_plain_python_says_the_same(tmp_path):
    ways = [
        {"NUMBA_NUM_THREADS": "1", "PYTHONHASHSEED": "1"},
        {"NUMBA_NUM_THREADS": "2", "PYTHONHASHSEED": "2"},
        {"NUMBA_DISABLE_JIT": "1", "PYTHONHASHSEED": "3"},
    ]
    files = [tmp_path / f"{k}.npz" for k in range(3)]
    running = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", EVERYTHING, str(file)], env=os.environ | way)
        for way, file in zip(ways, files, strict=True)
    ]
    assert [process.wait() for process in running] == [0, 0, 0]
    one, *others = ([values.tobytes() for _, values in np.load(file).items()] for file in files)
    assert len(one) == 122
    for other in others:
        assert other == one


def test_importing_the_scores_loads_no_compiler():
    code = "import sys, geoprio.score.smaa, geoprio.score.ranking_inputs, geoprio.score.global_sensitivity"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print([m for m in ('numba', 'scipy.stats', 'SALib') if m in sys.modules])"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
