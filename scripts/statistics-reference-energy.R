#!/usr/bin/Rscript
# SPDX-License-Identifier: GPL-2.0-only
# Reference values for reports/stats/change-points.h and student.h, by R and its energy package
# (Debian: r-base-core, r-cran-energy). Writes JSON to standard output:
#
#   scripts/statistics-reference-energy.R > tests/data/statistics/energy.json
#
# Of every split of a series: edist() of its two sides (energy's e-distance, a V-statistic: distances
# within a side are averaged over n^2 pairs), and Q of Matteson and James (a U-statistic: over the
# choose(n, 2) pairs of different points), from the same means of distances.
suppressMessages(library(energy))
options(digits = 17)

number <- function(x) ifelse(x == 0, "0", sprintf("%.17g", x))
list_of <- function(x) paste0("[", paste(number(x), collapse = ", "), "]")

splits <- function(x) {
  n <- length(x)
  d <- as.matrix(dist(x))
  t(sapply(2:(n - 2), function(a) {
    b <- n - a
    left <- 1:a
    v <- as.numeric(edist(dist(x), sizes = c(a, b)))
    within_left <- mean(d[left, left][upper.tri(d[left, left])])
    within_right <- mean(d[-left, -left][upper.tri(d[-left, -left])])
    u <- a * b / n * (2 * mean(d[left, -left]) - within_left - within_right)
    c(v, u)
  }))
}

set.seed(20260101)
series <- list(
  step = c(rnorm(12, 100, 1), rnorm(9, 103, 1)),
  noise = rnorm(20),
  heavy = rt(25, 2) * 1e-3 + 5,
  ties = c(1, 1, 2, 1, 1, 2, 2, 2, 3, 2),
  negative = c(-5, -4, -6, 0, 3, 2, 4),
  short = c(1, 2, 4, 8),
  large = c(rnorm(15, 1e9, 1e6), rnorm(10, 1.02e9, 1e6))
)
texts <- sapply(names(series), function(name) {
  x <- series[[name]]
  q <- splits(x)
  sprintf('    {"name": "%s",\n     "values": %s,\n     "edist": %s,\n     "q": %s}',
          name, list_of(x), list_of(q[, 1]), list_of(q[, 2]))
})

student <- expand.grid(t = c(0, 1e-6, 0.3, 1, 2.5, 8, 40), df = c(1, 2, 2.5, 7, 30, 363, 9998))
p <- 2 * pt(-abs(student$t), student$df)
quantiles <- expand.grid(p = c(0.5, 0.05, 0.001, 1e-6), df = c(1, 1.7, 5, 30, 1000))
t <- qt(1 - quantiles$p / 2, quantiles$df)

tests <- sapply(c("step", "noise", "heavy", "negative", "large"), function(name) {
  x <- series[[name]]
  a <- x[1:3]
  b <- x[-(1:3)]
  pooled <- t.test(b, a, var.equal = TRUE)
  welch <- t.test(b, a)
  sprintf('    {"series": "%s", "split": 3, "p": %s, "half_width": %s}', name,
          number(pooled$p.value), number(diff(welch$conf.int) / 2))
})

cat(sprintf('{\n  "source": "%s, energy %s, by scripts/statistics-reference-energy.R",\n',
            R.version.string, packageVersion("energy")))
cat('  "splits": [\n', paste(texts, collapse = ",\n"), '\n  ],\n', sep = "")
cat(sprintf('  "p": {"t": %s,\n    "df": %s,\n    "p": %s},\n',
            list_of(student$t), list_of(student$df), list_of(p)))
cat(sprintf('  "quantile": {"p": %s,\n    "df": %s,\n    "t": %s},\n',
            list_of(quantiles$p), list_of(quantiles$df), list_of(t)))
cat('  "tests": [\n', paste(tests, collapse = ",\n"), '\n  ]\n}\n', sep = "")
