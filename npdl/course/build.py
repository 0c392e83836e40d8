"""Make what students get from the sources: notebooks and modules with gaps, in each language.

    python -m npdl.course.build            # write them
    python -m npdl.course.build --check    # only say whether they are in step

Building twice changes nothing. Needs jupytext and nbformat.

In a module the lines between # BEGIN SOLUTION and # END SOLUTION become `raise NotImplementedError`. In a notebook a
cell with lang="zh" in its metadata stands in the Chinese one only, one without in all. A cell that begins with
`npdl.check(` is graded automatically, one with points="3" by hand: both carry nbgrader's metadata.
"""

import argparse
import ast
import hashlib
import re
import sys

from . import material

SOLUTION = re.compile(r"^( *)# BEGIN SOLUTION\n.*?^ *# END SOLUTION\n", re.M | re.S)
CHECK = re.compile(r'npdl\.check\("(\w+)"')


def gaps(source, docs=None):
    """A reference module's source as a student gets it. docs: other docstrings, by name; that of the module by ""."""
    text = SOLUTION.sub(lambda m: f'{m[1]}raise NotImplementedError("{_at(source, m.start())}")\n', source)
    return _documented(text, docs) if docs else text


def _at(source, place):
    """The function that holds this place in the source."""
    return re.findall(r"^def (\w+)", source[:place], re.M)[-1]


def _documented(text, docs):
    """The source with other docstrings."""
    lines = text.split("\n")
    tree = ast.parse(text)
    for name, node in reversed([("", tree), *((getattr(node, "name", None), node) for node in tree.body)]):
        if name in docs:
            first = node.body[0]
            indent = " " * first.col_offset
            doc = docs[name].strip().split("\n")
            doc = [f'{indent}"""{doc[0]}', *(f"{indent}{line.strip()}" if line.strip() else "" for line in doc[1:])]
            doc = [*doc[:-1], doc[-1] + '"""'] if len(doc) == 1 else [*doc, f'{indent}"""']
            lines[first.lineno - 1 : first.end_lineno] = doc
    return "\n".join(lines)


def notebook(source, assignment, lang="en"):
    """The notebook of a percent file, without outputs; cell ids follow from the position."""
    import jupytext
    import nbformat

    book = jupytext.read(source, fmt="py:percent")
    cells = [c for c in book.cells if c["metadata"].get("lang", lang) == lang]
    for number, cell in enumerate(cells):
        meta = cell["metadata"]
        for key in ("lang", "lines_to_next_cell"):
            meta.pop(key, None)
        cell["id"] = f"{source.stem.removesuffix('_notebook')}-{number:02}"
        points, found = meta.pop("points", None), CHECK.match(cell.source)
        if found:
            exercise = assignment.exercises[found[1]]
            meta["nbgrader"] = _nbgrader(exercise.name, exercise.points, solution=False)
        elif points:
            meta["nbgrader"] = _nbgrader(cell["id"], float(points), solution=True)
    book.cells = cells
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    book.metadata = nbformat.from_dict({"kernelspec": kernel, "language_info": {"name": "python"}})
    return nbformat.writes(book) + "\n"


def _nbgrader(name, points, solution):
    """Schema 3: an autograded check is locked, an answer graded by hand is the student's."""
    kind = {"grade": True, "solution": solution, "locked": not solution, "task": False}
    return {**kind, "grade_id": name, "points": points, "schema_version": 3}


def products(assignment):
    """{path: text} of all that is made for an assignment."""
    made = {}
    for lang in assignment.languages:
        for part in assignment.parts:
            source = assignment.path / "source" / f"{part}.py"
            text = gaps(source.read_text(encoding="utf-8"), assignment.docs_zh[part] if lang == "zh" else None)
            made[assignment.path / lang / f"{part}.py"] = text
            story = source.with_name(f"{part}_notebook.py")
            if story.exists():
                made[assignment.path / lang / f"{part}.ipynb"] = notebook(story, assignment, lang)
    return made


def out_of_step(assignment):
    """The files whose text is not what the sources make."""
    made = products(assignment)
    wrong = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    kept = {p for lang in assignment.languages for p in (assignment.path / lang).glob("*.*")}
    return sorted({*wrong, *(kept - set(made))})


def digest(assignment):
    """A short hash of the files of an assignment, those of students and the checks: the version of the material."""
    whole = hashlib.sha256()
    for path in sorted(assignment.path.rglob("*.*")):
        if path.is_file() and path.suffix in (".py", ".ipynb", ".toml"):
            text = path.read_text(encoding="utf-8")  # whatever ends its lines
            whole.update(f"{path.relative_to(assignment.path).as_posix()}\0{text}\0".encode())
    return whole.hexdigest()[:12]


def main(arguments=None):
    """Write, or check, all that is made."""
    parser = argparse.ArgumentParser(prog="python -m npdl.course.build", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; say what is out of step")
    parser.add_argument("names", nargs="*", help="assignments (default: all)")
    args = parser.parse_args(arguments)
    wrong = []
    for name in args.names or material.names():
        assignment = material.load(name)
        stale = out_of_step(assignment)
        wrong += stale
        for path, text in products(assignment).items():
            if path in stale and not args.check:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")
    for path in wrong:
        print(path.relative_to(material.folder()), "out of step" if args.check else "written")
    return 1 if args.check and wrong else 0


if __name__ == "__main__":
    sys.exit(main())
