"""The outcome of a check: for machines (JSON), for the terminal, for the notebook."""

import html
import json
from dataclasses import asdict, dataclass, field

from .language import Text, language, say

COLOURS = {"right": "#1a7f37", "wrong": "#b35900", "open": "#6e7781"}
SIGNS = {"right": "✓", "wrong": "✗", "open": "·"}


@dataclass
class Line:
    """One sentence of a result: a message of the engine with its fields, or a text of the exercise."""

    key: str
    fields: dict = field(default_factory=dict)

    def __call__(self, lang):
        return say(self.key, lang, **{k: v(lang) if callable(v) else v for k, v in self.fields.items()})


@dataclass
class Result:
    """What a check of one exercise found.

    status: right, wrong or open (not written yet). kind: how it is wrong: mistake, law, raised, timeout, crash,
    garbage, changed, missing, or value. code: the known mistake or the law that is broken. own: whether it is right on
    the student's own code, too (None: there is nothing of the kind below it).
    """

    exercise: str
    assignment: str
    status: str
    points: float
    of: float
    kind: str = ""
    code: str = ""
    lines: list = field(default_factory=list)
    own: bool | None = None
    file: str = ""
    sha256: str = ""
    seed: int = 0
    seconds: float = 0.0
    printed: str = ""
    lang: str = ""

    @property
    def ok(self):
        """Whether the exercise is done."""
        return self.status == "right"

    def sentences(self, lang=None):
        """What there is to say, in a language."""
        lang = language(lang or self.lang)
        return [line(lang) for line in self.lines]

    def text(self, lang=None):
        """The result in a few lines for a terminal."""
        lang = language(lang or self.lang)
        head = f"{SIGNS[self.status]} {self.exercise}: {say(self.status, lang)}   "
        head += f"({say('points', lang, points=self.points, of=self.of)})"
        foot = say("loaded", lang, file=self.file, sha=self.sha256[:12]) if self.file else ""
        return "\n".join([head, *(f"    {s}" for s in self.sentences(lang)), *([f"    {foot}"] if foot else [])])

    __str__ = text

    def __bool__(self):
        return self.ok

    def _repr_mimebundle_(self, include=None, exclude=None):
        """In a notebook: the page, and as plain text the points, which nbgrader reads as partial credit."""
        return {"text/html": self.html(), "text/plain": f"{self.points:g}"}

    def html(self, lang=None):
        """The result as a coloured box."""
        lang = language(lang or self.lang)
        colour = COLOURS[self.status]
        points = say("points", lang, points=self.points, of=self.of)
        items = "".join(f"<div>{html.escape(s)}</div>" for s in self.sentences(lang))
        foot = html.escape(say("loaded", lang, file=self.file, sha=self.sha256[:12])) if self.file else ""
        box = f"border-left:4px solid {colour};padding:4px 12px;margin:4px 0"
        head = f"{SIGNS[self.status]} {html.escape(self.exercise)}: {say(self.status, lang)}"
        return (
            f'<div class="npdl-check npdl-{self.status}" style="{box}"><b style="color:{colour}">{head}</b> ({points})'
            f'{items}<div style="color:#6e7781;font-size:smaller">{foot}</div></div>'
        )

    def as_dict(self):
        """Plain values; the sentences in both languages."""
        said = {"en": self.sentences("en"), "zh": self.sentences("zh")}
        fields = asdict(self)
        del fields["lines"], fields["lang"]
        return {**fields, "sentences": said}

    def json(self):
        """as_dict as JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False)


def texts(pair, **fields):
    """A Text as a field of a Line: it is said in the language of the Line."""
    return lambda lang: Text(*pair)(lang, **fields)
