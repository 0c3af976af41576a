// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/cleanup.h"
#include "lab/order.h"

static void order_grow__every_block_has_every_kernel_once(void **state)
{
	_cleanup_(dcb_order_deinit) struct dcb_order order = {.seed = 7, .n_kernels = 3};
	bool orders_differ = false;

	(void)state;
	assert_int_equal(dcb_order_grow(&order, 20), 0);
	assert_int_equal(order.n, 60);
	for (size_t block = 0; block < 20; block++) {
		const size_t *part = order.cells + 3 * block;
		bool seen[3] = {false};

		for (size_t i = 0; i < 3; i++) {
			assert_int_equal(part[i] / 3, block);
			seen[part[i] % 3] = true;
		}
		assert_true(seen[0] && seen[1] && seen[2]);
		orders_differ = orders_differ || part[0] % 3 != order.cells[0] % 3;
	}
	assert_true(orders_differ);
}

static void order_grow__old_blocks_keep_their_order_and_what_is_done(void **state)
{
	_cleanup_(dcb_order_deinit) struct dcb_order order = {.seed = 7, .n_kernels = 4};
	_cleanup_(dcb_order_deinit) struct dcb_order at_once = {.seed = 7, .n_kernels = 4};
	size_t before[6 * 4];

	(void)state;
	assert_int_equal(dcb_order_grow(&order, 6), 0);
	memcpy(before, order.cells, sizeof(before));
	order.done[5] = true;
	assert_int_equal(dcb_order_count_missing(&order, 6), 23);

	for (size_t n = 7; n <= 40; n += 3)
		assert_int_equal(dcb_order_grow(&order, n), 0);
	assert_memory_equal(order.cells, before, sizeof(before));
	assert_true(order.done[5]);
	assert_int_equal(dcb_order_count_missing(&order, 40), 159);
	assert_int_equal(dcb_order_count_missing(&order, 1), 4);

	/* And grown in steps or at once is the same. */
	assert_int_equal(dcb_order_grow(&at_once, 40), 0);
	assert_memory_equal(order.cells, at_once.cells, 160 * sizeof(*order.cells));

	assert_int_equal(dcb_order_grow(&order, 3), 0);
	assert_int_equal(order.n, 160);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_grow__every_block_has_every_kernel_once),
		cmocka_unit_test(order_grow__old_blocks_keep_their_order_and_what_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
