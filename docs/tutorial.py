"""From the built-in example to a ranking that can be defended, step by step.

Open it as a notebook (VS Code, Spyder, PyCharm; JupyterLab with jupytext) or run it: python docs/tutorial.py
It writes to the folder `geoprio-tutorial` in the current one, which must not hold results yet.
"""

# %% [markdown]
# # 从示例到经得起追问的排名 · A ranking that can be defended
#
# 示例是一座虚构的城市（合成数据）。每一步都可换成您自己的项目文件。
#
# The example is an invented town (synthetic data). Each step works with a project file of your own.

# %%
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import kendalltau
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

import geoprio
from geoprio.cli.demo import copy_example
from geoprio.outputs.figures import (
    acceptability_heatmap,
    priority_map,
    rank_intervals,
    ranking_scatter,
    save_figure,
    weight_tornado,
)
from geoprio.score.aggregate import topsis
from geoprio.score.compare import compare_zones
from geoprio.score.counterfactual import indicators_to_move, weights_to_move
from geoprio.score.draws import dirichlet_weights, ordered_weights
from geoprio.score.estimators import Aggregator, Normalizer
from geoprio.score.global_sensitivity import shapley_effects, sobol_indices
from geoprio.score.neighborhood_types import neighborhood_types
from geoprio.score.ranking_inputs import ranking_inputs, replaced
from geoprio.score.rankings import per_draw, rank_model
from geoprio.score.smaa import acceptability
from geoprio.score.standing import standing_of
from geoprio.score.weights import ahp, entropy, judgement_matrix

FOLDER = Path("geoprio-tutorial")
FIRST = 10  # 今年能做的片区数 · how many zones can be renewed this year
LANG = "en"  # 图和解释的语言，中文写 "zh" · language of figures and explanations, or "zh"

# %% [markdown]
# ## 1 运行 · Run
#
# 数据质量报告先看：哪些行被搁置、为什么。
#
# Look at what was set aside first, and why.

# %%
copy_example(FOLDER)
result = geoprio.run(FOLDER / "project.toml")
print(result)
print(result.rejects[["source", "row", "reason"]].head())
print(result.zones[["name", "priority", "rank", "tied_with"]].head(FIRST))

# %% [markdown]
# ## 2 权重 · Weights
#
# 权重可以给定、由判断得出（层次分析法）、或由数据得出（熵权）。熵权只说明指标区分片区的能力，不说明它有多重要。
#
# Weights can be given, asked of people (AHP), or computed (entropy). Entropy tells how well an indicator tells zones
# apart, not how much it matters.

# %%
matrix = result.matrix
print(matrix)

codes = list(matrix.codes)
pairs = {(a, b): 3.0 if "share" in a and "share" not in b else 1.0 for k, a in enumerate(codes) for b in codes[k + 1 :]}
pairs[codes[0], codes[1]] = 2.0
judged = ahp(judgement_matrix(codes, pairs))
print("CR", round(judged.consistency_ratio, 3), [r.in_words(codes) for r in judged.revisit])

standing = standing_of(matrix, result.zones)
urgencies = standing.urgencies
known = urgencies.dropna()
weights = pd.DataFrame(
    {"given": standing.weights, "ahp": judged.weights, "entropy": entropy(1.0 - known.to_numpy() + 0.01, names=codes)},
    index=codes,
)
print(weights.round(3))

# %% [markdown]
# ## 3 换权重重新评分 · Score again under other weights
#
# 可达性不重算，所以很快。
#
# Nobody walks again, so this is quick.

# %%
by_ahp = geoprio.rescore(result, weights=weights["ahp"].to_dict())
before, after = result.zones["rank"], by_ahp.zones["rank"]
save_figure(
    ranking_scatter(
        before, after, first=FIRST, names=result.zones["name"], lang=LANG,
        called=(("项目权重", "the project's weights"), ("层次分析法", "AHP")),
    ),
    FOLDER / "scatter",
)  # fmt: skip

# %% [markdown]
# ## 4 scikit-learn：流水线与网格搜索 · Pipelines and grid searches
#
# 若有专家对部分片区的评判，可以问：哪种算法与他们的排序最接近？这里用层次分析的得分代替专家。
#
# Where experts judged some zones: which method comes closest to their order? Here the scores by AHP stand in for them.

# %%
experts = by_ahp.zones["priority"].reindex(known.index).to_numpy()
pipeline = Pipeline([("normalize", Normalizer("minmax")), ("aggregate", Aggregator("weighted_sum"))])
search = GridSearchCV(
    pipeline,
    {
        "normalize__method": ["minmax", "rank", "vector"],
        "aggregate__method": ["weighted_sum", "topsis", "vikor"],
        "aggregate__weights": ["equal", "std"],
    },
    cv=3,
)
search.fit(known.to_numpy(), experts)
print(search.best_params_, round(search.best_score_, 3))
# 交叉验证的得分只在所问的几种算法之间比较 · the score compares the methods that were tried, nothing else

# %% [markdown]
# ## 5 名次有多稳 · How sure a rank is
#
# 权重围绕给定值抽取，算法两种，共 5,000 次。步行速度、阈值等数据的误差由 `geoprio sensitivity` 一并计入。
#
# Weights are drawn around the given ones, with two methods, 5,000 times. `geoprio sensitivity` also varies the data:
# walking speeds, thresholds, catchments.

# %%
ends = np.ones(len(codes)), np.zeros(len(codes))  # 全部不利与全部良好 · all bad and all good


def by_topsis(table: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Return the priorities by TOPSIS of one draw; unknown urgencies would have to be imputed first."""
    return 100.0 * topsis(table, drawn, norm="none", ideals=ends)


model = rank_model(
    urgencies.to_numpy(float), methods={"weighted_sum": None, "topsis": per_draw(by_topsis)}, method_shares=(0.7, 0.3)
)
found = acceptability(model, dirichlet_weights(standing.weights, 50, seed=1), first=FIRST, draws=5000)
sure = found.table(urgencies.index)
print(sure["robust"].value_counts())
print(sure[sure["robust"] == "contested"])

note = (
    "5,000 次抽样；权重：狄利克雷分布，集中度 50"
    if LANG == "zh"
    else "5,000 draws; weights: Dirichlet, concentration 50"
)
look = {
    "first": FIRST, "names": result.zones["name"], "today": standing.rank, "note": note, "lang": LANG,
    "project": result.project["project"]["name"],
}  # fmt: skip
save_figure(rank_intervals(sure, **look), FOLDER / "rank_intervals")
shares = pd.DataFrame(found.shares, urgencies.index, found.bin_last)
save_figure(acceptability_heatmap(shares, **look), FOLDER / "acceptability")

# 只知道重要性的次序时 · where only the order of importance is known
order = ordered_weights(pd.Series(standing.weights).rank(ascending=False, method="min").astype(int).tolist(), seed=1)
ordered = acceptability(model, order, first=FIRST, draws=2000).table(urgencies.index)
print("Kendall's tau of the mean ranks", round(float(kendalltau(sure["rank_mean"], ordered["rank_mean"]).statistic), 3))

# %% [markdown]
# ## 6 什么左右了排名 · What moves the ranking

# %%
today = model.ranks(standing.weights)
inputs = ranking_inputs(model, codes, replaced(today, FIRST), shapes=50.0 * standing.weights)
outcome = (f"前 {FIRST} 名中被替换的比例", f"share of the first {FIRST} that is replaced")
titles = {code: standing.title(code) for code in codes}
sobol = sobol_indices(inputs, inputs.groups, samples=256, seed=1)
print(shapley_effects(inputs, inputs.stages, samples=256, seed=1).table())
save_figure(weight_tornado(sobol.table(), outcome=outcome, titles=titles, lang=LANG), FOLDER / "tornado")

# %% [markdown]
# ## 7 为什么不是我们 · Why not us?

# %%
ranked = standing.rank.sort_values().index
last_in, first_out = ranked[FIRST - 1], ranked[FIRST]
number = 0 if LANG == "zh" else 1
compared = compare_zones(standing.points, last_in, first_out, titles=standing.titles, names=standing.names)
print(compared.words[number])
print(weights_to_move(standing, first_out, first=FIRST).words[number])
print(indicators_to_move(standing, first_out, first=FIRST).words[number])

# %% [markdown]
# ## 8 片区类型与空间格局 · Types, and patterns in space
#
# 空间格局需要：pip install "geoprio[spatial]"。
#
# Patterns in space need: pip install "geoprio[spatial]".

# %%
types = neighborhood_types(urgencies, pd.Series(standing.priority, urgencies.index), titles=standing.titles)
print(types.words[number])
print(*(words[number] for words in types.profile_words.values()), sep="\n")

try:
    from geoprio.score.spatial import spatial_pattern

    pattern = spatial_pattern(result.zones, result.zones["priority"], neighbors="nearest", k=6, permutations=199)
    print(pattern.words[number])
except geoprio.InputError as error:
    print(error)

# %% [markdown]
# ## 9 导出 · Export
#
# 完整的结果（地图、QGIS、表格、质量报告）与各表。
#
# The whole result (map, QGIS, tables, quality report), and tables of one's own.

# %%
matrix.with_weights(judged.weights).to_file(FOLDER / "matrix_ahp.csv")
result.zones[["name", "priority", "rank"]].join(sure).join(types.labels.rename("type")).to_csv(
    FOLDER / "defended.csv", encoding="utf-8-sig"
)
save_figure(priority_map(result, LANG), FOLDER / "map")
result.save(FOLDER / "out", lang=LANG)
print(sorted(p.name for p in FOLDER.iterdir() if p.suffix in {".csv", ".png", ".svg"}))
