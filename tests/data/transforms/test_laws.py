"""What holds for every transform."""

import numpy as np
import pytest

import npdl
from npdl import InputError, InputTypeError
from npdl.data import DataLoader
from npdl.data.transforms import (
    CentreCrop,
    ColourJitter,
    Compose,
    Cutout,
    GaussianBlur,
    MixUp,
    Normalise,
    RandomApply,
    RandomCrop,
    RandomGrey,
    RandomHorizontalFlip,
    RandomResizedCrop,
    Resize,
    ToFloat,
    TwoViews,
)

IMAGES = {
    "flip": RandomHorizontalFlip(),
    "crop": RandomCrop(10, pad=2),
    "crop, reflected": RandomCrop((8, 11), pad=3, mode="reflect"),
    "centre": CentreCrop(6),
    "resize": Resize((5, 9)),
    "resized crop": RandomResizedCrop(7),
    "normalise": Normalise([0.4, 0.5, 0.6], 0.25),
    "jitter": ColourJitter(0.4, 0.5, 0.6, 0.1),
    "grey": RandomGrey(0.5),
    "blur": GaussianBlur((0.1, 2.0)),
    "cutout": Cutout(5),
    "apply": RandomApply(ColourJitter(0.5), 0.5),
    "composed": Compose(RandomCrop(10, pad=2), RandomHorizontalFlip(), Normalise(0.5, 0.5)),
}
BYTES = ("flip", "crop", "crop, reflected", "centre", "cutout")
DRAWN = set(IMAGES) - {"centre", "resize", "normalise"}


def images(N=16, C=3, H=10, W=12, dtype=np.float32):
    return np.random.default_rng(0).random((N, C, H, W)).astype(dtype)


def rng(seed=1):
    return np.random.default_rng(seed)


@pytest.mark.topic("R496")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", IMAGES)
def test_the_dtype_is_kept_and_the_input_too(name, dtype):
    x = images(dtype=dtype)
    before = x.copy()
    out = IMAGES[name](x, rng=rng())
    assert out.dtype == dtype and len(out) == len(x) and out.shape[1] == 3
    assert np.array_equal(x, before) and not np.shares_memory(out, x)


@pytest.mark.parametrize("name", BYTES)
def test_pixels_that_only_move_may_be_bytes(name):
    x = (255 * images()).astype(np.uint8)
    out = IMAGES[name](x, rng=rng())
    assert out.dtype == np.uint8
    np.testing.assert_array_equal(out, IMAGES[name](x.astype(np.float32), rng=rng()))


@pytest.mark.topic("R496")
@pytest.mark.parametrize("name", IMAGES)
def test_the_generator_decides(name):
    x = images()
    out = IMAGES[name](x, rng=rng())
    assert np.array_equal(out, IMAGES[name](x, rng=rng()))
    assert np.array_equal(out, IMAGES[name](x, rng=rng(2))) == (name not in DRAWN)


@pytest.mark.topic("R496")
@pytest.mark.parametrize("name", IMAGES)
def test_an_image_does_not_look_at_the_others(name):
    x = images()
    other = x.copy()
    other[np.arange(16) != 5] = 0.5
    np.testing.assert_allclose(IMAGES[name](x, rng=rng())[5], IMAGES[name](other, rng=rng())[5], rtol=0, atol=1e-6)


@pytest.mark.topic("R496")
@pytest.mark.parametrize("name", sorted(DRAWN))
def test_every_image_is_changed_in_its_own_way(name):
    x = np.repeat(images(N=1), 64, axis=0)
    out = IMAGES[name](x, rng=rng())
    different = len({image.tobytes() for image in out})
    assert different >= (2 if name in ("flip", "grey") else 9)


@pytest.mark.parametrize("name", IMAGES)
def test_labels_pass_through(name):
    x, y, ids = images(), np.arange(16), np.arange(16) + 100
    out, labels, same = IMAGES[name](x, y, ids, rng=rng())
    assert labels is y and same is ids and np.array_equal(out, IMAGES[name](x, rng=rng()))


@pytest.mark.parametrize("name", IMAGES)
def test_an_empty_batch(name):
    assert len(IMAGES[name](images()[:0], rng=rng())) == 0


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_without_a_generator_npdl_seed_decides(name):
    outs = []
    for _ in range(2):
        npdl.seed(3)
        outs.append(IMAGES[name](images()))
    npdl.seed(None)
    assert np.array_equal(*outs)


@pytest.mark.parametrize("name", [name for name in IMAGES if name != "composed"])
def test_what_is_no_batch_of_images(name):
    who = type(IMAGES[name]).__name__
    with pytest.raises(InputError, match=rf"{who}: x should be a 4-d array \(N, C, H, W\)"):
        IMAGES[name](images()[0])
    with pytest.raises(InputTypeError, match=f"{who}: x should be a NumPy array of images"):
        IMAGES[name](images().tolist())


@pytest.mark.parametrize("name", [name for name in IMAGES if name not in (*BYTES, "apply", "composed")])
def test_bytes_where_floats_are_computed_with(name):
    with pytest.raises(InputTypeError, match=r"x should be images of floats \(ToFloat makes them of bytes\)"):
        IMAGES[name](np.zeros((2, 3, 10, 12), np.uint8))


@pytest.mark.topic("R496")
def test_composed_is_one_after_the_other():
    x, y = images(), np.arange(16)
    one, two = RandomCrop(8), RandomHorizontalFlip()
    generator = rng()
    expected = two(one(x, rng=generator), rng=generator)
    assert np.array_equal(Compose(one, two)(x, rng=rng()), expected)
    out, labels = Compose(Compose(one), two)(x, y, rng=rng())
    assert np.array_equal(out, expected) and labels is y
    assert Compose()(x) is x


@pytest.mark.topic("R494")
def test_compose_is_not_normalise():
    with pytest.raises(InputTypeError, match=r"Compose: transforms should be .* Normalise.* got \(0.5, 0.5, 0.5\)"):
        Compose((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))  # as in the notes


def test_two_views():
    x, y = images(), np.arange(16)
    one, other, labels = TwoViews(RandomCrop(8))(x, y, rng=rng())
    assert one.shape == other.shape == (16, 3, 8, 8) and labels is y
    assert np.mean([np.array_equal(a, b) for a, b in zip(one, other, strict=True)]) < 0.5
    again, _ = TwoViews(RandomCrop(8))(x, rng=rng())
    assert np.array_equal(again, one)


@pytest.mark.parametrize("p", [0, 1])
def test_apply_to_none_or_all(p):
    x = images()
    out = RandomApply(Normalise(0.5, 0.5), p)(x, rng=rng())
    assert np.array_equal(out, Normalise(0.5, 0.5)(x) if p else x)


def test_apply_to_some():
    x = images(N=400)
    changed = np.any(RandomApply(Normalise(0.5, 0.5), 0.3)(x, rng=rng()) != x, axis=(1, 2, 3))
    assert abs(changed.mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / 400)


@pytest.mark.topic("R496")
@pytest.mark.parametrize("prefetch", [0, 2])
def test_in_the_loader(prefetch):
    x, y = (255 * images(N=40)).astype(np.uint8), np.arange(40)
    transform = Compose(RandomCrop(10, pad=2), RandomHorizontalFlip(), ToFloat(), Normalise(0.5, 0.5), MixUp(0.2, 40))
    loader = DataLoader(x, y, batch_size=16, seed=4, transform=transform, prefetch=prefetch)
    for epoch in range(2):
        order = loader.order(epoch)
        for number, (batch, q) in enumerate(loader):
            chosen = order[16 * number : 16 * (number + 1)]
            expected, labels = transform(x[chosen], y[chosen], rng=np.random.default_rng((4, epoch, number + 1)))
            assert np.array_equal(batch, expected) and np.array_equal(q, labels)
            assert batch.dtype == q.dtype == np.float32


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: RandomHorizontalFlip(1.5), "RandomHorizontalFlip: p should be in"),
        (lambda: RandomGrey(-0.5), "RandomGrey: p should be in"),
        (lambda: RandomApply(RandomGrey(), 2), "RandomApply: p should be in"),
        (lambda: RandomCrop(0), "RandomCrop: size should be an integer >= 1, or .height, width.; got 0"),
        (lambda: RandomCrop((3, 4, 5)), "RandomCrop: size should be"),
        (lambda: RandomCrop(3, pad=-1), "RandomCrop: pad should be"),
        (lambda: RandomCrop(3, mode="mirror"), 'RandomCrop: mode should be "constant"'),
        (lambda: CentreCrop(2.5), "CentreCrop: size should be"),
        (lambda: Resize("large"), "Resize: size should be"),
        (lambda: RandomResizedCrop(8, scale=(0, 1)), "RandomResizedCrop: scale should be"),
        (lambda: RandomResizedCrop(8, ratio=(2, 1)), "RandomResizedCrop: ratio should be"),
        (lambda: Normalise(0.5, 0), "Normalise: std should be above 0; got 0"),
        (lambda: Normalise(float("nan"), 1), "Normalise: mean should be a number"),
        (lambda: ColourJitter(contrast=-1), "ColourJitter: contrast should be in"),
        (lambda: ColourJitter(hue=0.6), "ColourJitter: hue should be in"),
        (lambda: GaussianBlur(0), "GaussianBlur: sigma should be"),
        (lambda: GaussianBlur((2, 1)), "GaussianBlur: sigma should be"),
        (lambda: Cutout(-1), "Cutout: size should be"),
        (lambda: Cutout(True), "Cutout: size should be an integer >= 0; got True"),
        (lambda: MixUp(-1, 10), "MixUp: alpha should be"),
        (lambda: MixUp(1, 0), "MixUp: classes should be"),
    ],
)
def test_settings_that_make_no_sense(make, message):
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize(
    "transform, x, message",
    [
        (RandomCrop(11), images(), "RandomCrop: x should be images of at least 11 x 11 pixels"),
        (CentreCrop((4, 13)), images(), "CentreCrop: x should be images of at least 4 x 13 pixels"),
        (Normalise([0.5, 0.5], 1), images(), "Normalise: mean should be a number, or one for each of 3 channels"),
        (ColourJitter(0.1), 2 * images(), "ColourJitter: x should be in .0, 1.; normalise afterwards"),
        (ColourJitter(0.1), np.full((1, 3, 2, 2), np.nan), "ColourJitter: x should be in"),
        (ColourJitter(saturation=0.1), images(C=1), "ColourJitter: x should be images of three channels"),
        (RandomGrey(), images(C=4), "RandomGrey: x should be images of three channels"),
        (ToFloat(), images(), "ToFloat: x should be images of bytes"),
        (RandomApply(CentreCrop(3), 0.5), images(), r"RandomApply: transform should be one that keeps .*3, 3\)"),
        (Resize(4), images()[:, :, :0], r"Resize: x should be images of at least one pixel; got .* \(\d+, 3, 0, \d+\)"),
        (RandomResizedCrop(4), images()[..., :0], "RandomResizedCrop: x should be images of at least one pixel"),
        (Cutout(3, value=300), images().astype("uint8"), "Cutout: value should be a number that uint8 can hold"),
        (Cutout(3, value=0.5), images().astype("uint8"), "Cutout: value should be a number that uint8 can hold"),
    ],
)
def test_images_that_do_not_fit(transform, x, message):
    with pytest.raises(InputError, match=message):
        transform(x, rng=rng())
