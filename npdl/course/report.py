"""The teacher's page: how each exercise went, the commonest mistakes by name, and every submission."""

import html
from collections import Counter

from .result import COLOURS, SIGNS

STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:75em;margin:2em auto;padding:0 1em}
table{border-collapse:collapse;margin:1em 0}td,th{padding:2px 8px;text-align:left;border-bottom:1px solid #d0d7de}
.bar{background:#eaeef2;width:12em;height:.8em}.bar div{background:#1a7f37;height:100%}
td.n{text-align:right}.small{color:#6e7781;font-size:smaller}"""


def page(assignment, graded, about):
    """A self-contained page of HTML."""
    title = f"{assignment.name}: {assignment.title['en']}"
    most = sum(e.points for e in assignment.exercises.values())
    mean = sum(g.points for g in graded) / max(1, len(graded))
    head = f"{len(graded)} submissions; mean {mean:.1f} of {most:g} points; material {about['material']}, "
    walls = ", ".join(about["walls"]) or "containment only"
    return "\n".join(
        [
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>',
            f"<style>{STYLE}</style>",
            f"<h1>{html.escape(title)}</h1><p>{head}seed {about['seed']}; shut in by: {walls}</p>",
            "<h2>Exercises</h2>",
            exercises(assignment, graded),
            "<h2>Submissions</h2>",
            people(assignment, graded),
        ]
    )


def exercises(assignment, graded):
    """A row an exercise: the share that is right, how the others fail, and the commonest mistakes."""
    rows = ["<table><tr><th>exercise<th>right<th><th>not written<th>wrong<th>the commonest mistakes"]
    for e in assignment.exercises.values():
        results = [r for g in graded for r in g.results if r.exercise == e.name]
        count = Counter(r.status for r in results)
        share = count["right"] / max(1, len(results))
        sentences = {m.code: m.en for m in e.mistakes} | {law.code: law.en for law in e.laws}
        kinds = Counter(sentences.get(r.code) or r.kind for r in results if r.status == "wrong")
        common = "; ".join(f"{n} × {html.escape(text)}" for text, n in kinds.most_common(4))
        bar = f'<div class="bar"><div style="width:{100 * share:.0f}%"></div></div>'
        rows.append(
            f'<tr><td>{e.name}<td class="n">{100 * share:.0f} %<td>{bar}<td class="n">{count["open"]}'
            f'<td class="n">{count["wrong"]}<td>{common}'
        )
    return "\n".join([*rows, "</table>"])


def people(assignment, graded):
    """A row a submission, a sign an exercise; the sentences show when one points at a sign."""
    names = "".join(f'<th><span class="small">{e}</span>' for e in assignment.exercises)
    rows = [f"<table><tr><th>submission<th>points{names}<th>repairs"]
    for g in graded:
        cells = []
        for r in g.results:
            said = html.escape("\n".join(r.sentences("en")), quote=True)
            cells.append(f'<td title="{said}" style="color:{COLOURS[r.status]}">{SIGNS[r.status]}')
        notes = html.escape("; ".join([*([g.problem] if g.problem else []), *g.notes]))
        row = f'<tr><td>{html.escape(g.name)}<td class="n">{g.points:g}{"".join(cells)}'
        rows.append(f'{row}<td class="small">{notes}')
    return "\n".join([*rows, "</table>"])
