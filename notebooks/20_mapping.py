# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Mapping: where am I, and what is here?
#
# A robot drives through a flat that it has never seen. Its wheels say roughly how far it went, its laser says roughly what
# is around it. To draw a map it must know where it is, and to know where it is it needs a map. Doing both at once is called
# SLAM, *simultaneous localisation and mapping*. You will watch small errors add up until a flat has double walls, and then
# see them vanish in one step, because the robot came by a place that it had seen before.
#
# You need RANSAC and ORB from the lessons on lines and on corners.
#
# Topics: R476 pose and map, R477 visual odometry (ORB-SLAM), R478 kinds of maps, R479 clouds of points, R480 .pcd files,
# R481 OctoMap, R482 pruning, R483 occupancy and its prior, R484 log-odds, R485 clamping, R486 rays and paths, R487 the
# bird's-eye view.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from npdl import mapping
from npdl.data import pictures
from npdl.mapping.rays import cells_between
from npdl.mapping.slam import (
    between,
    dead_reckoning,
    join,
    loop_closures,
    odometry_edges,
    optimise,
    trajectory_error,
)
from npdl.mapping.visual_odometry import frame_edges, loop_edges, relative_motion
from npdl.mapping.worlds import ROOMS, drive, fly
from npdl.vision.orb import orb

plt.rcParams.update({"figure.dpi": 110, "axes.spines.top": False, "axes.spines.right": False, "grid.alpha": 0.25,
                     "font.size": 9})
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
rng = np.random.default_rng(0)


def judge(answer, is_right, praise, advice):
    """Tell at once whether the answer to an exercise is right; None: not answered yet."""
    print("Your turn." if answer is None else f"Right. {praise}" if is_right(answer) else f"Not yet. {advice}")


# %% [markdown]
# ## 1. One cell
#
# Cut the world into cells. Each is occupied or free, $n$, and a measurement $z$ gives a probability $P(n \mid z)$. Several
# measurements are put together by Bayes's rule; in *log-odds*, $L = \log\frac{P}{1-P}$, that is a sum:
#
# $$L(n \mid z_{1:t}) = L(n \mid z_{1:t-1}) + L(n \mid z_t) - L(n)$$
#
# The prior $L(n)$ is taken away, as it is in every $L(n \mid z_t)$ already. One formula of the notes has it inside the
# logarithm as $\cdot\frac{P(n)}{1-P(n)}$, which adds it. With a prior of 0.5 its log-odds are 0 and nobody notices. So take a
# world in which 30 % of the cells are occupied, and a sensor whose "hit" means 70 %. Two hits: who is right? Let a million
# cells decide.

# %%
L, P, prior, hit = mapping.log_odds, mapping.probability, 0.3, 0.7
minus, plus = L(prior), L(prior)
for _ in range(2):
    minus, plus = minus + L(hit) - L(prior), plus + L(hit) + L(prior)

occupied = rng.random(1_000_000) < prior
false_hits = 0.9 * (prior / (1 - prior)) * (1 - hit) / hit  # with 0.9 true ones, P(occupied | hit) is 0.7
sensor = np.where(occupied, 0.9, false_hits)
one, two = rng.random((2, 1_000_000)) < sensor
print(f"of the cells with a hit {occupied[one].mean():.3f} are occupied: the sensor is as said")
print(f"of those with two hits {occupied[one & two].mean():.3f}. Minus the prior: {P(minus):.3f}. Plus: {P(plus):.3f}")

# %% [markdown]
# Two hits, and by the plus the cell would be as free as before.
#
# OctoMap's sensor says 0.7 for a hit and 0.4 for a miss (the notes' 0.3 is the symmetric choice): a hit weighs more, as an
# obstacle that was overlooked costs more. And it *clamps*: $L$ is kept in $[-2, 3.5]$. These bounds are log-odds; as
# probabilities they are

# %%
print(f"hit {L(0.7):+.4f}, miss {L(0.4):+.4f} (0.3 would be {L(0.3):+.4f}); the bounds {P(-2.0):.3f} and {P(3.5):.3f}")
measured = [0.4] * 60 + [0.7] * 20  # a door stands open for 60 scans, then it is shut
clamped, free = [0.0], [0.0]
for p in measured:
    clamped.append(float(mapping.update(clamped[-1], p)))
    free.append(float(mapping.update(free[-1], p, low=-1e9, high=1e9)))
figure, axes = plt.subplots(figsize=(5.5, 2.4))
axes.plot(P(np.array(clamped)), color=BLUE, label="clamped")
axes.plot(P(np.array(free)), "--", color=ORANGE, label="not clamped")
axes.axvline(60, color="0.6", linewidth=0.8)
axes.set(xlabel="scan", ylabel="P(occupied)", title="a door is shut after scan 60", ylim=(0, 1))
axes.legend(frameon=False, loc="upper left")
plt.show()
for name, values in (("clamped", clamped), ("not clamped", free)):
    after = np.flatnonzero(np.array(values[61:]) > 0)
    print(f"{name}: believed after {after[0] + 1} scans" if len(after) else f"{name}: not believed in 20 scans")

# %% [markdown]
# **Question.** A cell nobody has seen ($L = 0$) is hit again and again. After how many hits does it reach the upper bound?

# %%
hits = None  # your answer

judge(hits, lambda a: a == 5, "4 · 0.847 = 3.39, just below.", "Each hit adds log(0.7 / 0.3) = 0.847; the bound is 3.5.")

# %% [markdown]
# ## 2. A grid
#
# A laser's ray passes free cells and ends at an occupied one. Which cells does it pass? Those between one crossing of a
# grid's line and the next:

# %%
start, end = np.array([0.5, 0.7]), np.array([9.4, 4.2])
figure, axes = plt.subplots(figsize=(5, 2.6))
for column, line in cells_between(start, end):
    axes.add_patch(plt.Rectangle((column, line), 1, 1, color=BLUE, alpha=0.25, linewidth=0))
axes.add_patch(plt.Rectangle(np.floor(end), 1, 1, color=ORANGE, alpha=0.6, linewidth=0))
axes.plot(*np.stack([start, end]).T, "k.-")
axes.set(xlim=(0, 10), ylim=(0, 5), xticks=range(11), yticks=range(6), aspect="equal")
axes.grid()
plt.show()

# %% [markdown]
# Scans from twenty places, whose poses we are *told*, make a map of the flat. It is then reduced: to cells where a robot of
# 60 cm fits, to the shortest way between two of them (A*), and to a *topological* map, a few places and which are next to
# which. (A *feature* map is a third kind: landmarks alone. It comes in a moment.)

# %%
def grid_map(poses, scans, cell=0.1):
    """The occupancy grid of scans, put where the poses say that they were made."""
    grid = mapping.OccupancyGrid((-1, -1), (9, 7), cell)
    for pose, (distances, angles) in zip(poses, scans):
        grid.insert_scan(pose, distances, angles)
    return grid


def draw_map(axes, grid, title=""):
    """White is free, black occupied, grey unknown; axes in metres."""
    axes.imshow(grid.probability(), cmap="gray_r", vmin=0, vmax=1, origin="lower", extent=(-1, 9, -1, 7))
    axes.set(title=title, xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


world = drive(seed=1)
places = range(0, 81, 4)
scans = [mapping.scan(world.truth[n], ROOMS, rays=180, noise=0.02, seed=n) for n in places]
grid = grid_map(world.truth[places], scans)
wide = grid.free()
for axis in (0, 1):  # a robot 7 cells wide: all of them free
    wide = np.all([np.roll(wide, shift, axis) for shift in range(-3, 4)], axis=0)
way = mapping.shortest_path(wide, (24, 20), (54, 80))
nodes, edges = mapping.topological_map(grid.free(), 6)

figure, panels = plt.subplots(1, 3, figsize=(8.4, 2.5))
draw_map(panels[0], grid, "occupancy")
draw_map(panels[1], grid, f"a way of {(len(way) - 1) * grid.cell:.1f} m")
panels[1].plot(*(way[:, ::-1] * 0.1 - 0.95).T, color=ORANGE, linewidth=2)
draw_map(panels[2], grid, f"{len(nodes)} places, {len(edges)} passages")
for a, b in edges:
    panels[2].plot(*(nodes[[a, b]][:, ::-1] * 0.1 - 0.95).T, color=BLUE, linewidth=0.8)
panels[2].plot(*(nodes[:, ::-1] * 0.1 - 0.95).T, ".", color=BLUE, markersize=4)
figure.tight_layout()
plt.show()
print(f"{grid.log_odds.size} cells, of which {grid.seen.mean():.0%} were seen; {np.sum(grid.probability() > 0.5)} are walls")

# %% [markdown]
# ## 3. Nobody tells the pose
#
# Now the robot has its wheels alone. A pose is $(x, y, \theta)$; every motion is measured with a standard deviation of 2 cm
# and 0.02 radians, and the poses follow one from the other (*dead reckoning*). It drives twice round the block.
#
# The remedy is a **graph**. Poses are nodes. An edge says "from $i$ I would see $j$ *there*": neighbours by the wheels, and,
# when landmarks are recognised that were seen long ago, far neighbours too: a *loop closure*. Then find the poses that
# contradict all edges least: $\min \sum_e \mathbf e^\top W \mathbf e$, by Gauss and Newton, each step one sparse linear system.

# %%
odometry = dead_reckoning(world.motions, world.truth[0])
wheels = odometry_edges(world.motions, 1 / np.full(3, 0.02) ** 2)
closures = loop_closures(world.sightings, 1 / np.full(3, 0.03) ** 2)
solved = optimise(odometry, join(wheels, closures))

figure, panels = plt.subplots(1, 3, figsize=(8.4, 2.6))
for axes, name, poses in zip(panels, ("true poses", "wheels", "graph"), (world.truth, odometry, solved)):
    error = trajectory_error(poses, world.truth)
    draw_map(axes, grid_map(poses[places], scans), name if poses is world.truth else f"{name}: {100 * error:.0f} cm off")
    axes.plot(*poses[:, :2].T, color=ORANGE, linewidth=0.8)
for i, j in zip(closures.i, closures.j):
    panels[2].plot(*solved[[i, j], :2].T, color=BLUE, linewidth=1)
figure.tight_layout()
plt.show()

# %% [markdown]
# The walls by the wheels are smeared: the robot saw each of them twice, from places that it took for others. How many
# closures does it take? One is much, if it comes late:

# %%
for count in (0, 1, 2, 5, 10, len(closures.i)):
    chosen = np.linspace(len(closures.i) - 1, 0, count).astype(int)
    some = type(closures)(*(field[chosen] for field in closures))
    error = trajectory_error(optimise(odometry, join(wheels, some)), world.truth)
    print(f"{count:3} closures: {100 * error:5.1f} cm")

# %% [markdown]
# After a few, more change little. And one that is *false*? Tell the graph that pose 60 is pose 10:

# %%
false = type(closures)(np.array([10]), np.array([60]), np.zeros((1, 3)), closures.weights[:1])
error = trajectory_error(optimise(odometry, join(wheels, closures, false)), world.truth)
print(f"with one false closure among {len(closures.i)}: {100 * error:.0f} cm; without: "
      f"{100 * trajectory_error(solved, world.truth):.0f} cm")

# %% [markdown]
# Least squares believe everybody. So nothing is worth more care than a closure, and that is where RANSAC comes in.
#
# ## 4. With a camera: the idea of ORB-SLAM
#
# Until now landmarks had names. A camera has only pixels. The notes have a heading "ORB-SLAM" with nothing of it below (the
# text is on OctoMap), so here is its skeleton, in a plane: a camera flies over a floor and looks straight down. Between two
# frames: ORB features, matches by Hamming's distance, RANSAC for a rigid motion from two matches. (In space it is the
# essential matrix, from eight matches, and the scale stays unknown: `npdl.mapping.monocular`; `npdl vision camera-path`
# draws it. Here the height is known, and a pixel is a pixel of the floor.)

# %%
flight, centre = fly(), np.array([63.5, 63.5])
frames = [orb(image, count=100, levels=2) for image in flight.images]
motion = relative_motion(frames[0], frames[1], centre)
true = between(flight.truth[0], flight.truth[1])

figure, panels = plt.subplots(1, 2, figsize=(8.2, 3.6), width_ratios=(2, 1.1))
pair = np.concatenate([flight.images[0], flight.images[1]], axis=1)
panels[0].imshow(pair, cmap="gray", vmin=0, vmax=1)
for target, source in zip(motion.target + centre, motion.source + centre + (128, 0)):
    panels[0].plot(*np.stack([target, source]).T, color=GREEN, linewidth=0.6)
panels[0].set(title=f"frames 0 and 1: {len(motion.source)} matches agree")
panels[1].imshow(flight.floor, cmap="gray", vmin=0, vmax=1)
panels[1].plot(*flight.truth[:, :2].T, color=ORANGE, linewidth=1.5)
panels[1].set(title="the floor and the flight")
for axes in panels:
    axes.set_axis_off()
figure.tight_layout()
plt.show()
print("motion:", motion.pose.round(3), " truth:", true.round(3))

# %% [markdown]
# Loops are found by looks, then by geometry: of all earlier frames the one with most sure matches, and only if RANSAC finds
# a motion that twelve of them obey. Then the same graph as before:

# %%
tracked, loops = frame_edges(frames, centre), loop_edges(frames, centre)
alone = dead_reckoning(tracked.motions, flight.truth[0])
closed = optimise(alone, join(tracked, loops))

figure, panels = plt.subplots(1, 2, figsize=(7.6, 3.4))
for name, poses, colour, style in (("truth", flight.truth, "0.6", "-"), ("odometry", alone, ORANGE, "--"),
                                   ("with loops", closed, BLUE, "-")):
    panels[0].plot(*poses[:, :2].T, style, color=colour, linewidth=1.2, label=name)
    if poses is not flight.truth:
        distance = np.hypot(*(poses - flight.truth)[:, :2].T)
        panels[1].plot(distance, style, color=colour, label=f"{name}: {trajectory_error(poses, flight.truth):.2f} pixels")
for i, j in zip(loops.i, loops.j):
    panels[0].plot(*closed[[i, j], :2].T, color=GREEN, linewidth=0.7)
panels[0].set(aspect="equal", title=f"{len(loops.i)} loops (green)")
panels[1].set(xlabel="frame", ylabel="error (pixels)", title="each loop holds it down")
for axes in panels:
    axes.legend(frameon=False, fontsize=8)
    axes.grid()
figure.tight_layout()
plt.show()
spread = np.std((tracked.motions - between(flight.truth[:-1], flight.truth[1:]))[:, 2])
print(f"each step turns wrongly by {spread:.4f} radians, in root mean square")

# %% [markdown]
# **Question.** If these errors are independent, by roughly how many degrees is the heading off after 40 steps? (Variances
# add.)

# %%
degrees = None  # your answer

expected = np.degrees(spread * np.sqrt(40))
judge(degrees, lambda a: abs(a - expected) < 0.2,
      f"{expected:.1f}°, and after another 100 pixels of way that is {100 * np.radians(expected):.1f} pixels aside.",
      "√40 times the step's radians, in degrees.")

# %% [markdown]
# ## 5. Clouds of points
#
# A depth camera gives each pixel a distance, and so a point: $z\,K^{-1}(x, y, 1)^\top$. Move the points of every frame by its
# pose and put them together: a map. A wall and a ball, seen from two places:

# %%
K = np.array([[100, 0, 63.5], [0, 100, 47.5], [0, 0, 1.0]])
pixels = mapping.back_project(np.ones((96, 128)), K).reshape(-1, 3)  # (96 · 128, 3): the rays


def depth_image(x):
    """z of a wall 3 m ahead and of a ball of 0.5 m before it, for a camera at (x, 0, 0)."""
    to_ball = np.array([-x, 0.3, 2.0])
    a, b, c = np.sum(pixels**2, axis=1), pixels @ to_ball, to_ball @ to_ball - 0.25
    inside = b**2 - a * c
    ball = (b - np.sqrt(np.maximum(inside, 0))) / a
    return np.where(inside > 0, ball, 3.0).reshape(96, 128)


def camera_at(x, z=0.0):
    """The pose (4, 4) of a camera that looks ahead."""
    pose = np.eye(4)
    pose[0, 3], pose[2, 3] = x, z
    return pose


depths = [depth_image(-0.6), depth_image(0.6)]
exact = mapping.stitch(depths, [camera_at(-0.6), camera_at(0.6)], K)
wrong = mapping.stitch(depths, [camera_at(-0.6), camera_at(0.62, 0.1)], K)  # 10 cm off
figure, panels = plt.subplots(1, 3, figsize=(8.4, 2.5))
panels[0].imshow(depths[0], cmap="viridis")
panels[0].set_title("depth from the left")
panels[0].set_axis_off()
for axes, cloud, name in ((panels[1], exact, "from above"), (panels[2], wrong, "a pose 10 cm wrong")):
    level = cloud[np.abs(cloud[:, 1] - 0.3) < 0.05]
    axes.plot(level[:, 0], level[:, 2], ".", color=BLUE, markersize=1)
    axes.set(title=name, xlabel="x", ylabel="z", ylim=(1, 3.4))
figure.tight_layout()
plt.show()

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "room.pcd"
    mapping.write_pcd(path, dict(zip("xyz", exact.astype(np.float32).T)))
    again = mapping.read_pcd(path)
    print(f"{len(exact)} points, {path.stat().st_size:,} bytes, of which {len(exact) * 12:,} are points;",
          "read again the same:", all(np.array_equal(again[name], exact[:, n].astype("f4")) for n, name in enumerate("xyz")))
print(f"one frame of 640 x 480: {640 * 480:,} points")

# %% [markdown]
# A cloud grows with every frame, forgets nothing (the ghost of a wrong pose stays), and does not know *free* from *unknown*,
# so nobody can plan a way through it.
#
# ## 6. OctoMap
#
# Back to occupancy, in space. A dense grid of 16 levels would have $2^{48}$ cells. An **octree** (not "octotree") parts a cube
# into eight, and these again, only where something was seen; and eight equal children are **pruned** into one.

# %%
trees, seen_left = {}, exact[: 96 * 128].reshape(96, 128, 3)[::3, ::3].reshape(-1, 3)
for prune in (False, True):
    tree = mapping.OccupancyOctree(0.1, depth=6, prune=prune)
    for _ in range(5):  # seen five times: enough for cells to reach the bounds, and so to be equal
        tree.insert_scan((-0.6, 0, 0), seen_left)
    trees[prune] = tree
tree = trees[True]
print(f"a dense grid: {64**3:,} cells; nodes without pruning {trees[False].size():,}, with {tree.size():,}")
probes = rng.uniform((-1.5, -1.2, 0.2), (1, 1.2, 3), (500, 3))
print("all 500 queries agree:", all(trees[False].query(p) == tree.query(p) for p in probes))

# %% [markdown]
# A cube is as occupied as its most occupied child. So the same tree is a coarse map too, which never misses an obstacle:

# %%
figure, panels = plt.subplots(1, 3, figsize=(8.4, 3))
for axes, level in zip(panels, (0, 1, 2)):
    centres, sides, p = tree.leaves(level)
    cut = np.abs(centres[:, 1] - 0.35) < sides / 2  # through the ball
    for (cx, _, cz), side, occupied_p in zip(centres[cut], sides[cut], p[cut]):
        corner = cx - side / 2, cz - side / 2
        colour = ORANGE if occupied_p > 0.5 else "white"
        axes.add_patch(plt.Rectangle(corner, side, side, facecolor=colour, edgecolor="0.5", linewidth=0.4))
    axes.set(xlim=(-3.2, 3.2), ylim=(-0.4, 3.4), aspect="equal", facecolor="0.85", title=f"cubes of {0.1 * 2**level:.1f} m")
figure.tight_layout()
plt.show()
for goal in ((-1.0, 0.3, 2.5), (0.0, 0.3, 2.5)):
    print(f"straight to {goal}: {'free' if tree.passable((-0.6, 0.0, 0.05), goal) else 'not known to be free'}")

# %% [markdown]
# (A cut 35 cm below the camera, through the ball. Orange: occupied; white: free; grey: nobody looked. The shadow behind the
# ball is unknown, which is not free.)
#
# **Question.** A cube of 0.4 m has 64 of the smallest cubes in it. 63 are free, $L = -2$, one is occupied, $L = 3.5$. What
# probability does the map give to the whole cube?

# %%
whole = None  # your answer

judge(whole, lambda a: abs(a - P(3.5)) < 0.01, "The most occupied child's: one chair leg is enough.",
      "Not the mean. Which child matters to a robot that wants to pass?")

# %% [markdown]
# ## 7. From above
#
# A car's camera sees the road in perspective; plans are made in the plane. For what lies *on* the ground the two are related
# by a homography, known from the camera's height and pitch, and so the image can be looked up from above:

# %%
K = np.array([[90, 0, 63.5], [0, 90, 47.5], [0, 0, 1.0]])
to_pixels = mapping.ground_homography(K, height=1.5, pitch=0.65)
plane = pictures.TexturedPlane(120, shapes=160, seed=2)
seen = pictures.view(lambda X, Y: plane((X + 4) * 15, Y * 15), to_pixels, (96, 128))
xs, ys = np.linspace(-2, 2, 120), np.linspace(5.5, 0.9, 138)
above = mapping.birds_eye(seen, to_pixels, xs, ys)
truth = plane(*np.meshgrid((xs + 4) * 15, ys * 15))
looked = above > 0
figure, panels = plt.subplots(1, 3, figsize=(8.2, 3))
for axes, image, name in zip(panels, (seen, above, truth), ("the camera", "from above", "the ground")):
    axes.imshow(image, cmap="gray", vmin=0, vmax=1)
    axes.set_title(name)
    axes.set_axis_off()
figure.tight_layout()
plt.show()
near = looked & (ys[:, None] < 3)
print(f"mean difference from the ground: {np.abs(above - truth)[near].mean():.3f} within 3 m, "
      f"{np.abs(above - truth)[looked & ~near].mean():.3f} beyond, where a pixel covers more")

# %% [markdown]
# What stands upright is smeared away from the camera: the homography holds for the ground alone. A laser has no such trouble;
# its points are dropped into cells, the highest of each is kept (`mapping.height_map`), and a network reads it as an image.
#
# ## What to try next
#
# - Give `drive` a larger `motion_noise`. When does the graph no longer help, and which edges are to blame?
# - Add the false closure of section 3 and then drop the edge with the largest residual, again and again.
# - Fly with `fly(noise=0.1)`: `frame_edges` says where tracking is lost. More features, or more levels?
