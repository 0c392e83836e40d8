"""Text from a grammar: endless, free, and with a known entropy, so that it is known how good a model can be at all.

A probabilistic context-free grammar: {symbol: [(weight, parts), ...]}, where a part is a symbol, or text as it stands.
"""

import math

import numpy as np

from ..backend import rng as shared_rng
from ..errors import InputError


class Grammar:
    """Sentences that are drawn rule by rule: a symbol is replaced by the parts of one of its rules, until all is text.

        grammar = Grammar({"S": [(1, ["a", "B"])], "B": [(3, ["."]), (1, ["b", "B"])]})
        grammar.sentence(rng)          # "a.", "ab.", "abb.", ...
        grammar.entropy()              # bits: of one sentence
        grammar.probability("abb.")    # of this sentence: 0.75 · 0.25²

    The weights of a symbol's rules are divided by their sum. start: the symbol that is a sentence, by default the
    first. No rule may begin with its own symbol, directly or by way of others.
    """

    def __init__(self, rules, start=None):
        self.start = next(iter(rules)) if start is None else start
        self.rules = {}
        for symbol, choices in rules.items():
            total = sum(weight for weight, _ in choices)
            if not (choices and min(weight for weight, _ in choices) > 0):
                raise InputError("Grammar", symbol, "rules with weights above 0", choices)
            self.rules[symbol] = [(weight / total, tuple(parts)) for weight, parts in choices]
        if self.start not in self.rules:
            raise InputError("Grammar", "start", f"one of {', '.join(self.rules)}", start)

    def sentence(self, rng=None):
        """One sentence, a string."""
        rng, text, todo = shared_rng() if rng is None else rng, [], [self.start]
        while todo:
            part = todo.pop()
            if part not in self.rules:
                text.append(part)
                continue
            choices = self.rules[part]
            cumulated = np.cumsum([p for p, _ in choices])
            chosen = min(int(np.searchsorted(cumulated, rng.random(), side="right")), len(choices) - 1)
            todo.extend(reversed(choices[chosen][1]))
        return "".join(text)

    def text(self, characters, rng=None):
        """At least so many characters: whole sentences, one after the other."""
        rng, sentences, length = shared_rng() if rng is None else rng, [], 0
        while length < characters:
            sentences.append(self.sentence(rng))
            length += len(sentences[-1])
        return "".join(sentences)

    def entropy(self):
        """The bits of one sentence: of all choices that are made, on average.

        H(X) = Σ_r p_r (-log2 p_r + Σ H(part)) over the rules r of X: one linear equation for each symbol. It is the
        entropy of the sentence itself if none can be made in two ways: then who reads it can tell the choices.
        """
        return self._solve(lambda p, parts: -p * math.log2(p))

    def mean_length(self):
        """The characters of a sentence, on average."""
        return self._solve(lambda p, parts: p * sum(len(part) for part in parts if part not in self.rules))

    def bits_per_character(self):
        """The entropy of long texts in bits per character: no model predicts the next character in fewer bits.

        Sentences are drawn independently, and their ends can be seen: H(sentence) / E[length].
        """
        return self.entropy() / self.mean_length()

    def _solve(self, own):
        """x of the start symbol, where x_X = Σ_r (own(r) + p_r Σ x_part) for every symbol X."""
        symbols = list(self.rules)
        among = np.zeros((len(symbols), len(symbols)))  # how often a symbol makes another, on average
        gains = np.zeros(len(symbols))
        for i, choices in enumerate(self.rules.values()):
            for p, parts in choices:
                gains[i] += own(p, parts)
                for part in parts:
                    if part in self.rules:
                        among[i, symbols.index(part)] += p
        if max(abs(np.linalg.eigvals(among))) >= 1:
            raise InputError("Grammar", "rules", "such that every sentence ends", "endless ones")
        return float(np.linalg.solve(np.eye(len(symbols)) - among, gains)[symbols.index(self.start)])

    def probability(self, sentence):
        """That `sentence` is drawn: the sum over all ways to make it, so 0 if it is none of the grammar."""
        return self._ends(self.start, sentence, 0, {}).get(len(sentence), 0.0)

    def _ends(self, part, text, begin, known):
        """{end: the probability that `part` becomes text[begin:end]}."""
        if part not in self.rules:
            return {begin + len(part): 1.0} if text.startswith(part, begin) else {}
        if (part, begin) not in known:
            found = {}
            for p, parts in self.rules[part]:
                for end, q in self._row(parts, text, begin, known).items():
                    found[end] = found.get(end, 0.0) + p * q
            known[part, begin] = found
        return known[part, begin]

    def _row(self, parts, text, begin, known):
        """{end: the probability that the parts, one after the other, become text[begin:end]}."""
        places = {begin: 1.0}
        for part in parts:
            reached = {}
            for place, p in places.items():
                for end, q in self._ends(part, text, place, known).items():
                    reached[end] = reached.get(end, 0.0) + p * q
            places = reached
        return places


# English, a little of it. Words: singular and plural, parted by a slash; verbs after a noun of that number.
NOUNS = "dog/dogs cat/cats bird/birds horse/horses child/children woman/women king/kings baker/bakers mouse/mice"
DOING = "sleeps/sleep sings/sing runs/run waits/wait dances/dance laughs/laugh"
DOING_TO = "sees/see likes/like follows/follow hears/hear finds/find watches/watch"
ADJECTIVES = "small old young quiet happy brown clever lonely"
PLACES = "near behind beside with"
ARTICLES = "the a every/the some many"


def english():
    """The Grammar of a few English sentences, in which a verb agrees with its noun however far away it stands.

        the old dog sleeps. many birds that the king sees sing near a child.

    A noun may be followed by a place ("near the cat"), or by a clause ("that sees the cat", "that the cat sees"), in
    which there are nouns again: between "dogs" and its "sleep" there may be any number of words, other nouns among
    them. No n-gram can know the number there.
    """
    rules = {"S": [(1, ["S0"]), (1, ["S1"])]}
    for number in (0, 1):
        noun, phrase, verb, clause, doing, doing_to = (f"{x}{number}" for x in ("N", "NP", "VP", "C", "V", "VT"))
        rules[f"S{number}"] = [(1, [phrase, " ", verb, ". "])]
        rules[phrase] = [(1, [f"ART{number}", " ", "ADJ", noun, f"AFTER{number}"])]
        rules[f"AFTER{number}"] = [(0.7, []), (0.12, [" ", "P", " ", "NP"]), (0.18, [" that ", clause])]
        rules[clause] = [(1, [verb])] + [(0.5, [f"NP{n}", " ", f"VT{n}"]) for n in (0, 1)]
        rules[verb] = [(0.45, [doing]), (0.15, [doing, " ", "P", " ", "NP"]), (0.4, [doing_to, " ", "NP"])]
        rules[noun], rules[doing], rules[doing_to] = (
            [(1, [word.split("/")[number]]) for word in words.split()] for words in (NOUNS, DOING, DOING_TO)
        )
        rules[f"ART{number}"] = [(1, [word]) for word in ARTICLES.split("/")[number].split()]
    rules["NP"] = [(1, ["NP0"]), (1, ["NP1"])]
    rules["ADJ"] = [(0.6, [])] + [(0.05, [word + " "]) for word in ADJECTIVES.split()]
    rules["P"] = [(1, [word]) for word in PLACES.split()]
    return Grammar(rules)
