"""Text: tokenisers, batches, corpora made by grammars, the n-gram model, and ways to let a model speak."""

from .batches import next_token_batches, pad, random_windows
from .generate import beam_search, generate
from .grammar import Grammar, english
from .masking import IGNORED, join_pair, mask_tokens, next_sentence_pairs, pair_batch
from .ngram import NGram
from .stories import stories
from .tokenise import BytePairTokeniser, CharTokeniser
from .vocabulary import SPECIAL, Vocabulary

__all__ = [
    "IGNORED",
    "SPECIAL",
    "BytePairTokeniser",
    "CharTokeniser",
    "Grammar",
    "NGram",
    "Vocabulary",
    "beam_search",
    "english",
    "generate",
    "join_pair",
    "mask_tokens",
    "next_sentence_pairs",
    "next_token_batches",
    "pad",
    "pair_batch",
    "random_windows",
    "stories",
]
