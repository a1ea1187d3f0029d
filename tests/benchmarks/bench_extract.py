"""Score extraction on labelled pages, and time it beside trafilatura.

usage: bench_extract.py PAGES.jsonl HTML_FOLDER [--every N] [--predictions OUT.jsonl]

PAGES.jsonl and HTML_FOLDER are as for train_extract_judge.py. Shingle precision and recall are means over pages of
the 4-word shingles (as in the article extraction benchmark of Scrapinghub). Figures on pages that the judge was
trained on flatter it: take those of its cross-validation for accuracy, and these for speed, titles and failures.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import pathlib
import time

import numpy as np
import trafilatura

from cleaner.errors import RecordError
from cleaner.extract import extract
from cleaner.extract.cues import WORD


def shingles(text):
    words = WORD.findall(text)
    return collections.Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3)) if words)


def shares(gold, text):
    """Precision (None where nothing was found) and recall of the shingles."""
    wanted, found = shingles(gold), shingles(text)
    hits = sum((wanted & found).values())
    return (hits / sum(found.values()) if found else None), hits / max(1, sum(wanted.values()))


def ours(html, url):
    try:
        return extract(html, url)
    except RecordError as error:
        return error


def theirs(html, url):
    return trafilatura.extract(html, url, include_comments=False)


def theirs_with_metadata(html, url):
    return trafilatura.extract(html, url, include_comments=False, with_metadata=True)


def timed(seconds, way, html, url):
    started = time.process_time()
    found = way(html, url)
    seconds[way.__name__] += time.process_time() - started
    return found


def report(name, rows):
    precision = float(np.mean([p for p, _ in rows if p is not None]))
    recall = float(np.mean([r for _, r in rows]))
    f1 = 2 * precision * recall / (precision + recall)
    nothing = sum(not r for _, r in rows)
    print(f"{name:16} {len(rows):5} pages  F1 {f1:.4f}  P {precision:.4f}  R {recall:.4f}  nothing right {nothing}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages")
    parser.add_argument("html", type=pathlib.Path)
    parser.add_argument("--every", type=int, default=1, help="score every Nth page")
    parser.add_argument("--predictions", type=pathlib.Path)
    given = parser.parse_args()
    with open(given.pages, encoding="utf-8") as stream:
        rows = [row for row in map(json.loads, stream) if row["quality"] == "ok"][:: given.every]
    seconds, groups, predictions = collections.Counter(), collections.defaultdict(list), []
    titles, methods = [], collections.Counter()
    theirs("<p>load", None)
    ours("<body><p>Load everything first.", None)
    for row in rows:
        html = gzip.decompress((given.html / f"{row['id']}.html.gz").read_bytes()).decode(row["charset"], "replace")
        for way in (theirs, theirs_with_metadata):
            timed(seconds, way, html, row["url"])
        found = timed(seconds, ours, html, row["url"])
        text = "" if isinstance(found, RecordError) else found.text
        methods[str(found) if isinstance(found, RecordError) else found.method] += 1
        for name in ("all", row["set"], f"{row['set']} {row['lang']}"):
            groups[name].append(shares(row["gold"], text))
        if row.get("title") and not isinstance(found, RecordError):
            titles.append(WORD.findall(row["title"].lower()) == WORD.findall((found.title or "").lower()))
        predictions.append({"id": row["id"], "text": text})
    for name in sorted(name for name in groups if len(groups[name]) >= 20):
        report(name, groups[name])
    print("methods and reasons:", dict(methods.most_common()))
    print(f"titles equal but for case and punctuation: {np.mean(titles):.3f} of {len(titles)}")
    for name, value in seconds.items():
        print(f"{name:22} {1000 * value / len(rows):6.1f} ms a page  {value / seconds['theirs']:.2f}")
    if given.predictions:
        with given.predictions.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in predictions)


if __name__ == "__main__":
    main()
