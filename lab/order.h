/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The order of boots: blocks in sequence; in each, every kernel once in an order of its own, which
 * follows from the seed and the block alone. So a run that gets more blocks keeps the order of
 * those that it has.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A cell is one kernel in one block: block * n_kernels + kernel. */
struct dcb_order {
	uint64_t seed;
	size_t n_kernels;
	size_t *cells; /* n of them: the position of a boot is its index here */
	bool *done;    /* by cell, not by position */
	size_t n;
};

#define DCB_ORDER_NULL                                                                             \
	{                                                                                          \
		0                                                                                  \
	}

void dcb_order_deinit(struct dcb_order *order);
/* To so many blocks, where it has fewer. -ENOMEM. */
int dcb_order_grow(struct dcb_order *order, size_t n_blocks);
/* How many cells of the first n_blocks blocks, which must be there, are not done. */
size_t dcb_order_count_missing(const struct dcb_order *order, size_t n_blocks);
