// SPDX-License-Identifier: GPL-2.0-only
#include "kernels/linkage.h"

#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"

/* This program itself: dynamically linked, with libraries that it surely needs. */
static char *self(size_t *ret_size)
{
	char *data;

	assert_int_equal(dcb_file_read("/proc/self/exe", 256 << 20, &data, ret_size, NULL), 0);
	return data;
}

static bool needs(const struct dcb_linkage *linkage, const char *name)
{
	for (size_t i = 0; i < linkage->n_needed; i++)
		if (strcmp(linkage->needed[i], name) == 0)
			return true;
	return false;
}

static void linkage_read__own_program(void **state)
{
	struct dcb_linkage linkage;
	size_t size;
	_cleanup_free_ char *data = self(&size);

	(void)state;
	assert_int_equal(dcb_linkage_read(data, size, &linkage), 0);
	assert_non_null(strstr(linkage.interpreter, "/ld-linux"));
	assert_true(needs(&linkage, "libc.so.6"));
	assert_true(needs(&linkage, "libcmocka.so.0"));
	assert_false(needs(&linkage, "libnothing.so.1"));
}

static void linkage_read__static_needs_nothing(void **state)
{
	struct dcb_linkage linkage = {.n_needed = 7};
	const Elf64_Ehdr header = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB}};

	(void)state;
	assert_int_equal(dcb_linkage_read(&header, sizeof(header), &linkage), 0);
	assert_null(linkage.interpreter);
	assert_int_equal(linkage.n_needed, 0);
	assert_int_equal(dcb_linkage_read("#!/bin/sh\n", 10, &linkage), -EINVAL);
}

/* Cut anywhere, in an exact allocation: never a byte read beyond it. */
static void linkage_read__cut_files(void **state)
{
	size_t size;
	_cleanup_free_ char *data = self(&size);

	(void)state;
	for (size_t cut = 0; cut < size; cut += size / 97 + 1) {
		_cleanup_free_ char *part = malloc(cut + 1);
		struct dcb_linkage linkage;

		assert_non_null(part);
		part = realloc(part, cut ? cut : 1);
		memcpy(part, data, cut);
		dcb_linkage_read(part, cut, &linkage);
	}
}

/* Every field of the header and the segments with nonsense in it: refused, or read within bounds.
 */
static void linkage_read__spoilt_headers(void **state)
{
	size_t size;
	_cleanup_free_ char *data = self(&size);
	size_t end = sizeof(Elf64_Ehdr) + 13 * sizeof(Elf64_Phdr);

	(void)state;
	for (size_t i = 16; i + 8 <= end; i += 2) {
		uint64_t kept, nonsense = UINT64_C(0xfffffffffffffff1);
		struct dcb_linkage linkage;

		memcpy(&kept, data + i, sizeof(kept));
		memcpy(data + i, &nonsense, sizeof(nonsense));
		dcb_linkage_read(data, size, &linkage);
		memcpy(data + i, &kept, sizeof(kept));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linkage_read__own_program),
		cmocka_unit_test(linkage_read__static_needs_nothing),
		cmocka_unit_test(linkage_read__cut_files),
		cmocka_unit_test(linkage_read__spoilt_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
