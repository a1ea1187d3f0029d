"""Train the judge of article blocks, and cross-validate it by site.

usage: train_extract_judge.py PAGES.jsonl HTML_FOLDER [--folds 5] [--cache FILE] [--save cleaner/extract/judge.npz]

PAGES.jsonl has one page a line: id, url, site, charset, gold (the article text), quality ("ok" is used), and
optionally lang and set. HTML_FOLDER holds <id>.html.gz. Needs lightgbm (4.x), which nothing else here does.
The same pages and version give the same trees: the seed is fixed and one thread is used.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import hashlib
import json
import multiprocessing
import pathlib
import pickle
import re

import lightgbm
import numpy as np

from cleaner.errors import RecordError
from cleaner.extract.blocks import blocks_of
from cleaner.extract.candidates import candidates
from cleaner.extract.features import features
from cleaner.extract.metadata import metadata
from cleaner.extract.pages import parse

PARAMETERS = {
    "objective": "cross_entropy", "learning_rate": 0.06, "num_leaves": 16, "min_data_in_leaf": 400, "lambda_l2": 50,
    "path_smooth": 20, "feature_fraction": 0.25, "bagging_fraction": 0.7, "bagging_freq": 1, "max_bin": 63,
    "num_threads": 1, "seed": 1, "deterministic": True, "verbose": -1,
}  # fmt: skip
ROUNDS = 300
LEAST_F1 = 0.75
HAN = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
TOKEN = re.compile(rf"[{HAN}]|[^\W{HAN}]+")


def shingles(tokens, size=4):
    return [tuple(tokens[at : at + size]) for at in range(max(1, len(tokens) - size + 1)) if tokens]


def counts(text):
    return collections.Counter(shingles(TOKEN.findall(text)))


def labels(blocks, gold):
    """For each block's tokens the share that the article holds: by 4-grams, short ones by their neighbours."""
    left = collections.Counter(shingles(gold))
    found = [None] * len(blocks)
    for at, tokens in enumerate(blocks):
        if len(tokens) >= 4:
            grams = collections.Counter(shingles(tokens))
            found[at] = sum((grams & left).values()) / sum(grams.values())
            left -= grams
    whole = f" {' '.join(gold)} "
    for at, tokens in enumerate(blocks):
        if len(tokens) < 4:
            found[at] = float(bool(tokens) and beside(blocks, found, at, whole))
    return np.array(found, np.float32)


def beside(blocks, found, at, whole):
    """Say whether the article has these tokens right after a block before them, or right before one after them."""
    before = next((one for one in range(at - 1, max(-1, at - 3), -1) if (found[one] or 0) > 0.5), None)
    if before is not None and f" {' '.join(blocks[before][-5:] + blocks[at])} " in whole:
        return True
    after = next((one for one in range(at + 1, min(len(blocks), at + 3)) if len(blocks[one]) >= 4), None)
    return after is not None and found[after] > 0.5 and f" {' '.join(blocks[at] + blocks[after][:5])} " in whole


def page(arguments):
    row, folder = arguments
    raw = gzip.decompress((pathlib.Path(folder) / f"{row['id']}.html.gz").read_bytes())
    try:
        html = raw.decode(row.get("charset") or "utf-8", "replace")
        tree = parse(html)
    except RecordError:
        return None
    facts = metadata(tree, row["url"])
    blocks, containers = blocks_of(tree)
    if not blocks:
        return None
    votes = [*candidates(tree, html.count("<")), facts.body or ""]
    columns = features(blocks, containers, votes, facts.title or "")
    tokens = [TOKEN.findall(block.text) for block in blocks]
    return {
        "names": list(columns), "table": np.stack(list(columns.values()), 1),
        "label": labels(tokens, TOKEN.findall(row["gold"])), "size": np.array([len(one) for one in tokens], np.float32),
        "text": [block.text for block in blocks], "title": facts.title,
        **{name: row.get(name, "") for name in ("id", "site", "gold", "lang", "set")},
    }  # fmt: skip


def weights(one):
    """A block weighs its share of the article, all that is not article at most 1.5 articles."""
    weight = (one["size"] + 0.3) / max(30, one["size"][one["label"] >= 0.5].sum())
    other = one["label"] < 0.5
    return 300 * np.where(other, weight * min(1, 1.5 / max(weight[other].sum(), 1e-9)), weight)


def train(pages, parameters=PARAMETERS, rounds=ROUNDS, columns=slice(None)):
    table = np.concatenate([one["table"][:, columns] for one in pages])
    label = np.concatenate([one["label"] for one in pages])
    weight = np.concatenate([weights(one) for one in pages])
    return lightgbm.train(parameters, lightgbm.Dataset(table, label, weight=weight), rounds)


def fold_of(site, folds):
    return int(hashlib.md5(site.encode(), usedforsecurity=False).hexdigest(), 16) % folds


def score(rows):
    precision = [hit / (hit + wrong) for hit, wrong, _ in rows if hit + wrong]
    recall = [hit / (hit + missed) for hit, _, missed in rows if hit + missed]
    p, r = float(np.mean(precision)), float(np.mean(recall))
    return {"f1": round(2 * p * r / (p + r), 4), "p": round(p, 4), "r": round(r, 4), "n": len(rows)}


def overlap(gold, text):
    a, b = counts(gold), counts(text)
    return sum((a & b).values()), sum((b - a).values()), sum((a - b).values())


def cross_validate(pages, folds, taken=(0.5, 0.55, 0.6, 0.65, 0.7), **options):
    chances = {}
    for fold in range(folds):
        model = train([one for one in pages if fold_of(one["site"], folds) != fold], **options)
        for one in pages:
            if fold_of(one["site"], folds) == fold:
                chances[one["id"]] = model.predict(one["table"][:, options.get("columns", slice(None))], num_threads=1)
    for limit in taken:
        groups = collections.defaultdict(list)
        for one in pages:
            text = " ".join(text for text, p in zip(one["text"], chances[one["id"]], strict=True) if p >= limit)
            found = overlap(one["gold"], text)
            groups["all"].append(found)
            if one["set"] in ("aeb", "atn", "daniel", "fundus", "wcxb_news") and one["lang"] == "en":
                groups["english"].append(found)
            if one["set"] == "daniel_ml":
                groups["other"].append(found)
        print(limit, {name: score(rows) for name, rows in sorted(groups.items())}, flush=True)
    return chances


def plausible(pages, chances):
    """Leave out the pages that models of other sites get wrong: most of their labels are cut short."""
    kept = []
    for one in pages:
        text = " ".join(text for text, p in zip(one["text"], chances[one["id"]], strict=True) if p >= 0.6)
        hits, wrong, missed = overlap(one["gold"], text)
        if 2 * hits >= LEAST_F1 * (2 * hits + wrong + missed):
            kept.append(one)
    return kept


def save(model, names, path):
    """Write the trees as ``cleaner.extract.judge.Trees`` has them; features that no split uses are left out."""
    splits, values = zip(*(flat(tree["tree_structure"]) for tree in model.dump_model()["tree_info"]), strict=True)
    used = sorted({feature for tree in splits for feature, _, _ in tree})
    shape = (len(splits), max(map(len, splits)))
    feature, threshold = np.zeros(shape, np.int16), np.full(shape, np.inf, np.float32)
    left_out, value = np.full(shape, 0xFFFF, np.uint16), np.zeros((len(values), max(map(len, values))), np.float32)
    for tree, rows in enumerate(splits):
        for at, (name, limit, mask) in enumerate(rows):
            feature[tree, at], threshold[tree, at], left_out[tree, at] = used.index(name), limit, mask
        value[tree, : len(values[tree])] = values[tree]
    kept = np.array([names[at] for at in used])
    np.savez_compressed(path, names=kept, feature=feature, threshold=threshold, left_out=left_out, value=value)


def flat(root):
    """The splits of a tree as (feature, threshold, bits of the leaves that are not on its left), and the leaves."""
    splits, leaves = [], []

    def visit(node):
        if "split_feature" not in node:
            leaves.append(node.get("leaf_value", 0.0))
            return
        first = len(leaves)
        visit(node["left_child"])
        mask = 0xFFFF & ~(((1 << (len(leaves) - first)) - 1) << first)
        splits.append((node["split_feature"], rounded_down(node["threshold"]), mask))
        visit(node["right_child"])

    visit(root)
    return splits, leaves


def rounded_down(threshold):
    """The largest float32 that is not over the threshold: the same float32 features are over both."""
    near = np.float32(threshold)
    return near if float(near) <= threshold else np.nextafter(near, np.float32(-np.inf))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages")
    parser.add_argument("html")
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--cache", type=pathlib.Path)
    parser.add_argument("--save")
    given = parser.parse_args()
    if given.cache and given.cache.exists():
        pages = pickle.loads(given.cache.read_bytes())
    else:
        with open(given.pages, encoding="utf-8") as stream:
            rows = [row for row in map(json.loads, stream) if row["quality"] == "ok"]
        with multiprocessing.Pool(2) as pool:
            pages = [one for one in pool.imap(page, [(row, given.html) for row in rows], 16) if one]
        if given.cache:
            given.cache.write_bytes(pickle.dumps(pages))
    print(len(pages), "pages,", sum(len(one["label"]) for one in pages), "blocks,", len(pages[0]["names"]), "features")
    if given.folds:
        pages = plausible(pages, cross_validate(pages, given.folds))
        print(len(pages), "pages have plausible labels and are trained on", flush=True)
    if given.save:
        save(train(pages), pages[0]["names"], given.save)


if __name__ == "__main__":
    main()
