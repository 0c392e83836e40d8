"""A right call of every public function of npdl.vision, ml, metrics, mapping and maths; test_bad_input.py spoils them.

An argument without a default is looked for in the function's row of CALLS, then by its name in BY_NAME; a row may give
arguments with defaults too, which are then spoilt as well as those whose default is a number or a name.
"""

import tempfile
from pathlib import Path

import numpy as np

from npdl import mapping, maths, ml, vision
from npdl.mapping import monocular, slam, worlds
from npdl.mapping.points import write_pcd
from npdl.maths import components, duality, gaussians, state_space
from npdl.metrics.detection import Detections, Objects
from npdl.vision import derivatives, harris, hough, orb, panorama, resize

rng = np.random.default_rng(0)
G, G1, C = rng.random((24, 26)), rng.random((24, 26)), rng.random((24, 26, 3))
M, L = G > 0.5, np.arange(24 * 26).reshape(24, 26) // 80
PTS, X, Y = rng.random((12, 2)) * 10, rng.random((20, 3)), np.arange(20) % 2
S = np.eye(3) + 0.1
gx, gy = derivatives.sobel(G)
T = harris.structure_tensor(gx, gy)
BIG = resize.resize(rng.random((20, 20)), (64, 66), "nearest")
F = orb.orb(BIG, threshold=0.02)
acc, theta, r = hough.hough_lines(M)
GR = state_space.hippo_legs(4)
POSES = np.cumsum(rng.random((6, 3)), axis=0) * 0.1
EDG = slam.Edges(np.arange(5), np.arange(1, 6), slam.between(POSES[:-1], POSES[1:]), np.ones((5, 3)))
K = np.array([[50.0, 0, 12], [0, 50, 12], [0, 0, 1]])
DET = [Detections(np.array([[0, 0, 4, 4.0], [1, 1, 5, 5]]), np.array([0.9, 0.5]), np.array([0, 1]))]
OBJ = [Objects(np.array([[0, 0, 4, 4.0], [1, 1, 5, 6]]), np.array([0, 1]))]
PROB = np.array([[0.9, 0.1], [0.2, 0.8]])
PCD = Path(tempfile.mkdtemp(prefix="npdl-")) / "a.pcd"  # one that can be read
write_pcd(PCD, {"x": X[:, 0]})
W176 = rng.random((176, 176))
TURN = np.array([[0.96, 0, 0.28], [0, 1, 0], [-0.28, 0, 0.96]])
SHIFT = np.array([1.0, 0, 0])
POINTS = rng.random((12, 3)) * 4 + [-2, -2, 4]
MOVED = POINTS @ TURN.T + SHIFT
RAYS = POINTS[:, :2] / POINTS[:, 2:], MOVED[:, :2] / MOVED[:, 2:]
ESSENTIAL = np.cross(SHIFT, TURN.T).T
STEP = monocular.Step(TURN, SHIFT, np.stack([np.arange(12)] * 2, axis=1), POINTS)
PLACES = np.tile(np.eye(4), (5, 1, 1))
PLACES[:, :3, 3] = POINTS[:5]


def same(module, names, arguments):
    return {module + name: arguments for name in names.split()}


BY_NAME = dict(
    rng=np.random.default_rng(1),
    image=G,
    wanted=G1,
    other=G1,
    fused=(G + G1) / 2,
    a=G,
    b=G1,
    mask=M,
    edges=M,
    points=PTS,
    source=PTS,
    target=PTS + 1 + 0.01 * PTS[::-1],
    x=X,
    y=Y,
    sigma=1.5,
    size=(12, 13),
    count=3,
    k=3,
    labels=L,
    gx=gx,
    gy=gy,
    tensor=T,
    radius=3.0,
    levels=8,
    rows=3,
    columns=2,
    kernel=np.ones((3, 3)) / 9,
    column=np.ones(3) / 3,
    row=np.ones(3) / 3,
    sigmas=[1.0, 2.0],
    axis=-1,
    n=8,
    keep=5,
    homography=S,
    matrix=S,
    radii=[3.0, 5.0],
    theta=theta,
    r=r,
    accumulator=acc,
    corners=PTS[:4],
    centre=(5.0, 6.0),
    top=2,
    left=2,
    height=8,
    width=9,
    cell=4,
    P=PROB,
    weight=0.1,
    missing=M,
    response=G,
    ratio=0.9,
    factor=2,
    features=X,
    bandwidth=0.5,
    seam=np.full(24, 5),
    first=G[0],
    steps=np.stack([G, G, G]),
    energy=G,
    template=G[3:9, 4:11],
    cov=np.cov(X.T),
    p=0.3,
    alpha=0.3,
    degrees=30.0,
    dx=1.0,
    sx=2.0,
    w=rng.random((3, 2)),
    reg=0.1,
    pose=np.array([4.0, 1.0, 0.3]),
    poses=POSES,
    motions=EDG.motions,
    weights=np.ones(3),
    truth=POSES + 0.1,
    colours=rng.random((4, 3)),
    samples=rng.random((3, 3, 3)),
    start=0,
    h=0.1,
    low=0.1,
    high=0.2,
)

CALLS = {
    "binary.regions": dict(labels=L),
    "blobs.difference_of_gaussians": dict(k=1.3),
    "borders.pad": dict(margins=((1, 1), (2, 2))),
    "borders.border_index": dict(i=np.arange(-3, 9), n=5, border="reflect"),
    "canny.non_maximum_suppression": dict(
        magnitude=np.hypot(gx, gy), sector=(np.arange(24 * 26).reshape(24, 26) % 8).astype(np.int8)
    ),
    "canny.double_threshold": dict(thin=G, low=0.2, high=0.6),
    "canny.track": dict(strong=G > 0.8, weak=(G > 0.5) & (G <= 0.8)),
    "canny.track_one_hop": dict(strong=G > 0.8, weak=(G > 0.5) & (G <= 0.8)),
    **same("colour.", "rgb_to_ycbcr ycbcr_to_rgb rgb_to_hsv hsv_to_rgb linearise rgb_to_lab", dict(image=C)),
    "colour.lab_to_rgb": dict(image=C * 50),
    "colour.delinearise": dict(light=C),
    **same("colour_features.", "colour_histogram colour_moments colour_gradient", dict(image=C)),
    "dct.dct": dict(x=G),
    "dct.idct": dict(X=G),
    "dct.idct2": dict(X=G),
    "features.extract": dict(image=C, name="colour"),
    "features.hog_and_colours": dict(image=C),
    "epipolar.to_rays": dict(pixels=PTS, K=K),
    "epipolar.fit_essential": dict(source=RAYS[0], target=RAYS[1]),
    "epipolar.sampson_distances": dict(E=ESSENTIAL, source=RAYS[0], target=RAYS[1]),
    "epipolar.refine_essential": dict(E=ESSENTIAL, source=RAYS[0], target=RAYS[1], rounds=2),
    "epipolar.ransac_essential": dict(source=RAYS[0], target=RAYS[1], K=np.eye(3), threshold=0.01, max_trials=5),
    "epipolar.decompose_essential": dict(E=ESSENTIAL),
    "epipolar.triangulate": dict(R=TURN, t=SHIFT, source=RAYS[0], target=RAYS[1]),
    "epipolar.recover_motion": dict(E=ESSENTIAL, source=RAYS[0], target=RAYS[1]),
    "geometry.line_distances": dict(line=np.array([0.6, 0.8, 1.0])),
    "harris.shift_energy": dict(u=1.0, v=0.5),
    "hog.cell_histograms": dict(magnitude=G, degrees=G * 179, bins=9, cell=8),
    "hough.hough_slope_intercept": dict(slopes=[0.0, 1.0], intercepts=[0.0, 1.0, 2.0]),
    "hough.circle_peaks": dict(accumulator=rng.random((2, 10, 10)), threshold=0.5),
    "hough.hough_peaks": dict(count=3, threshold=4),
    "matching.distances": dict(a=X, b=X[:7] + 0.1),
    "matching.match": dict(a=X, b=X[:7] + 0.1),
    "mosaic.mosaic": dict(box=(2, 2, 8, 8)),
    "noise.gaussian_noise": dict(sigma=0.1),
    "orb.directions": dict(image=BIG, points=np.array([[20, 20], [30, 31]])),
    "orb.describe": dict(
        image=BIG, points=np.array([[22, 22], [30, 31]]), angle=np.array([0.1, 0.2]), pattern=orb.brief_pattern()
    ),
    "orb.orb": dict(image=BIG, pattern=orb.brief_pattern(), factor=1.2),
    "palette.palette": dict(image=C),
    "palette.paint": dict(image=C),
    "panorama.keypoints": dict(image=BIG),
    "panorama.align": dict(first=panorama.keypoints(BIG), second=panorama.keypoints(BIG)),
    "panorama.panorama": dict(images=[BIG]),
    "panorama.blend": dict(images=[G, G1], homographies=np.stack([np.eye(3), np.eye(3)])),
    "panorama.feather": dict(shape=(5, 6)),
    "peaks.local_maxima": dict(count=3),
    "ransac.trial_count": dict(confidence=0.9, inlier_ratio=0.5, size=2),
    "ransac.ransac": dict(
        data=PTS, fit=vision.geometry.fit_line, errors=vision.geometry.line_distances, size=2, threshold=1.0
    ),
    "relations.block_features": dict(feature=lambda b: b.mean()),
    "relations.region_relations": dict(labels=L),
    "resize.resize_matrix": dict(n=10, out=7, method="bilinear"),
    "resize.triangle": dict(distance=G),
    "resize.keys": dict(distance=G),
    "resize.downsample": dict(factor=2),
    "seams.find_seams": dict(protect=G > 2),
    "seams.remove_seams": dict(protect=G > 2),
    "seams.insert_seams": dict(protect=G > 2),
    "seams.remove_object": dict(mask=G > 0.99),
    "segmentation.segment_mean_shift": dict(bandwidth=0.5, seeds=5),
    "shapes.zernike_radial": dict(n=4, m=2, rho=np.linspace(0, 1, 5)),
    "shapes.zernike_moments": dict(radius=5.0),
    "shapes.fourier_descriptors": dict(points=PTS, count=3),
    "sift.sift": dict(image=BIG, octaves=1),
    "smoothing.box": dict(size=3),
    "smoothing.gaussian_line": dict(radius=3),
    "smoothing.gaussian_kernel": dict(radius=3),
    "smoothing.gaussian": dict(radius=3),
    "bilateral.bilateral": dict(radius=2),
    "median.median": dict(size=3),
    "morphology.square": dict(size=3),
    "morphology.disc": dict(radius=2),
    **same(
        "morphology.",
        "erode dilate opening closing morphological_gradient white_top_hat black_top_hat",
        dict(footprint=np.ones((3, 3), bool)),
    ),
    "superpixels.connected": dict(labels=L),
    "superpixels.boundaries": dict(labels=L),
    "superpixels.mean_colours": dict(labels=L),
    "template.match_template": dict(mask=np.ones((6, 7), bool)),
    "template.best_match": dict(mask=np.ones((6, 7), bool)),
    "texture.cooccurrence": dict(grey=L, levels=16),
    "texture.cooccurrence_statistics": dict(P=vision.texture.cooccurrence(L, levels=16)),
    "texture.pattern_histogram": dict(patterns=L, count=10),
    "total_variation.gradient": dict(u=G),
    "total_variation.divergence": dict(p=np.stack([G, G])),
    "total_variation.tv_energy": dict(u=G),
    "warp.sample": dict(x=PTS[:, 0], y=PTS[:, 1]),
    "warp.translation": dict(dy=1.0),
    "warp.scaling": dict(sy=1.0),
    "fast.fast_corners": dict(count=3),
    "harris.harris_corners": dict(count=3),
    "harris.shi_tomasi_corners": dict(count=3),
    "harris.harris_response": dict(k=0.05),
    "images.to_grey": dict(image=C),
    "derivatives.derivatives": dict(kernel="sobel"),
    "ml.agglomerative.cut": dict(dendrogram=ml.agglomerate(X)),
    "ml.KNearestNeighbor.predict_labels": dict(distances=rng.random((4, 20)), k=3),
    "ml.mean_shift.mean_shift_vector": dict(points=X[:4]),
    "ml.mean_shift.mean_shift": dict(seeds=X[:5]),
    **same("ml.svm.", "linear_kernel polynomial_kernel gaussian_kernel", dict(a=X, b=X[:4])),
    "ml.svm.dual_objective": dict(multipliers=np.ones(20), y=Y * 2 - 1, gram=X @ X.T),
    "ml.svm.smo": dict(
        y=Y * 2.0 - 1, C=1.0, row=lambda n: np.eye(20)[n], diagonal=np.ones(20), max_steps=200
    ),
    "ml.svm.primal_objective": dict(w=np.ones(3), b=0.1, y=Y * 2 - 1, C=1.0),
    **same(
        "metrics.classification.",
        "accuracy confusion_matrix precision recall f1 classification_report",
        dict(y=Y, predicted=1 - Y),
    ),
    "metrics.classification.top_k_accuracy": dict(y=Y, scores=rng.random((20, 4)), k=2),
    "metrics.detection.box_iou": dict(boxes=DET[0].boxes, others=OBJ[0].boxes),
    "metrics.detection.interpolated_precision": dict(precision=np.array([1, 0.5]), recall=np.array([0.5, 1])),
    "metrics.detection.class_average_precision": dict(detections=DET, objects=OBJ, label=0),
    "metrics.detection.mean_average_precision": dict(detections=DET, objects=OBJ),
    "metrics.fusion.vif": dict(image=BIG, wanted=BIG**2),
    "metrics.fusion.fusion_scores": dict(a=W176, b=W176.T, fused=W176**2),
    "metrics.perceptual.lpips": dict(
        features=[rng.random((2, 3, 4, 4))], wanted=[rng.random((2, 3, 4, 4))], weights=[np.ones(3)]
    ),
    "metrics.perceptual.fid": dict(features=X, wanted=X + 0.1),
    "metrics.perceptual.frechet_distance": dict(
        mean1=np.zeros(2), cov1=np.eye(2), mean2=np.ones(2), cov2=np.eye(2) * 2
    ),
    "metrics.quality.psnr_colour": dict(image=C, wanted=C**2),
    "metrics.quality.ms_ssim": dict(image=rng.random((44, 44)), wanted=rng.random((44, 44)), weights=(0.5, 0.3, 0.2)),
    **same(
        "metrics.ranking.",
        "roc_curve roc_auc precision_recall_curve average_precision",
        dict(y=Y, scores=rng.random(20)),
    ),
    **same(
        "metrics.segmentation.",
        "pixel_accuracy mean_class_accuracy class_iou mean_iou frequency_weighted_iou",
        dict(y=L, predicted=L.T.reshape(L.shape)),
    ),
    **same("metrics.segmentation.", "iou dice", dict(mask=M, wanted=~M)),
    **same("metrics.segmentation.", "boundary_f boundary_recall", dict(boundary=M, wanted=~M)),
    **same(
        "metrics.segmentation.",
        "adjusted_rand undersegmentation_error achievable_accuracy",
        dict(segments=L, wanted=L.T.reshape(L.shape)),
    ),
    **same(
        "metrics.text.", "bleu exact_match", dict(references=[["a b c d e".split()]], candidates=["a b c d f".split()])
    ),
    "metrics.text.perplexity": dict(log_p=-X),
    "metrics.text.bits_per_character": dict(log_p=-X, characters=5),
    "metrics.timing.inference_time": dict(function=lambda: 1, repeats=2),
    "mapping.bev.ground_homography": dict(K=K, height=1.0),
    "mapping.bev.birds_eye": dict(
        homography=mapping.ground_homography(K, 1.0, 0.3), x=np.linspace(-1, 1, 5), y=np.linspace(1, 3, 4)
    ),
    "mapping.bev.height_map": dict(points=X * 4, low=(0.0, 0.0), high=(4.0, 4.0), cell=1.0),
    "mapping.OccupancyGrid.__init__": dict(low=(0.0, 0.0), high=(4.0, 4.0), cell=0.5),
    "mapping.OccupancyGrid.insert_scan": dict(
        pose=(2.0, 2.0, 0.1), distances=np.array([1.0, 2.0]), angles=np.array([0.0, 1.0])
    ),
    "mapping.grid.shortest_path": dict(free=np.ones((5, 6), bool), start=(0, 0), goal=(4, 5)),
    "mapping.grid.topological_map": dict(free=np.ones((5, 6), bool), block=2),
    "mapping.occupancy.probability": dict(log_odds=np.array([0.0, 1.0])),
    "mapping.occupancy.update": dict(log_odds_before=np.array([0.0, 1.0]), p=0.7, low=-2.0, high=3.5),
    "mapping.OccupancyOctree.keys": dict(points=X),
    "mapping.OccupancyOctree.ray_keys": dict(origin=np.zeros(3), end=np.ones(3) * 0.5),
    "mapping.OccupancyOctree.insert_scan": dict(origin=np.zeros(3), points=X),
    "mapping.OccupancyOctree.update": dict(key=(1, 2, 3), hit=True),
    "mapping.OccupancyOctree.query": dict(point=np.ones(3) * 0.2),
    "mapping.OccupancyOctree.is_free": dict(point=np.ones(3) * 0.2),
    "mapping.OccupancyOctree.passable": dict(origin=np.zeros(3), end=np.ones(3) * 0.5),
    "mapping.lzf.compress": dict(data=b"abcabcabcabc"),
    "mapping.lzf.decompress": dict(data=b"\2abc", size=3),
    "mapping.monocular.camera_step": dict(first=F, second=F, K=K),
    "mapping.monocular.camera_path": dict(frames=[F], K=K),
    "mapping.monocular.relative_length": dict(before=STEP, step=STEP),
    "mapping.monocular.fit_similarity": dict(points=POINTS, others=MOVED),
    "mapping.monocular.path_error": dict(poses=PLACES, truth=PLACES),
    "mapping.worlds.walk": dict(steps=1),
    "mapping.worlds.look_ahead": dict(texture=G, pose=np.eye(4)),
    "mapping.worlds.hall_seen": dict(pose=np.eye(4), shape=(6, 8)),
    "mapping.points.back_project": dict(depth=G + 1, K=K),
    "mapping.points.project": dict(points=X + 1, K=K),
    "mapping.points.move": dict(points=X, pose=np.eye(4)),
    "mapping.points.stitch": dict(depths=[G + 1], poses=[np.eye(4)], K=K),
    "mapping.points.thin": dict(points=X, size=0.3),
    "mapping.points.write_pcd": dict(path=PCD, fields={"x": X[:, 0]}),
    "mapping.points.read_pcd": dict(path=PCD),
    "mapping.rays.cells_between": dict(origin=np.zeros(2), end=np.ones(2) * 3.3),
    "mapping.rays.scan": dict(pose=(4.0, 1.0, 0.3), walls=worlds.ROOMS),
    "mapping.slam.wrap": dict(angle=np.array([4.0])),
    "mapping.slam.compose": dict(a=POSES, b=POSES),
    "mapping.slam.between": dict(a=POSES, b=POSES),
    "mapping.slam.align": dict(points=PTS, others=PTS + 1),
    "mapping.slam.loop_closures": dict(
        sightings=[{1: np.zeros(2), 2: np.ones(2), 3: np.array([1.0, 2.0])}] * 12, weights=np.ones(3)
    ),
    "mapping.slam.residuals": dict(edges=EDG),
    "mapping.slam.cost": dict(edges=EDG),
    "mapping.slam.optimise": dict(edges=EDG),
    "mapping.visual_odometry.relative_motion": dict(first=F, second=F, centre=(32.0, 32.0)),
    "mapping.visual_odometry.frame_edges": dict(frames=[F, F], centre=(32.0, 32.0)),
    "mapping.visual_odometry.loop_edges": dict(frames=[F, F, F], centre=(32.0, 32.0), apart=1),
    "mapping.worlds.drive": dict(rounds=1, steps=5),
    "mapping.worlds.look_down": dict(floor=BIG, pose=(30.0, 30.0, 0.1), size=8),
    **same(
        "maths.components.",
        "connected_components connected_components_search",
        dict(n=5, edges=np.array([[0, 1], [2, 3]])),
    ),
    "maths.UnionFind.find": dict(i=1),
    "maths.UnionFind.union": dict(i=1, j=2),
    "maths.contraction.einsum": dict(subscripts="ij,jk->ik", a=X, b=X.T),
    "maths.contraction.matmul_naive": dict(a=X, b=X.T),
    "maths.convolution.insert_zeros": dict(x=G, stride=2),
    "maths.convolution.transposed_in_four_steps": dict(x=rng.random((1, 2, 5, 5)), w=rng.random((2, 3, 3, 3))),
    "maths.convolution.convolution_matrix": dict(w=rng.random((2, 1, 2, 2)), shape=(1, 4, 4)),
    "maths.convolution.compose": dict(first=rng.random((2, 3, 3, 3)), second=rng.random((4, 2, 3, 3))),
    "maths.convolution.block_diagonal": dict(w=rng.random((4, 2, 3, 3)), groups=2),
    "maths.convolution.multiplications": dict(w_shape=(2, 3, 3, 3), out=(5, 5)),
    **same(
        "maths.derivatives.",
        "backward_difference forward_difference central_difference second_difference",
        dict(f=np.sin, x=0.5),
    ),
    "maths.derivatives.order_of_error": dict(
        difference=maths.derivatives.central_difference, f=np.sin, x=0.5, exact=float(np.cos(0.5))
    ),
    "maths.derivatives.differences": dict(samples=np.arange(5.0) ** 2),
    "maths.QuadraticProgram.__init__": dict(P=np.eye(2), q=np.zeros(2), G=-np.eye(2), h=-np.ones(2)),
    "maths.QuadraticProgram.primal": dict(x=np.ones(2)),
    "maths.QuadraticProgram.lagrangian": dict(x=np.ones(2), multipliers=np.ones(2)),
    "maths.QuadraticProgram.dual": dict(multipliers=np.ones(2)),
    "maths.duality.kkt_residuals": dict(
        program=duality.QuadraticProgram(np.eye(2), np.zeros(2), -np.eye(2), -np.ones(2)),
        x=np.ones(2),
        multipliers=np.ones(2),
    ),
    "maths.duality.hard_margin_program": dict(y=Y * 2 - 1),
    "maths.gaussians.reparameterised": dict(mean=1.0, sigma=0.5, noise=X),
    "maths.gaussians.add": dict(p=gaussians.Gaussian(0.0, 1.0), q=gaussians.Gaussian(1.0, 2.0)),
    "maths.gaussians.multiply": dict(p=gaussians.Gaussian(0.0, 1.0), q=gaussians.Gaussian(1.0, 2.0)),
    "maths.gaussians.posterior": dict(prior=gaussians.Gaussian(0.0, 1.0), observed=0.5, gain=2.0, noise=0.1),
    "maths.gaussians.diffusion_posterior": dict(x_t=X, x_0=X, alpha=0.9, alpha_bar=0.5, alpha_bar_before=0.55),
    "maths.hessians.numerical_hessian": dict(f=lambda x: (x * x).sum(), x=np.ones(3)),
    "maths.hessians.quadratic_form_hessian": dict(A=np.eye(3)),
    "maths.hessians.eigenvalues_2x2": dict(determinant=1.0, trace=3.0),
    "maths.hessians.quadratic_peak": dict(samples=-np.add.outer(np.arange(-1, 2.0) ** 2, np.arange(-1, 2.0) ** 2)),
    "maths.identities.example": dict(name="linear", m=3, n=4),
    "maths.logits.combine": dict(probabilities=np.array([0.7, 0.6])),
    "maths.logits.inverse_logit": dict(alpha=np.array([0.7, 0.6])),
    "maths.logits.logit": dict(p=np.array([0.7, 0.6])),
    "maths.markov.after": dict(start=np.array([1.0, 0]), steps=3),
    "maths.markov.simulate": dict(start=0, steps=5),
    "maths.markov.transition_counts": dict(states=np.array([0, 1, 1]), n=2),
    "maths.pca.markov_covariance": dict(rho=0.9),
    "maths.pca.coding_gain": dict(T=np.eye(3)),
    "maths.pca.energy_in_first": dict(T=np.eye(3), k=2),
    "maths.pca.pca": dict(k=2),
    "maths.spanning_tree.kruskal": dict(n=3, edges=np.array([[0, 1], [1, 2], [0, 2]]), weights=np.array([1.0, 2, 3])),
    "maths.spanning_tree.prim": dict(distances=np.abs(np.subtract.outer(np.arange(4.0), np.arange(4.0)))),
    "maths.spanning_tree.cut_tree": dict(n=3, edges=np.array([[0, 1], [1, 2]]), weights=np.array([1.0, 2]), k=2),
    "maths.state_space.discretise": dict(A=GR[0], B=GR[1], dt=0.1),
    "maths.state_space.discretise_diagonal": dict(A=-np.ones(3), B=np.ones(3), dt=0.1),
    "maths.state_space.recurrence": dict(A_bar=GR[0] * 0.01, B_bar=GR[1], C=GR[1], u=np.ones(5)),
    "maths.state_space.kernel": dict(A_bar=GR[0] * 0.01, B_bar=GR[1], C=GR[1], length=5),
    "maths.state_space.hippo_legs": dict(N=4),
    "maths.state_space.legs_memory": dict(u=np.ones(5), N=3),
    "maths.state_space.legs_reconstruction": dict(c=np.ones(3), times=np.array([0.1, 0.5])),
    "maths.state_space.dplr_of_legs": dict(N=4),
    "maths.state_space.dplr_kernel": dict(system=state_space.dplr_of_legs(4), C=GR[1], dt=0.1, length=8),
    "maths.state_space.diagonal_init": dict(N=4, kind="lin"),
    "maths.svd.svd": dict(A=X),
    "maths.svd.complete_basis": dict(Q=np.eye(4)[:, :2], k=3),
    "maths.svd.pseudo_inverse": dict(A=X, rcond=1e-10),
    "maths.svd.low_rank": dict(A=X, k=2),
    "maths.systems.impulse": dict(shape=(5, 6)),
    "maths.systems.impulse_response": dict(system=lambda f: f * 2, shape=(5, 6)),
    "maths.systems.superpose": dict(response=G1),
    "maths.systems.is_linear": dict(system=lambda f: f * 2, shape=(5, 6)),
    "maths.systems.is_shift_invariant": dict(system=lambda f: f * 2, shape=(5, 6)),
}

OBJECTS = {  # of each class with methods
    "KMeans": lambda: ml.KMeans(2).fit(X),
    "MiniBatchKMeans": lambda: ml.MiniBatchKMeans(2).fit(X),
    "KNearestNeighbor": lambda: ml.KNearestNeighbor().fit(X, Y),
    "LinearClassifier": lambda: ml.LinearSVM().fit(X, Y, epochs=1),
    "SVM": lambda: ml.SVM().fit(X, Y),
    "OccupancyGrid": lambda: mapping.OccupancyGrid((0, 0), (4, 4), 0.5),
    "OccupancyOctree": lambda: mapping.OccupancyOctree(0.1, depth=5),
    "UnionFind": lambda: components.UnionFind(5),
    "QuadraticProgram": lambda: duality.QuadraticProgram(np.eye(2), np.zeros(2), -np.eye(2), -np.ones(2)),
}
