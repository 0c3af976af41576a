// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "machines/machine.h"

static void check__registry_is_whole(void **state)
{
	(void)state;
	assert_int_equal(dcb_machines_check(NULL), 0);
}

static void find__every_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < dcb_n_machines; i++) {
		const struct dcb_machine_ops *ops = NULL;

		assert_int_equal(
			dcb_machine_find(dcb_machines[i]->name, DCB_ARCH_ARM64, &ops, NULL), 0);
		assert_ptr_equal(ops, dcb_machines[i]);
	}
}

static void find__unknown_name_says_what_there_is(void **state)
{
	const struct dcb_machine_ops *ops = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	assert_int_equal(dcb_machine_find("icuont", DCB_ARCH_ARM64, &ops, &err), -EINVAL);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	assert_non_null(strstr(err.message, "icuont"));
	assert_non_null(strstr(err.message, "did you mean icount"));
	assert_null(ops);
}

static void find__auto_without_kvm_is_icount(void **state)
{
	enum dcb_arch other = dcb_arch_host() == DCB_ARCH_ARM64 ? DCB_ARCH_X86_64 : DCB_ARCH_ARM64;
	const struct dcb_machine_ops *ops = NULL;

	(void)state;
	assert_int_equal(dcb_machine_find("auto", other, &ops, NULL), 0);
	assert_string_equal(ops->name, "icount");
	assert_true(ops->exact);
	assert_int_equal(ops->default_cpus, 1);
}

static void supported__kvm_refuses_a_foreign_architecture(void **state)
{
	enum dcb_arch other = dcb_arch_host() == DCB_ARCH_ARM64 ? DCB_ARCH_X86_64 : DCB_ARCH_ARM64;
	const struct dcb_machine_ops *ops = NULL;
	_cleanup_free_ char *why = NULL;

	(void)state;
	assert_int_equal(dcb_machine_find("kvm", other, &ops, NULL), 0);
	assert_int_equal(ops->supported(other, &why), -EOPNOTSUPP);
	assert_non_null(strstr(why, "tcg or icount"));
}

static void default_arch__host_for_kvm_arm64_for_emulation(void **state)
{
	static const struct {
		const char *name;
		enum dcb_arch arch;
	} rows[] = {{"tcg", DCB_ARCH_ARM64}, {"icount", DCB_ARCH_ARM64}, {"null", DCB_ARCH_NONE}};
	const struct dcb_machine_ops *ops = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(dcb_machine_find(rows[i].name, DCB_ARCH_NONE, &ops, NULL), 0);
		assert_int_equal(dcb_machine_default_arch(ops), rows[i].arch);
	}
	assert_int_equal(dcb_machine_find("kvm", DCB_ARCH_NONE, &ops, NULL), 0);
	assert_int_equal(dcb_machine_default_arch(ops), dcb_arch_host());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check__registry_is_whole),
		cmocka_unit_test(find__every_name),
		cmocka_unit_test(find__unknown_name_says_what_there_is),
		cmocka_unit_test(find__auto_without_kvm_is_icount),
		cmocka_unit_test(supported__kvm_refuses_a_foreign_architecture),
		cmocka_unit_test(default_arch__host_for_kvm_arm64_for_emulation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
