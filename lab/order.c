// SPDX-License-Identifier: GPL-2.0-only
#include "lab/order.h"

#include <errno.h>
#include <stdlib.h>

#include "base/random.h"

void dcb_order_deinit(struct dcb_order *order)
{
	free(order->cells);
	free(order->done);
	*order = (struct dcb_order)DCB_ORDER_NULL;
}

static void order_block(struct dcb_order *order, size_t block)
{
	/* Bit 62 keeps the orders' streams apart from the guests' seeds. */
	struct dcb_random random = {
		.state = dcb_random_derive(order->seed, block | UINT64_C(1) << 62)};
	size_t *part = order->cells + block * order->n_kernels;

	for (size_t kernel = 0; kernel < order->n_kernels; kernel++) {
		part[kernel] = block * order->n_kernels + kernel;
		order->done[part[kernel]] = false;
	}
	dcb_random_shuffle(&random, part, order->n_kernels);
}

int dcb_order_grow(struct dcb_order *order, size_t n_blocks)
{
	size_t n = n_blocks * order->n_kernels;
	size_t *cells;
	bool *done;

	if (n <= order->n)
		return 0;
	cells = reallocarray(order->cells, n, sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	order->cells = cells;
	done = reallocarray(order->done, n, sizeof(*done));
	if (!done)
		return -ENOMEM;
	order->done = done;
	for (size_t block = order->n / order->n_kernels; block < n_blocks; block++)
		order_block(order, block);
	order->n = n;
	return 0;
}

size_t dcb_order_count_missing(const struct dcb_order *order, size_t n_blocks)
{
	size_t n = 0;

	for (size_t cell = 0; cell < n_blocks * order->n_kernels; cell++)
		n += !order->done[cell];
	return n;
}
