"""Words as numbers, and back."""

from collections import Counter

import numpy as np

from ..errors import InputError, InputTypeError, require_indices, require_integer

SPECIAL = ("<pad>", "<start>", "<end>", "<unk>")


class Vocabulary:
    """The words that a model knows, each with its id: its place in the list.

        vocabulary = Vocabulary.of([["a", "cat"], ["a", "dog"]])
        vocabulary.encode(["a", "cow"])   # array([4, 3]): "cow" is <unk>

    words: distinct strings (or anything hashable). unknown: the word that stands for all others, one of `words`; None:
    a word that is not there raises InputError.
    """

    def __init__(self, words, *, unknown=None):
        self.words = tuple(words)
        self.ids = {word: i for i, word in enumerate(self.words)}
        if not self.words or len(self.ids) < len(self.words):
            raise InputError("Vocabulary", "words", "at least one, and none of them twice", words)
        if unknown is not None and unknown not in self.ids:
            raise InputError("Vocabulary", "unknown", "one of the words, or None", unknown)
        self.unknown = unknown

    @classmethod
    def of(cls, sentences, *, special=SPECIAL, unknown="<unk>", at_least=1):
        """The special tokens, then every word that occurs `at_least` times in the sentences (lists of words), sorted.

        Words that are rarer are not in it: they are what `unknown` is trained on.
        """
        require_integer("Vocabulary.of", "at_least", at_least, 1)
        counts = Counter(word for sentence in _lists("Vocabulary.of", sentences) for word in sentence)
        words = sorted(word for word, count in counts.items() if count >= at_least and word not in special)
        return cls((*special, *words), unknown=unknown)

    def encode(self, words):
        """The ids of a list of words, int64 (T,)."""
        return np.array([self[word] for word in words], dtype=np.int64)

    def decode(self, ids):
        """The list of words of these ids (T,)."""
        ids = as_ids("Vocabulary.decode", ids, len(self))
        return [self.words[i] for i in ids.tolist()]

    def __getitem__(self, word):
        """The id of one word."""
        if word in self.ids:
            return self.ids[word]
        if self.unknown is None:
            expected = f"among the {len(self)} words that are known, as there is none for the unknown"
            raise InputError("Vocabulary", "the word", expected, word)
        return self.ids[self.unknown]

    def __contains__(self, word):
        return word in self.ids

    def __len__(self):
        return len(self.words)

    def __repr__(self):
        return f"Vocabulary({len(self)} words, unknown={self.unknown!r})"


def as_ids(function, ids, count):
    """The ids as an integer array; raise unless it is 1-d and all are in [0, count)."""
    ids = np.asarray(ids)
    if ids.ndim != 1 or (ids.dtype.kind not in "iu" and len(ids)):
        raise InputTypeError(function, "ids", "a 1-d array (T,) of integers", ids)
    require_indices(function, "ids", ids, count)
    return ids


def _lists(function, sentences):
    for sentence in sentences:
        if isinstance(sentence, str):
            raise InputTypeError(function, "sentences", "lists of words, such as text.split()", sentence)
        yield sentence
