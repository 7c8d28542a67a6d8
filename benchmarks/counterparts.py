"""How many clauses of a new year get the right id? Known edits in real agreements, ids stripped.

    python benchmarks/counterparts.py [seeds] [--faults]

Plants edits of all kinds into 5, 10, 20 and 40 % of the clauses of each text (see truth.py), takes
the ids of the new text away and asks `with_last_years_ids` for them. An id is right where the plan
has it: a clause that stayed, was amended, moved or renumbered has its own; of the parts of a split
one exactly one has the old id, the other a new one; a merged one has the id of one of its parts; an
added one has an id that no clause of the old text has. Prints a Markdown table with the share of
right ids for each share of edits, and with --faults every id that is wrong.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from itertools import product

import truth

from macros.archive import load
from macros.counterparts import with_last_years_ids
from macros.model import Page

LEAST = 0.97  # what was promised


def wanted(plan: truth.Plan) -> dict[str, tuple[str, set[str]]]:
    """For each clause of the new text what was done to it and which old ids are right for it."""
    found: dict[str, tuple[str, set[str]]] = {}
    for kind, old, new in plan.truth:
        if kind not in truth.FLAGS:
            found.update((each, (kind, set(old))) for each in new)
    return found


def judged(plan: truth.Plan) -> list[tuple[str, bool, str]]:
    """For each clause of the new text: what was done to it, whether its id is right, in words."""
    truths = wanted(plan)
    given = with_last_years_ids(provisional(plan.new), [plan.old])
    old = {clause.id for clause in plan.old.clauses}
    ids = [clause.id for clause in given.page.clauses]
    parts = Counter(
        next(iter(truths[own.id][1]))
        for own, found in zip(plan.new.clauses, ids, strict=True)
        if truths[own.id][0] == "split" and {found} == truths[own.id][1]
    )
    judgements = []
    for own, found in zip(plan.new.clauses, ids, strict=True):
        kind, right = truths[own.id]
        if kind == "split":
            good = parts[next(iter(right))] == 1 and (found in right or found not in old)
        elif kind == "added":
            good = found not in old
        else:
            good = found in right
        known = "/".join(sorted(right)) or "none"
        judgements.append((kind, good, f"{kind}: {known} got {found}: {own.text[:60]}"))
    return judgements


def provisional(page: Page) -> Page:
    """The page as an import hands it over, with ids that only count."""
    names = {c.id: type(c.id)(f"doan-{n}") for n, c in enumerate(page.clauses, start=1)}
    clauses = (
        replace(c, id=names[c.id], parent=names[c.parent] if c.parent else None)
        for c in page.clauses
    )
    return replace(page, clauses=tuple(clauses))


def main() -> None:
    """Plant, number, judge, print; fails where a share of edits has too few right ids."""
    seeds = int(sys.argv[1]) if sys.argv[1:] and sys.argv[1].isdecimal() else 40
    archive = load(truth.ROOT).archive
    newest = [archive.editions(*key)[-1] for key in archive.series()]
    bases = [each for each in newest if each.page.clauses]
    all_: Counter[tuple[float, str]] = Counter()
    right: Counter[tuple[float, str]] = Counter()
    faults = []
    for base, share, seed in product(bases, truth.SHARES, range(seeds)):
        others = [c for each in bases if each is not base for c in each.page.clauses]
        name = f"{base.unit_id} {share} {seed}"
        for kind, good, said in judged(truth.Plan(base.page, others, share, name, rewrite=False)):
            for key in product((share, 0), (kind, "all")):
                all_[key] += 1
                right[key] += good
            if not good:
                faults.append(f"{name}: {said}")
    kinds = [kind for kind in truth.KINDS if all_[0, kind]]
    print(f"{len(bases)} texts × {len(truth.SHARES)} shares × {seeds} seeds; share of right ids\n")
    print(f"| edited | clauses | right | {' | '.join(kinds)} |")
    print(f"|---|---|---|{'---|' * len(kinds)}")
    for share in (*truth.SHARES, 0):
        cells = [
            f"{right[share, kind] / all_[share, kind]:.4f} of {all_[share, kind]}" for kind in kinds
        ]
        whole = right[share, "all"] / all_[share, "all"]
        name = f"{share:.0%}" if share else "all"
        print(f"| {name} | {all_[share, 'all']} | {whole:.4f} | {' | '.join(cells)} |")
    if "--faults" in sys.argv:
        print("", *faults, sep="\n")
    low = [s for s in truth.SHARES if right[s, "all"] < LEAST * all_[s, "all"]]
    sys.exit(f"fewer than {LEAST:.0%} right at {', '.join(f'{s:.0%}' for s in low)}" if low else 0)


if __name__ == "__main__":
    main()
