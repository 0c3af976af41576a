// SPDX-License-Identifier: GPL-2.0-only
#include "store-fixture.h"

#include <errno.h>
#include <stdio.h>

#include "schema/received.h"

static const struct dcb_store_received a_summary = {.lab = "alpha",
						    .key = "k",
						    .sha256 = SHA_A,
						    .received_us = 5,
						    .version = "dcbench-summary/1",
						    .run = 7,
						    .created_us = 3,
						    .machine = "null",
						    .arch = "none",
						    .regressed = 2,
						    .size = 2,
						    .document = "{}"};

static int put(struct fixture *f, const char *lab, const char *key, const char *sha256, int64_t *id)
{
	struct dcb_store_received row = a_summary;

	row.lab = lab;
	row.key = key;
	row.sha256 = sha256;
	return dcb_store_put_received(f->store, &row, id, NULL);
}

struct seen {
	char text[256];
};

static int see(void *context, const struct dcb_store_received *row)
{
	struct seen *seen = context;
	size_t n = strlen(seen->text);

	snprintf(seen->text + n, sizeof(seen->text) - n, "%s/%s%s ", row->lab, row->key,
		 row->document ? row->document : "");
	return 0;
}

static void put__same_key_of_a_lab_is_one_row(void **state)
{
	struct fixture *f = *state;
	int64_t first, again = 0, other, untouched = -1;

	assert_int_equal(put(f, "alpha", "k", SHA_A, &first), 0);
	assert_int_equal(put(f, "alpha", "k", SHA_A, &again), 1);
	assert_int_equal(again, first);
	assert_int_equal(put(f, "beta", "k", SHA_A, &other), 0);
	assert_int_not_equal(other, first);
	assert_int_equal(put(f, "alpha", "k", SHA_B, &untouched), -EEXIST);
	assert_int_equal(untouched, -1);
}

static void each__pages_newest_first_without_documents(void **state)
{
	struct fixture *f = *state;
	struct seen all = {""}, page = {""}, lab = {""};
	int64_t ids[4];

	for (size_t i = 0; i < 4; i++) {
		const char key[] = {(char)('0' + i), '\0'};

		assert_int_equal(put(f, i % 2 ? "beta" : "alpha", key, SHA_A, &ids[i]), 0);
	}
	assert_int_equal(dcb_store_each_received(f->store, NULL, 0, 9, see, &all, NULL), 0);
	assert_string_equal(all.text, "beta/3 alpha/2 beta/1 alpha/0 ");
	assert_int_equal(dcb_store_each_received(f->store, NULL, ids[3], 2, see, &page, NULL), 0);
	assert_string_equal(page.text, "alpha/2 beta/1 ");
	assert_int_equal(dcb_store_each_received(f->store, "beta", ids[3], 9, see, &lab, NULL), 0);
	assert_string_equal(lab.text, "beta/1 ");
}

static int compare(void *context, const struct dcb_store_received *row)
{
	*(int *)context += strcmp(row->document, "{}") == 0 && row->size == 2 && row->run == 7 &&
			   row->regressed == 2 && !row->event && !row->reason &&
			   strcmp(row->machine, "null") == 0 && strcmp(row->sha256, SHA_A) == 0 &&
			   row->received_us == 5 && row->created_us == 3;
	return 0;
}

static void get__whole_row_or_none(void **state)
{
	struct fixture *f = *state;
	int64_t id;
	int n = 0;

	assert_int_equal(put(f, "alpha", "k", SHA_A, &id), 0);
	assert_int_equal(dcb_store_get_received(f->store, id, compare, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(dcb_store_get_received(f->store, id + 1, compare, &n, NULL), -ENOENT);
}

static void put__event_has_no_machine(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_received row = a_summary;
	int64_t id;

	row.version = "dcbench-event/1";
	row.event = "failed";
	row.run = 0;
	assert_true(dcb_store_put_received(f->store, &row, &id, NULL) < 0);
	row.machine = row.arch = NULL;
	assert_int_equal(dcb_store_put_received(f->store, &row, &id, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(put__same_key_of_a_lab_is_one_row, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(each__pages_newest_first_without_documents,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(get__whole_row_or_none, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(put__event_has_no_machine, fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
