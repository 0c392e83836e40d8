"""Sentences about scenes, in English and Chinese: a grammar that writes them, and that reads them back.

    caption  = what "on" ground | "there is" what "on" ground | ground "with" what | what
    what     = noun [place] | noun [relation noun ["and" relation noun]] ["plus" number "more shapes"]
    noun     = "a" size colour shape
    ground   = "a" tone texture "background"

The subject is the main object. The other nouns are the two largest of the rest; what is not named is counted. Only of
an object that is alone the place is told. Between two objects, if one covers a twentieth or more of the other: in front
of, behind; else what is greater of the distances between their centres across and down: to the left of, to the right
of, above, below. Both languages say the same.
"""

import re
from functools import cache
from typing import NamedTuple

from ...errors import InputError
from .colours import COLOURS
from .levels import TEXTURES
from .shapes import CLASSES

SIZES, TONES = ("small", "large"), ("light", "dark")
RELATIONS = ("to the left of", "to the right of", "above", "below", "in front of", "behind")
PLACES = (
    "at the top left", "at the top", "at the top right", "on the left", "in the middle", "on the right",
    "at the bottom left", "at the bottom", "at the bottom right",
)  # fmt: skip
PLACED = (True, False, True, False)  # which of the four wordings tell the place
NAMED = 3  # objects


class Noun(NamedTuple):
    """An object as captions name it."""

    size: str
    colour: str
    shape: str


class Facts(NamedTuple):
    """What a caption says, in English words whatever its language. Objects differ in colour, so nouns are unambiguous.

    place: one of PLACES or None; relations: pairs (one of RELATIONS, Noun), all of the subject; more: how many objects
    are counted only; ground: (tone, texture) or None.
    """

    subject: Noun
    place: str | None
    relations: tuple
    more: int
    ground: tuple | None


class Language(NamedTuple):
    """The words, in the order of the English tables, and how they are put together; words are parted by blanks.

    relations: (before, after) the noun; links: before the first and the second thing that is said of the subject; more:
    for one and for two objects; wordings: see the grammar; glue: what stands between words in the end.
    """

    sizes: tuple
    colours: tuple
    shapes: tuple
    tones: tuple
    textures: tuple
    noun: str
    places: tuple
    relations: tuple
    links: tuple
    more: tuple
    ground: str
    wordings: tuple
    glue: str


LANGUAGES = {
    "en": Language(
        SIZES, COLOURS, CLASSES, TONES, TEXTURES, "a {} {} {}", PLACES,
        tuple((words, "") for words in RELATIONS), ("", " and"), (" plus one more shape", " plus two more shapes"),
        "a {} {} background",
        ("{what} on {ground}", "there is {what} on {ground}", "{ground} with {what}", "{what}"), " ",
    ),
    "zh": Language(
        ("小的", "大的"), ("红色", "橙色", "黄色", "绿色", "青色", "蓝色", "紫色", "粉色"),
        ("圆形", "正方形", "三角形", "箭头", "菱形", "星形", "十字形", "圆环", "心形", "月牙形"),
        ("浅色", "深色"), ("单色", "渐变", "条纹", "格子", "圆点", "云纹"), "一个 {} {} {}",
        ("在 左上角", "在 上方", "在 右上角", "在 左侧", "在 中央", "在 右侧", "在 左下角", "在 下方", "在 右下角"),
        tuple(("在", f" 的 {side}") for side in ("左边", "右边", "上边", "下边", "前面", "后面")),
        (" ， 它", " ， 也"), (" ， 另有 一个 图形", " ， 另有 两个 图形"), "{} {}",
        ("{ground} 背景 上 有 {what}", "图中 有 {what} ， 背景 是 {ground}",
         "以 {ground} 为 背景 ， 有 {what}", "{what}"), "",
    ),
}  # fmt: skip


def facts_of(scene, wording):
    """What the caption of a Scene says in this wording, 0 to 3."""
    objects, i = scene.objects, scene.main
    others = sorted((k for k in range(len(objects)) if k != i), key=lambda k: -objects[k].radius)
    return Facts(
        noun_of(objects[i]),
        place_of(scene, i) if PLACED[wording] and not others else None,
        tuple((relation_of(scene, i, k), noun_of(objects[k])) for k in others[: NAMED - 1]),
        max(len(objects) - NAMED, 0),
        None if wording == 3 else (scene.tone, scene.texture),
    )


def noun_of(thing):
    return Noun(thing.size, thing.colour, thing.shape)


def relation_of(scene, i, k):
    """The relation of object i to object k."""
    if scene.overlaps[i, k] or scene.overlaps[k, i]:
        return "behind" if i < k else "in front of"
    (x, y), (x_other, y_other) = scene.objects[i].centre.tolist(), scene.objects[k].centre.tolist()
    if abs(x - x_other) >= abs(y - y_other):
        return "to the left of" if x < x_other else "to the right of"
    return "above" if y < y_other else "below"


def place_of(scene, i):
    """Which ninth of the image the centre of object i is in."""
    x, y = (scene.objects[i].centre / scene.instances.shape[0] * 3).tolist()
    return PLACES[3 * int(y) + int(x)]


def agrees(facts, scene):
    """True if all of it holds in the scene, whichever objects it names."""
    nouns = {noun_of(thing): k for k, thing in enumerate(scene.objects)}
    named = [facts.subject, *(noun for _, noun in facts.relations)]
    if not all(noun in nouns for noun in named) or len(set(named)) < len(named):
        return False
    i = nouns[facts.subject]
    return (
        all(relation_of(scene, i, nouns[noun]) == relation for relation, noun in facts.relations)
        and len(named) + facts.more == len(scene.objects)
        and facts.place in (None, place_of(scene, i))
        and facts.ground in (None, (scene.tone, scene.texture))
    )


def words_of(facts, wording, language="en"):
    """The caption as a list of words."""
    lang = _language("words_of", language)
    what = _noun(lang, facts.subject)
    if facts.place:
        what += f"{lang.links[0]} {lang.places[PLACES.index(facts.place)]}"
    for link, (relation, noun) in zip(lang.links, facts.relations):
        before, after = lang.relations[RELATIONS.index(relation)]
        what += f"{link} {before} {_noun(lang, noun)}{after}"
    if facts.more:
        what += lang.more[facts.more - 1]
    ground = ""
    if facts.ground:
        tone, texture = facts.ground
        ground = lang.ground.format(lang.tones[TONES.index(tone)], lang.textures[TEXTURES.index(texture)])
    return lang.wordings[wording].format(what=what, ground=ground).split()


def _noun(lang, noun):
    return lang.noun.format(
        lang.sizes[SIZES.index(noun.size)],
        lang.colours[COLOURS.index(noun.colour)],
        lang.shapes[CLASSES.index(noun.shape)],
    )


def join(words, language):
    """A list of words as a string: Chinese is written without blanks."""
    return _language("join", language).glue.join(words)


def _language(function, name):
    if name not in LANGUAGES:
        raise InputError(function, "language", '"en" or "zh"', name)
    return LANGUAGES[name]


def _vocabulary(lang):
    """<pad>, <start>, <end>, and then every word that captions are made of, in alphabetical order."""
    parts = [lang.noun, lang.ground, *lang.wordings, *(part for relation in lang.relations for part in relation)]
    for table in (lang.sizes, lang.colours, lang.shapes, lang.tones, lang.textures, lang.places, lang.links, lang.more):
        parts += table
    words = {word for part in parts for word in part.split() if "{" not in word}
    return (*SPECIAL, *sorted(words))


SPECIAL = ("<pad>", "<start>", "<end>")
PAD, START, END = range(3)
VOCABULARY = {name: _vocabulary(lang) for name, lang in LANGUAGES.items()}
IDS = {name: {word: i for i, word in enumerate(words)} for name, words in VOCABULARY.items()}


def _longest(language):
    """Words in the longest caption, <start> and <end> included."""
    noun = Noun(SIZES[0], COLOURS[0], CLASSES[0])
    relations = ((RELATIONS[0], noun), (RELATIONS[0], noun))
    facts = (
        Facts(noun, place, relations * (place is None), 2 * (place is None), (TONES[0], TEXTURES[0]))
        for place in (None, *PLACES)
    )
    return 2 + max(len(words_of(fact, wording, language)) for fact in facts for wording in range(len(PLACED)))


LENGTH = {name: _longest(name) for name in LANGUAGES}


def to_tokens(words, language="en"):
    """Ids of <start>, the words, <end>, then <pad> up to LENGTH[language]; a list."""
    ids = [START, *(IDS[language][word] for word in words), END]
    return ids + [PAD] * (LENGTH[language] - len(ids))


def from_tokens(ids, language="en"):
    """The text up to the first <end>, without <start> and <pad>."""
    _language("from_tokens", language)
    words = []
    for i in ids:
        if i == END:
            break
        if i not in (START, PAD):
            words.append(VOCABULARY[language][i])
    return join(words, language)


def parse_caption(text, language="en"):
    """The Facts that a sentence of the grammar states; None for anything else. It undoes the writing of captions.

    Use it to score a model's captions: `parse_caption(text) == scene.facts`, part by part, or `scene.agrees(text)`.
    """
    lang = _as_written(_language("parse_caption", language))
    for pattern in _patterns(lang):
        match = pattern.fullmatch(text)
        if match:
            return _facts_in(match.groupdict(), lang)
    return None


def _facts_in(words, lang):
    """From the words that the parts of the grammar were found to be to Facts."""

    def english(table, words_there, name):
        return table[words_there.index(words[name])] if words[name] is not None else None

    def noun(i):
        tables = ((SIZES, lang.sizes, "size"), (COLOURS, lang.colours, "colour"), (CLASSES, lang.shapes, "shape"))
        return Noun(*(english(table, there, f"{name}{i}") for table, there, name in tables))

    told = [i for i in (1, 2) if words[f"before{i}"] is not None]
    pairs = [(words[f"before{i}"], words[f"after{i}"]) for i in told]
    if not all(pair in lang.relations for pair in pairs):
        return None
    relations = tuple((RELATIONS[lang.relations.index(pair)], noun(i)) for i, pair in zip(told, pairs))
    more = lang.more.index(words["more"]) + 1 if words["more"] else 0
    ground = (
        (english(TONES, lang.tones, "tone"), english(TEXTURES, lang.textures, "texture")) if "tone" in words else None
    )
    return Facts(noun(0), english(PLACES, lang.places, "place"), relations, more, ground)


@cache
def _as_written(lang):
    """The language with its words put together as they are in the end."""

    def written(part):
        return tuple(map(written, part)) if isinstance(part, tuple) else part.replace(" ", lang.glue)

    return Language(*map(written, lang))


@cache
def _patterns(lang):
    """The grammar as regular expressions, one for each wording."""

    def one_of(words, name):
        return f"(?P<{name}>{'|'.join(dict.fromkeys(words))})"

    def noun(i):
        words = ((lang.sizes, "size"), (lang.colours, "colour"), (lang.shapes, "shape"))
        return lang.noun.format(*(one_of(w, f"{name}{i}") for w, name in words))

    def relation(i):
        before, after = zip(*lang.relations)
        return lang.glue.join((lang.links[i - 1], one_of(before, f"before{i}"), noun(i))) + one_of(after, f"after{i}")

    place, more = f"{lang.links[0]}{lang.glue}{one_of(lang.places, 'place')}", one_of(lang.more, "more")
    what = f"{noun(0)}(?:{place}|{relation(1)}(?:{relation(2)}{more}?)?)?"
    ground = lang.ground.format(one_of(lang.tones, "tone"), one_of(lang.textures, "texture"))
    wordings = (wording.format(what=what, ground=ground) for wording in lang.wordings)
    return [re.compile(wording) for wording in wordings]
