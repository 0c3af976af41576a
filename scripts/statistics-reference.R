#!/usr/bin/env Rscript
# SPDX-License-Identifier: GPL-2.0-only
#
# Reference values for reports/stats/, by R: tests/data/statistics/*.json, which tests/unit/ reads.
# They are committed, so that nobody needs R to build or test; to make them anew on Debian 12:
#   apt-get install r-base-core r-cran-boot r-cran-diptest r-cran-jsonlite
#   scripts/statistics-reference.R
suppressMessages({
  library(boot)
  library(diptest)
  library(jsonlite)
})

folder <- file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))),
                    "..", "tests", "data", "statistics")

write_cases <- function(name, cases) {
  lines <- sapply(cases, toJSON, digits = NA, auto_unbox = TRUE)
  writeLines(c("[", paste0(lines, c(rep(",", length(lines) - 1), "")), "]"), file.path(folder, paste0(name, ".json")))
}

# What is written must be what was computed with.
tidy <- function(x) signif(x, 6)

# ---- signed ranks ----

tail_p <- function(x, shift, exact) {
  p <- function(side) wilcox.test(x, mu = shift, alternative = side, exact = exact, correct = TRUE)$p.value
  list(values = I(x), shift = shift, two_sided = p("two.sided"), greater = p("greater"), less = p("less"))
}

# Every one of the 2^n ways to put signs, with Pratt's ranks.
enumerated_p <- function(x, shift) {
  d <- round(x - shift, 9)
  ranks <- rank(abs(d))[d != 0]
  plus <- sum(ranks[d[d != 0] > 0])
  sums <- as.vector(as.matrix(expand.grid(rep(list(0:1), length(ranks)))) %*% ranks)
  greater <- mean(sums >= plus)
  less <- mean(sums <= plus)
  list(values = I(x), shift = shift, two_sided = min(1, 2 * min(greater, less)), greater = greater, less = less)
}

set.seed(1)
cases <- list()
for (n in c(1, 5, 6, 9, 12, 20, 60, 150))
  for (shift in c(0, 0.25))
    cases <- c(cases, list(tail_p(tidy(rnorm(n, 0.3)), shift, TRUE)))
for (n in c(4, 7, 10, 13))
  for (spread in c(1, 3))
    cases <- c(cases, list(enumerated_p(round(rnorm(n, 0.5, spread)), 0), enumerated_p(round(rnorm(n, 0.5, spread)), 1)))
for (x in list(tidy(rnorm(250, 0.05)), round(rnorm(400, 0.2, 3)) + 0.5))
  cases <- c(cases, list(tail_p(x, 0, FALSE)))
write_cases("signed-rank", cases)

# ---- many p's ----

set.seed(2)
write_cases("fdr", lapply(
  list(0.03, runif(8), runif(20)^3, c(0.01, 0.01, 0.04, 0.03, 0.5, 0.5, 1), rep(0.03125, 10)),
  function(p) { p <- tidy(p); list(p = I(p), adjusted = I(p.adjust(p, "BH"))) }))

# ---- BCa: the interval from given resamples ----

set.seed(3)
write_cases("bca", lapply(list(c(15, 0.95), c(30, 0.9625), c(12, 0.99375)), function(case) {
  x <- tidy(rexp(case[1]))
  b <- boot(x, function(d, i) mean(d[i]), R = 999)
  b$t[] <- signif(b$t, 9)
  b$t0 <- signif(b$t0, 9)
  left_out <- signif(sapply(seq_along(x), function(i) mean(x[-i])), 9)
  ends <- boot.ci(b, conf = case[2], type = "bca", L = mean(left_out) - left_out)$bca[4:5]
  list(resamples = I(sort(as.vector(b$t))), estimate = b$t0, jackknife = I(left_out), level = case[2],
       lo = ends[1], hi = ends[2])
}))

# ---- BCa: the ratio of medians over pairs, without iterations ----

set.seed(4)
write_cases("bootstrap", lapply(list(c(40, 0.95), c(100, 0.9625)), function(case) {
  n <- case[1]
  block <- exp(rnorm(n, 0, 0.05))
  base <- tidy(100 * block * exp(rnorm(n, 0, 0.03)))
  candidate <- tidy(104 * block * exp(rexp(n, 20)))
  ratio <- function(d, i) log(median(d[i, 2])) - log(median(d[i, 1]))
  data <- cbind(base, candidate)
  b <- boot(data, ratio, R = 100000)
  left_out <- sapply(1:n, function(i) ratio(data, (1:n)[-i]))
  ends <- exp(boot.ci(b, conf = case[2], type = "bca", L = mean(left_out) - left_out)$bca[4:5])
  list(base = I(base), candidate = I(candidate), level = case[2], estimate = exp(b$t0), lo = ends[1], hi = ends[2])
}))

# ---- the k-th least of m draws from 0..m-1: P(<= i), by Beta ----

write_cases("order", do.call(c, lapply(c(1, 2, 3, 6, 7, 10, 101, 1000, 10001), function(m) {
  k <- (m + 1) %/% 2
  near <- unique(pmin(pmax(round(m / 2 + c(-3, -1, -0.3, 0, 0.3, 1, 3) * sqrt(m) / 2), 0), m - 1))
  lapply(near, function(i) list(m = m, k = k, i = i, p = pbeta((i + 1) / m, k, m + 1 - k)))
})))

# ---- quantiles of the normal distribution ----

p <- c(1e-12, 1e-6, 0.0003125, 0.01875, 0.025, 0.2, 0.4999, 0.5, 0.75, 0.975, 0.999999)
write_cases("normal", lapply(p, function(p) list(p = p, z = qnorm(p))))

# ---- the dip ----

set.seed(5)
samples <- c(
  lapply(c(4, 8, 11, 30, 75), function(n) rnorm(n)),
  lapply(c(5, 10, 40), function(n) runif(n)),
  lapply(c(9, 25, 60), function(n) rcauchy(n)),
  lapply(c(8, 10, 12, 31, 50), function(n) c(rnorm(n %/% 2), rnorm(n - n %/% 2, 8))),
  lapply(c(10, 30, 80), function(n) round(rnorm(n), 1)),
  list(c(1, 1, 1, 1, 2, 2, 2, 2)))
write_cases("dip", lapply(samples, function(x) { x <- sort(tidy(x)); list(values = I(x), dip = dip(x)) }))
