"""Train the line model: labelled documents in, ``model.npz`` out, and cross-validated figures by site on the way.

usage: train_line_model.py DOCUMENTS.jsonl [-o model.npz] [--sets aeb,atn,fundus,wcxb_news] [--no-validation]

A row has ``text``, ``labels`` (one letter for each non-blank line: C content, T title, B boilerplate; others are
left out), ``site``, ``set``, ``id`` and ``variant`` ("light": an extractor's text, "heavy": the whole page).
Needs lightgbm, scikit-learn and scipy, which the cleaner itself does not. Rows are sorted by id, seeds are fixed
and one thread is used: the same rows give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from cleaner.boilerplate import features, model, scan
from cleaner.lines import Lines

FOLDS = 5
HEAVY = 0.4
LEXICAL_SCALE = 24.0
COMMON = {
    "objective": "binary", "num_threads": 1, "deterministic": True, "force_row_wise": True, "seed": 7, "verbose": -1,
    "learning_rate": 0.06, "num_leaves": 48, "max_depth": model.DEPTH, "min_data_in_leaf": 40,
    "feature_fraction": 0.35, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 5.0,
}  # fmt: skip
ROUNDS = 200
CLEANED = 0.4


class Data(NamedTuple):
    lines: Lines
    seen: scan.Scan
    target: NDArray[np.float64]
    weight: NDArray[np.float64]
    fold: NDArray[np.int64]
    heavy: NDArray[np.bool_]

    def take(self, chosen: NDArray[np.bool_]) -> Data:
        """The documents of the chosen rows."""
        documents = np.flatnonzero(np.bincount(self.lines.document[chosen], minlength=len(self.lines.texts)))
        lines = Lines.of([self.lines.texts[d] for d in documents])
        return Data(lines, scan.scan(lines), *(column[chosen] for column in self[2:]))


def fold_of(site: str) -> int:
    return int.from_bytes(hashlib.blake2b(site.encode(), digest_size=4).digest(), "big") % FOLDS


def load(rows: list[dict[str, Any]]) -> Data:
    lines = Lines.of([row["text"] for row in rows])
    labels = "".join(row["labels"] for row in rows)
    assert len(labels) == len(lines)
    heavy = np.array([row["variant"] == "heavy" for row in rows])[lines.document]
    target = np.array([label == "B" for label in labels], dtype=float)
    used = np.array([label in "CTB" for label in labels], dtype=float)
    weight = weigh(used, np.where(heavy, HEAVY, 1.0), lines)
    fold = np.array([fold_of(row["site"]) for row in rows])[lines.document]
    return Data(lines, scan.scan(lines), target, weight, fold, heavy)


def weigh(used: NDArray[np.float64], kind: NDArray[np.float64], lines: Lines) -> NDArray[np.float64]:
    """Give the lines of a document together a weight that grows with the root of their number."""
    count = np.bincount(lines.document, used, len(lines.texts))[lines.document]
    share = np.maximum(count, 1) ** -0.5
    return used * kind * share * (used.sum() / (used * share).sum())


def lexicon(data: Data) -> NDArray[np.int8]:
    slots, bounds = model.lexical_slots(data.seen)
    matrix = csr_matrix((np.ones(len(slots), dtype=np.float32), slots, bounds), shape=(len(data.target), model.SLOTS))
    use = data.weight > 0
    fit = LogisticRegression(C=0.15, solver="liblinear", random_state=7, max_iter=200)
    fit.fit(matrix[use], data.target[use], sample_weight=data.weight[use])
    return np.clip(np.rint(fit.coef_[0] * LEXICAL_SCALE), -127, 127).astype(np.int8)


def cleaned(data: Data, score: NDArray[np.int32]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return features and weights of the content of extractors' texts with all boilerplate taken out.

    Clean text must stay as it is, and what is left after a first look is looked at again.
    """
    document = data.lines.document
    dirty = np.bincount(document, (data.weight > 0) & (data.target > 0), len(data.lines.texts)) > 0
    chosen = np.flatnonzero(dirty[document] & ~data.heavy & (data.target == 0))
    groups = np.split(chosen, np.flatnonzero(np.diff(document[chosen])) + 1)
    lines = Lines.of(["\n".join(data.lines.text[row] for row in group) for group in groups])
    return features.extract(lines, scan.scan(lines), score[chosen]), data.weight[chosen] * CLEANED


def boost(columns: NDArray[np.float32], target: NDArray[np.float64], weight: NDArray[np.float64]) -> model.Trees:
    use = weight > 0
    train = lightgbm.Dataset(columns.T[use], target[use], weight=weight[use])
    trees = [tree["tree_structure"] for tree in lightgbm.train(COMMON, train, ROUNDS).dump_model()["tree_info"]]
    inner, leaves = 2**model.DEPTH - 1, 2**model.DEPTH
    made = model.Trees(
        np.zeros((len(trees), inner), dtype=np.int16),
        np.full((len(trees), inner), np.inf, dtype=np.float32),
        np.zeros((len(trees), leaves), dtype=np.int32),
    )
    for at, tree in enumerate(trees):
        complete(tree, 0, 0, at, made)
    return made


def complete(node: dict[str, Any], place: int, depth: int, tree: int, made: model.Trees) -> None:
    """Write a tree of any shape as a complete one: below a leaf, every way has its value."""
    if "leaf_value" in node:
        width = 2 ** (model.DEPTH - depth)
        first = (place + 1) * width - 2**model.DEPTH
        made.value[tree, first : first + width] = round(node["leaf_value"] * model.SCALE)
        return
    threshold = np.float32(node["threshold"])
    if float(threshold) > node["threshold"]:
        threshold = np.nextafter(threshold, np.float32(-np.inf))
    made.feature[tree, place], made.threshold[tree, place] = node["split_feature"], threshold
    complete(node["left_child"], 2 * place + 1, depth + 1, tree, made)
    complete(node["right_child"], 2 * place + 2, depth + 1, tree, made)


def train(data: Data) -> model.LineModel:
    """Train the lexicon, and the trees on what lexicons that have not seen a line's site say of it."""
    score = np.zeros(len(data.target), dtype=np.int32)
    for fold in np.unique(data.fold):
        inside = data.fold == fold
        score[inside] = model.lexical_score(data.take(inside).seen, lexicon(data.take(~inside)))
    columns = features.extract(data.lines, data.seen, score)
    more, weight = cleaned(data, score)
    trees = boost(
        np.concatenate([columns, more], axis=1),
        np.concatenate([data.target, np.zeros(len(weight))]),
        np.concatenate([data.weight, weight]),
    )
    return model.LineModel(lexicon(data), trees, np.array([1.0, 0.0]))


def validate(data: Data, models: Path | None) -> NDArray[np.float64]:
    """Log-odds of every line by a model that has not seen its site; prints the figures by lines."""
    logit = np.zeros(len(data.target))
    for fold in range(FOLDS):
        inside = data.fold == fold
        rest = data.take(~inside)
        made = train(rest)
        logit[inside] = made.logit(data.take(inside).lines)
        if models is not None:
            made.save(models / f"fold{fold}.npz")
    return logit


def figures(logit: NDArray[np.float64], data: Data) -> None:
    for name, chosen in (("light", ~data.heavy), ("heavy", data.heavy)):
        use = chosen & (data.weight > 0)
        for threshold in (0.3, 0.4, 0.5, 0.6, 0.7, 0.9):
            drop = logit[use] > np.log(threshold / (1 - threshold))
            true = data.target[use] > 0
            hit = int((drop & true).sum())
            precision, recall = hit / max(1, drop.sum()), hit / max(1, true.sum())
            both = 2 * precision * recall / max(1e-9, precision + recall)
            print(f"{name} P>{threshold}: drop P {precision:.4f} R {recall:.4f} F1 {both:.4f}")


def calibration(logit: NDArray[np.float64], data: Data) -> NDArray[np.float64]:
    use = data.weight > 0
    fit = LogisticRegression(C=1e6).fit(logit[use, None], data.target[use], sample_weight=data.weight[use])
    return np.array([round(float(fit.coef_[0, 0]), 4), round(float(fit.intercept_[0]), 4)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=Path)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--sets", default="aeb,atn,fundus,wcxb_news")
    parser.add_argument("--no-validation", action="store_true")
    parser.add_argument("--logits", type=Path, help="write the cross-validated log-odds: one row a document")
    parser.add_argument("--models", type=Path, help="a folder for the models of the cross-validation")
    arguments = parser.parse_args()
    sets = arguments.sets.split(",")
    rows = [json.loads(line) for line in arguments.documents.read_text(encoding="utf-8").split("\n") if line]
    rows = sorted((row for row in rows if row["set"] in sets and not row.get("doubt")), key=lambda row: row["id"])
    data = load(rows)
    sites = len({row["site"] for row in rows})
    print(f"{len(rows)} documents of {sites} sites, {int((data.weight > 0).sum())} labelled lines")
    fitted = np.array([1.0, 0.0])
    if not arguments.no_validation:
        logit = validate(data, arguments.models)
        figures(logit, data)
        fitted = calibration(logit, data)
        print(f"calibration: slope {fitted[0]}, intercept {fitted[1]}")
        if arguments.logits:
            bounds = data.lines.first
            with arguments.logits.open("w", encoding="utf-8") as file:
                for row, low, high in zip(rows, bounds[:-1], bounds[1:], strict=True):
                    file.write(json.dumps({"id": row["id"], "logit": np.round(logit[low:high], 4).tolist()}) + "\n")
    if arguments.output:
        train(data)._replace(calibration=fitted).save(arguments.output)


if __name__ == "__main__":
    main()
