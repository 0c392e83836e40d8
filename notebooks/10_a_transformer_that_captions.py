# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A transformer that captions
#
# "a small red heart on the left on a dark plain background". A network that has never been told what a heart is, what
# left is, or that adjectives stand before nouns, is shown some thousand pictures with such a sentence to each, and then
# writes the sentence for a picture that it has not seen. Nothing in it knows language, and nothing in it knows shapes.
#
# You will put it together from two parts, an eye and a mouth, and train them as one. Then you will do what this kind of
# network invites like no other: look where it looks while it says each word.
#
# You need [Scenes](03_scenes.ipynb) for the data, and attention: a look-up in a dictionary in which every key answers a
# little, $\text{softmax}(q k^\top / \sqrt d)\, v$.
#
# Topics: R263, R278, R279.

# %%
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np

import npdl
from npdl import nn, viz
from npdl.data import DataLoader, load_scenes
from npdl.data.scenes import CLASSES, COLOURS, VOCABULARY, parse_caption
from npdl.data.transforms import Compose, Normalise, ToFloat
from npdl.metrics import bleu, exact_match
from npdl.models import CaptioningTransformer
from npdl.optim import Adam, Schedule, one_cycle
from npdl.text import beam_search, generate
from npdl.train import Trainer
from npdl.train.recipes import captioning

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "grid.alpha": 0.25,
                     "font.size": 9})
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
npdl.seed(0)


def judge(answer, is_right, praise, advice):
    """Tell at once whether the answer to an exercise is right; None: not answered yet."""
    print("Your turn." if answer is None else f"Right. {praise}" if is_right(answer) else f"Not yet. {advice}")


# %% [markdown]
# ## 1. Sentences as numbers
#
# Scenes have captions in four wordings. We take the first, which tells everything: size, colour, shape, place, tone
# and texture of the background. A word is its number in the vocabulary.

# %%
def with_captions(n, split):
    """(scenes, captions (n, 15)): start, words, end, padding."""
    scenes = load_scenes(n, level="easy", split=split)
    scenes = replace(scenes, wordings=np.zeros_like(scenes.wordings))
    return scenes, scenes.tokens()[:, : captioning.LENGTH]


scenes, captions = with_captions(3000, "train")
test_scenes, test_captions = with_captions(500, "test")
words = VOCABULARY["en"]
print("one caption:", captions[0])
print("as words:   ", [words[i] for i in captions[0]])
figure, panels = plt.subplots(1, 4, figsize=(8.2, 2.4))
for axes, image, caption in zip(panels, scenes.images, scenes.captions()):
    axes.imshow(image.transpose(1, 2, 0))
    axes.set_title(caption.replace(" on ", "\non ").replace(" at ", "\nat "), fontsize=7)
    axes.axis("off")
figure.tight_layout()

# %% [markdown]
# How is a sentence learned? Word by word: from the picture and the words so far, the next word. That is a
# classification among 58 words, and a caption of 13 words is 14 of them (the end has to be said, too). In training the
# network always reads the *true* words so far, whatever it would have said itself: **teacher forcing**. So all 14
# questions of a caption can be asked at once:

# %%
read, say = captions[:1, :-1], captions[:1, 1:]
for before, after in list(zip(read[0], say[0]))[:6]:
    print(f"    ... {words[before]:8} -> {words[after]}")

# %% [markdown]
# What would be a bad score, and what a good one? A network that has learned the grammar, but looks at nothing, must guess
# the facts: 2 sizes, 8 colours, 10 shapes, 9 places, 2 tones, 2 textures.

# %%
blind = np.log([2, 8, 10, 9, 2, 2])
print(f"a loss of {14 * np.log(len(words)):.1f} for the whole caption at first, "
      f"about {blind.sum():.1f} with perfect grammar and closed eyes; by guessing one in {np.exp(blind.sum()):,.0f} is right")

# %% [markdown]
# ## 2. An eye and a mouth
#
# The **eye** is a small ConvNet: 32×32 pixels become a map of 8×8 cells of 128 numbers each. An RNN would be given one
# vector, the whole picture at once, and would have to remember it to the last word. The **mouth** of a transformer need
# not: the 64 cells are its *memory*, and for each word it may look again.

# %%
model = captioning.build((3, 32, 32), len(words), captioning.Config(), np.random.default_rng(0))
print(model.mouth)

# %% [markdown]
# Read it from the top: cells are projected to 96 numbers and told where they lie (`places`), words are looked up and
# told which in the sentence they are (`positions`). Then one layer of a decoder, in three steps, each added to what
# was there:
#
# 1. `self_attn`: each word asks the words before it (a mask hides the later ones);
# 2. `multihead_attn`: each word asks the **cells**. Its query comes from the word, keys and values from the picture;
# 3. `linear1`, `linear2`: each word by itself.
#
# Does the mask hold? The gradient of what is said at word 5 must not reach words 6, 7, ...: change them, and see.

# %%
normalise = Normalise(0.5, 0.25)
features = model.eval()(normalise(test_scenes.images[:2])).data
changed = test_captions[:2].copy()
changed[:, 6:] = 7
difference = abs(model.mouth(features, test_captions[:2]).data - model.mouth(features, changed).data).max(axis=(0, 2))
print("change of the scores, word by word:", difference.round(1))

# %% [markdown]
# ## 3. First, by heart
#
# Before any long training: can it learn twenty sentences by heart? If not, something is wrong in the code, and no
# amount of data will help. Random vectors instead of pictures, so that only the mouth is asked.

# %%
rng = np.random.default_rng(0)
vectors, twenty = rng.standard_normal((20, 16)).astype(np.float32), captions[:20]
parrot = CaptioningTransformer(len(words), 16, embed=32, heads=2, layers=1, length=15, rng=rng)
optimizer = Adam(parrot.parameters(), lr=1e-2)
for step in range(121):
    optimizer.zero_grad()
    loss = parrot.loss(vectors, twenty)
    loss.backward()
    optimizer.step()
    if step % 40 == 0:
        said = [captioning.words(row) for row in parrot.sample(vectors, length=15)]
        right = exact_match([[captioning.words(row)] for row in twenty], said)
        print(f"step {step:3}: loss {loss.item():6.2f}, {right:.0%} of the sentences without a mistake")

# %% [markdown]
# ## 4. Now with its eyes open
#
# Both parts at once: the loss of the words is the only teacher that the eye has. Four times 3,000 pictures:

# %%
batches = DataLoader(scenes.pixels, captions, batch_size=32, seed=0, transform=Compose(ToFloat(), normalise))
optimizer = Adam(model.parameters(), lr=3e-3)
schedule = Schedule(optimizer, one_cycle(4 * len(batches)))
trainer = Trainer(model, optimizer, model.loss, schedule=schedule, clip_norm=5.0, progress=False)
history = trainer.fit(batches, 4)

figure, axes = plt.subplots(figsize=(5.6, 2.6))
axes.semilogy(history["loss"], color=BLUE)
axes.axhline(blind.sum(), color="0.6", linestyle=":")
axes.text(len(history["loss"]), blind.sum() * 1.1, "grammar, eyes closed", ha="right", color="0.4")
axes.set(xlabel="step", ylabel="loss of a caption", title="first the grammar, then the picture")
axes.grid()
figure.tight_layout()

# %% [markdown]
# The curve has two parts. In the first steps it falls steeply: it learns to write *some* correct sentence. Around the dotted
# line all that is left is what only the picture can tell, and the eye begins to learn.

# %%
images = normalise(test_scenes.images)
maps = trainer.predict(images)  # (500, 128, 8, 8)
said = [captioning.words(row) for row in model.mouth.sample(maps, length=15)]
true = [captioning.words(row) for row in test_captions]
print(f"new pictures: {exact_match([[t] for t in true], said):.1%} without a mistake, "
      f"BLEU-4 {bleu([[t] for t in true], said):.3f}")
for i in range(5):
    print(" ", "right" if said[i] == true[i] else "wrong", " ".join(said[i]),
          "" if said[i] == true[i] else f"   (true: {' '.join(true[i])})")

# %% [markdown]
# Two scores, because they ask different things. **Exact match** wants the whole sentence. **BLEU** counts how many of the
# 1-, 2-, 3- and 4-grams of the candidate are in the true sentence, takes the geometric mean of the four shares, and
# punishes what is too short: one wrong word of thirteen costs four of its ten 4-grams. It was made for translation, where there is
# no one right sentence; here it flatters, as most of every caption is grammar.
#
# Better than both, since our captions have a grammar, is to read them back and to ask fact by fact:

# %%
facts = {
    "size": lambda f: f.subject.size, "colour": lambda f: f.subject.colour, "shape": lambda f: f.subject.shape,
    "place": lambda f: f.place, "tone": lambda f: f.ground and f.ground[0], "texture": lambda f: f.ground and f.ground[1],
}


def fact_by_fact(said, true):
    """The share of sentences that are of the grammar, and of those with the right size, colour, ..."""
    pairs = [(parse_caption(" ".join(s)), parse_caption(" ".join(t))) for s, t in zip(said, true)]
    pairs = [(s, t) for s, t in pairs if s]
    shares = {name: np.mean([fact(s) == fact(t) for s, t in pairs]) for name, fact in facts.items()}
    print(f"grammatical {len(pairs) / len(said):.1%}; right: " + ", ".join(f"{n} {s:.1%}" for n, s in shares.items()))


fact_by_fact(said, true)

# %% [markdown]
# ## 5. Where does it look?
#
# In the second step of the layer each word has spread a weight of 1 over the 64 cells, once for each of four heads.
# `watch_attention` keeps these weights; we take the mean over the heads. Mind the shift by one: the row of the word that
# is *read* decides about the word that is *said* next.

# %%
rows = np.flatnonzero([s == t for s, t in zip(said, true)])[[0, 1, 2]]
with nn.watch_attention() as attention:
    model.mouth(maps[rows], test_captions[rows][:, :-1])
looks = attention[1].mean(axis=1).reshape(len(rows), -1, 8, 8)  # the layer's second attention: (N, T, h, w)

shown = [1, 2, 3, 6, 9, 10]
figure, panels = plt.subplots(len(rows), 1 + len(shown), figsize=(8.2, 4.0))
for i, row in enumerate(rows):
    panels[i, 0].imshow(test_scenes.images[row].transpose(1, 2, 0))
    picture = test_scenes.images[row].mean(axis=0)
    for axes, t in zip(panels[i, 1:], shown):
        axes.imshow(picture, cmap="gray", extent=(0, 8, 8, 0))
        axes.imshow(looks[i, t], cmap="inferno", alpha=0.65, extent=(0, 8, 8, 0))
        axes.set_title(words[test_captions[row, t + 1]], fontsize=8)
for axes in panels.flat:
    axes.axis("off")
figure.suptitle("where it looks before it says the word", fontsize=9)
figure.tight_layout()

# %% [markdown]
# Three pictures are an anecdote. The masks of Scenes tell which cells belong to the object, so we can count, over all test
# pictures: how much of the attention falls on the object, and how much on the rim of the picture, before each kind of word?
# (A network that looks everywhere alike would put there no more than their share of the picture.)

# %%
spoken = np.array(words)[test_captions[:, 1:]]  # what is said at each step, (N, T)
kinds = {"size": ("small", "large"), "colour": COLOURS, "shape": CLASSES, "tone": ("light", "dark"),
         "texture": ("plain", "gradient")}
kinds = {name: np.isin(spoken, some) for name, some in kinds.items()}
with nn.watch_attention() as attention:
    model.mouth(maps, test_captions[:, :-1])
looks = attention[1].mean(axis=1)  # (N, T, 64)
on_object = (test_scenes.instances > 0).reshape(-1, 8, 4, 8, 4).mean(axis=(2, 4)).reshape(len(looks), 64) > 0


rim = np.ones((8, 8), bool)
rim[1:-1, 1:-1] = False
rim = np.broadcast_to(rim.reshape(64), on_object.shape)


def share(cells, steps):
    """The mean weight on these cells (N, 64); steps: bool (N, T)."""
    return (looks * cells[:, None]).sum(axis=2)[steps].mean()


print(f"{'share of the picture':24} object {on_object.mean():4.0%}, rim {rim.mean():4.0%}")
for name, steps in kinds.items():
    print(f"before it says the {name:8} object {share(on_object, steps):4.0%}, rim {share(rim, steps):4.0%}")

# %% [markdown]
# Nobody has told it. For the colour it looks at the object and at hardly anything else; for the tone of the background it looks
# past the object; and whether the background is plain or a gradient it sees best at the rim, where the ends of the gradient are.
#
# Still, attention is no explanation. What a cell tells was mixed by convolutions from its neighbourhood, and a word may know
# from the words before it. It is a hint, and one that costs nothing.
#
# ## 6. Ways to speak
#
# So far each word was the likeliest one (**greedy**). A **beam** follows several sentences at once and keeps those whose
# words together are likeliest; its list is also what the network holds possible. Here is the picture of which it is least
# sure, of the first sixty:

# %%
def beams(i, width=5):
    tokens, scores = beam_search(model.mouth.decoder(maps[i : i + 1]), [1], 14, width=width, end=2)
    return [(np.exp(score), " ".join(captioning.words(row))) for row, score in zip(tokens, scores)]


unsure = min(range(60), key=lambda i: beams(i, 2)[0][0])
for p, sentence in beams(unsure):
    print(f"{p:5.1%}  {sentence}")
viz.plot_images(test_scenes.images[unsure : unsure + 1], titles=[" ".join(true[unsure]).replace(" on ", "\non ")])

# %% [markdown]
# And one may **draw** each word from its probabilities, sharpened by a temperature below 1 or flattened by one above. For
# captions that is a bad idea; for stories it is the only one.

# %%
for temperature in (0, 0.5, 1, 2):
    tokens = generate(model.mouth.decoder(maps), np.ones((500, 1), int), 14, temperature=temperature, end=2,
                      rng=np.random.default_rng(0))
    drawn = [captioning.words(row) for row in tokens]
    print(f"temperature {temperature:3}: {exact_match([[t] for t in true], drawn):5.1%} right; {' '.join(drawn[0])}")

# %% [markdown]
# ## 7. What it has never seen
#
# In the training pictures no shape comes in every colour: of each, one colour is held out, and the split "novel" shows
# just those. Has it learned "red" and "heart", or only "red heart"?

# %%
novel, novel_captions = with_captions(500, "novel")
novel_maps = trainer.predict(normalise(novel.images))
novel_said = [captioning.words(row) for row in model.mouth.sample(novel_maps, length=15)]
fact_by_fact(novel_said, [captioning.words(row) for row in novel_captions])

# %% [markdown]
# Compare with the line in section 4: all that it has to say is as right as it was, but for one fact. The colour it says
# first, and gets it. Then it has to name a shape *after that colour*, and in all of its training this shape was never said
# there. Is it the eye that does not see the shape, or the mouth that does not dare to say it? We put another colour into its
# mouth, one that the shape may have, and let it go on from there:

# %%
other = np.where(np.isin(np.array(words)[novel_captions[:, 3]], ["red"]), words.index("blue"), words.index("red"))
prompt = np.stack([*novel_captions[:, :3].T, other], axis=1)  # start, a, size, a wrong colour
went_on = generate(model.mouth.decoder(novel_maps), prompt, 1, temperature=0)[:, -1]
print(f"the shape is right in {np.mean(went_on == novel_captions[:, 4]):.1%}, after another colour than its own")

# %% [markdown]
# So in most cases the eye does see it, and the mouth has learned too well what is never said. A model that has to compose
# must be kept from learning what goes with what by the way: here, that this shape never comes in that colour.
#
# ## What you know now
#
# - Captioning is classification, again and again: the next word, given the picture and the words so far.
# - Teacher forcing asks all questions of a sentence at once; the causal mask keeps it honest.
# - Cross-attention lets each word look for itself: queries from the words, keys and values from the picture.
# - First by heart, then at large. Score what matters: facts, not n-grams, if you have a grammar.
#
# `npdl train captioning` trains it for longer. With the setting `speaker: lstm` a recurrent network speaks instead: shown the
# picture once, before the first word, it has to carry all that it saw to the last one, and learns it far more slowly.
#
# ## Now you
#
# **1.** How large is the loss of a caption when the network knows everything but the colour, and of the colour only that it
# is not red?

# %%
my_loss = None

judge(my_loss, lambda loss: np.isclose(loss, np.log(7)), "One question is open, with seven answers.",
      "All other words cost log 1. How many colours are left?")

# %% [markdown]
# **2.** "a large red star" was said; the true caption is "a small red star on the left". Compute BLEU with n-grams
# up to 2, by hand: the clipped shares, their geometric mean, and the brevity penalty.

# %%
my_bleu = None

judge(my_bleu, lambda b: np.isclose(b, bleu([["a small red star on the left".split()]], ["a large red star".split()], order=2)),
      "Three words of four, one pair of three, and four words where seven are due.", "exp(1 - 7/4) times the root of two shares.")

# %% [markdown]
# **3.** Write the mask of the words' self-attention for a caption of T words: True where the row's word may see the column's.

# %%
def my_mask(T):
    return None


judge(my_mask(4), lambda m: np.array_equal(m, np.tri(4, dtype=bool)), "Without it the network would copy the next word from its right, and have nothing to copy when it speaks.",
      "A word may see itself, and what came before it.")
