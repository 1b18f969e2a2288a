"""Verbs for test cells: `from latentlab import check`.

A verb looks at one thing that a student made. If it is right, it prints one line and returns
None; if not, it raises `CheckFailed`, whose message says what was expected, what was found,
where, and (where the found value is what a well-known mistake gives) which mistake it looks
like. A test cell with these verbs runs alike in the student's own kernel, under plain
`nbgrader autograde`, and in the judge, where the student's objects are proxies.
"""

from latentlab.check.adversarial import deceive_step, discriminate_step, reconstruct_step
from latentlab.check.bottleneck import code_size
from latentlab.check.colour import keeps_colours, map_shapes, rebuilds_colour, unpacks
from latentlab.check.convolutional import any_number, decodes, encodes, feature_maps, pixels
from latentlab.check.counting import counts
from latentlab.check.denoising import add_dropout, denoise, median_filter, removes_noise
from latentlab.check.dense_design import (
    compression_in_bytes,
    design,
    parameter_count,
    three_models,
    widest_hidden,
)
from latentlab.check.detection import chooses_threshold, detects, picture_errors, threshold_from
from latentlab.check.elbo import elbo_estimate, elbo_reached
from latentlab.check.failure import CheckFailed, answered, call
from latentlab.check.features import draw_labelled, mean_and_error, tells_classes
from latentlab.check.filters import (
    compression,
    conv_parameters,
    convolve,
    coverage,
    dense_parameters,
    numbers_in,
    output_size,
)
from latentlab.check.gaussian import kl_gaussian, kl_monte_carlo
from latentlab.check.gradients import vae_gradients
from latentlab.check.information import (
    cross_entropy,
    entropy,
    kl,
    smallest_bce,
    surprise,
    to_bits,
)
from latentlab.check.losses import bce, mse, psnr
from latentlab.check.models import as_functional
from latentlab.check.networks import activations, joined, layers, parameters, shapes
from latentlab.check.noise import gaussian_noise, masking_noise
from latentlab.check.overlap import iou, mean_iou, pixel_accuracy, predicts_labels
from latentlab.check.pairs import denoising_pairs
from latentlab.check.pca import both_errors, fits_pca, linear, projects
from latentlab.check.penalties import adds_penalty, kl_penalty, kl_slope, l1_penalty
from latentlab.check.pictures import beats_pca, rebuilds
from latentlab.check.plane import draws, emptiest, grid, walk
from latentlab.check.prior import (
    discriminator,
    follows_prior,
    no_collapse,
    prior_draws,
    rebuilds_as_pca,
)
from latentlab.check.probing import linear_probe, probe_accuracy
from latentlab.check.ranking import auc, precision_recall, roc_curve
from latentlab.check.resolution import downsample, enlarge, gain, super_resolves
from latentlab.check.scenes import finer, segments
from latentlab.check.segmentation import classes_of_pixels, every_pixel, map_pyramid
from latentlab.check.sparsity import (
    dead_units,
    few_awake,
    few_dead,
    mean_activation,
    rebuilds_from_code,
    share_awake,
)
from latentlab.check.splitting import split_off
from latentlab.check.training import best_epoch, best_weights, error_by_class, unseen
from latentlab.check.two_samples import gaussian_kernel, mmd
from latentlab.check.vae_terms import kl_term, summed_bce, vae_loss
from latentlab.check.variational import gaussian_encoder, generates, samples

__all__ = [
    "CheckFailed",
    "activations",
    "add_dropout",
    "adds_penalty",
    "answered",
    "any_number",
    "as_functional",
    "auc",
    "bce",
    "beats_pca",
    "best_epoch",
    "best_weights",
    "both_errors",
    "call",
    "chooses_threshold",
    "classes_of_pixels",
    "code_size",
    "compression",
    "compression_in_bytes",
    "conv_parameters",
    "convolve",
    "counts",
    "coverage",
    "cross_entropy",
    "dead_units",
    "deceive_step",
    "decodes",
    "denoise",
    "denoising_pairs",
    "dense_parameters",
    "design",
    "detects",
    "discriminate_step",
    "discriminator",
    "downsample",
    "draw_labelled",
    "draws",
    "elbo_estimate",
    "elbo_reached",
    "emptiest",
    "encodes",
    "enlarge",
    "entropy",
    "error_by_class",
    "every_pixel",
    "feature_maps",
    "few_awake",
    "few_dead",
    "finer",
    "fits_pca",
    "follows_prior",
    "gain",
    "gaussian_encoder",
    "gaussian_kernel",
    "gaussian_noise",
    "generates",
    "grid",
    "iou",
    "joined",
    "keeps_colours",
    "kl",
    "kl_gaussian",
    "kl_monte_carlo",
    "kl_penalty",
    "kl_slope",
    "kl_term",
    "l1_penalty",
    "layers",
    "linear",
    "linear_probe",
    "map_pyramid",
    "map_shapes",
    "masking_noise",
    "mean_activation",
    "mean_and_error",
    "mean_iou",
    "median_filter",
    "mmd",
    "mse",
    "no_collapse",
    "numbers_in",
    "output_size",
    "parameter_count",
    "parameters",
    "picture_errors",
    "pixel_accuracy",
    "pixels",
    "precision_recall",
    "predicts_labels",
    "prior_draws",
    "probe_accuracy",
    "projects",
    "psnr",
    "rebuilds",
    "rebuilds_as_pca",
    "rebuilds_colour",
    "rebuilds_from_code",
    "reconstruct_step",
    "removes_noise",
    "roc_curve",
    "samples",
    "segments",
    "shapes",
    "share_awake",
    "smallest_bce",
    "split_off",
    "summed_bce",
    "super_resolves",
    "surprise",
    "tells_classes",
    "three_models",
    "threshold_from",
    "to_bits",
    "unpacks",
    "unseen",
    "vae_gradients",
    "vae_loss",
    "walk",
    "widest_hidden",
]
