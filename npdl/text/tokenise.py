"""Text as a row of integers: one for each character, or one for each piece that byte-pair encoding has found."""

import re
from collections import Counter
from itertools import pairwise

import numpy as np

from ..errors import InputTypeError, require_integer
from .vocabulary import Vocabulary, as_ids


class CharTokeniser:
    """One token for each character that occurs in `text`, in the order of their code points.

    A character that was not in it raises InputError.
    """

    def __init__(self, text):
        self.vocabulary = Vocabulary(sorted(set(_text("CharTokeniser", text))))

    def encode(self, text):
        """The ids of the text's characters, int64 (T,)."""
        return self.vocabulary.encode(_text("CharTokeniser.encode", text))

    def decode(self, ids):
        """The text of these ids (T,)."""
        return "".join(self.vocabulary.decode(ids))

    def __len__(self):
        return len(self.vocabulary)


class BytePairTokeniser:
    """Byte-pair encoding: start from the 256 bytes, and let the pair that is most frequent become a new token.

    `merges` times: of all pairs of neighbours in the text's words the most frequent one (of equals, the one with the
    smaller ids) is joined everywhere. Since every byte is a token, any text can be encoded, in any script, and decodes
    to what it was. A word is a run of characters that are not blank, with the one blank before it: no token reaches
    over its edge. Sennrich, Haddow and Birch 2016, algorithm 1; on bytes: Radford et al. 2019 (GPT-2).

        tokeniser = BytePairTokeniser("low lower lowest", merges=3)
        tokeniser.encode("lowly")                             # "low", "l", "y": three ids
        [tokeniser.pieces[i] for i in tokeniser.encode("lowly")]    # [b"low", b"l", b"y"]

    merges: {(id, id): new id}, in the order in which they were found; fewer, where no pair is left. pieces: the bytes
    of every token.
    """

    def __init__(self, text, merges):
        merges = require_integer("BytePairTokeniser", "merges", merges, 0)
        self.merges, self.pieces = {}, [bytes([b]) for b in range(256)]
        words = {tuple(word.encode()): count for word, count in Counter(_words("BytePairTokeniser", text)).items()}
        for new in range(256, 256 + merges):
            counts = Counter()
            for word, count in words.items():
                for pair in pairwise(word):
                    counts[pair] += count
            if not counts:
                break
            best = min(counts, key=lambda pair: (-counts[pair], pair))
            self.merges[best] = new
            self.pieces.append(self.pieces[best[0]] + self.pieces[best[1]])
            words = {_merge(word, best, new): count for word, count in words.items()}

    def encode(self, text):
        """The ids of the text, int64 (T,): in each word the pairs are joined in the order in which they were found."""
        ids = [i for word in _words("BytePairTokeniser.encode", text) for i in self._encode_word(word)]
        return np.array(ids, dtype=np.int64)

    def _encode_word(self, word):
        ids = tuple(word.encode())
        while found := [pair for pair in pairwise(ids) if pair in self.merges]:
            first = min(found, key=self.merges.get)
            ids = _merge(ids, first, self.merges[first])
        return ids

    def decode(self, ids):
        """The text of these ids (T,); bytes that are not UTF-8, such as half a character, become U+FFFD."""
        ids = as_ids("BytePairTokeniser.decode", ids, len(self))
        return b"".join(self.pieces[i] for i in ids.tolist()).decode(errors="replace")

    def __len__(self):
        return len(self.pieces)


def _merge(ids, pair, new):
    """The ids with every occurrence of the pair, from the left, replaced by one new id."""
    out = []
    for i in ids:
        if out and (out[-1], i) == pair:
            out[-1] = new
        else:
            out.append(i)
    return tuple(out)


def _words(function, text):
    return re.findall(r"\s?\S+|\s+", _text(function, text))


def _text(function, text):
    if not isinstance(text, str):
        raise InputTypeError(function, "text", "a string", text)
    return text
