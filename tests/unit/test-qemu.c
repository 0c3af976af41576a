// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "machines/qemu.h"

static const struct dcb_qemu_files files = {
	.program = "/proc/self/fd/5",
	.data = "/proc/self/fd/6",
	.firmware = "/proc/self/fd/7",
	.kernel = "/proc/self/fd/8",
	.initramfs = "/proc/self/fd/9",
	.console_fd = 10,
	.records_fd = 11,
};

static char *joined_argv(enum dcb_qemu_kind kind, const struct dcb_boot_spec *spec,
			 const struct dcb_qemu_files *which)
{
	char **argv = dcb_qemu_argv(kind, spec, which);
	char *text = strdup("");

	assert_non_null(argv);
	for (char **word = argv; *word; word++) {
		char *longer = dcb_format("%s%s%s", text, word == argv ? "" : "\n", *word);

		free(text);
		free(*word);
		text = longer;
	}
	free(argv);
	return text;
}

static void argv__icount_arm64_golden(void **state)
{
	const struct dcb_boot_spec spec = {
		.arch = DCB_ARCH_ARM64, .cpus = 1, .memory_bytes = 1 << 30, .seed = 255};
	_cleanup_free_ char *argv = joined_argv(DCB_QEMU_ICOUNT, &spec, &files);

	(void)state;
	assert_string_equal(
		argv,
		"/proc/self/fd/5\n-L\n/proc/self/fd/6\n-L\n/proc/self/fd/7\n"
		"-nodefaults\n-no-user-config\n-display\nnone\n-no-reboot\n-nic\nnone\n-sandbox\n"
		"on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny\n"
		"-machine\nvirt,gic-version=3\n-cpu\nneoverse-n1\n"
		"-accel\ntcg,thread=single\n-icount\nshift=1,sleep=off\n"
		"-rtc\nbase=2026-01-01,clock=vm\n-append\n"
		"console=ttyAMA0 quiet loglevel=5 panic=-1 nokaslr preempt=full "
		"random.trust_cpu=0 random.trust_bootloader=0 "
		"initcall_blacklist=load_system_certificate_list cryptomgr.notests "
		"dcbench.seed=00000000000000ff\n"
		"-smp\n1\n-m\n1048576K\n-seed\n255\n"
		"-kernel\n/proc/self/fd/8\n-initrd\n/proc/self/fd/9\n"
		"-add-fd\nfd=10,set=1\n-add-fd\nfd=11,set=2\n"
		"-serial\nfile:/dev/fdset/1\n-serial\nfile:/dev/fdset/2");
}

static void argv__icount_x86_64_keeps_the_hosts_randomness_out(void **state)
{
	const struct dcb_boot_spec spec = {
		.arch = DCB_ARCH_X86_64, .cpus = 1, .memory_bytes = 1 << 30, .seed = 1};
	_cleanup_free_ char *argv = joined_argv(DCB_QEMU_ICOUNT, &spec, &files);

	(void)state;
	assert_non_null(strstr(argv, "-cpu\nmax,-rdrand,-rdseed"));
	assert_non_null(strstr(argv, "console=ttyS0 "));
	assert_non_null(strstr(argv, " reboot=t "));
	assert_non_null(strstr(argv, " nokaslr "));
	assert_non_null(strstr(argv, "clock=vm"));
	assert_null(strstr(argv, "virtio"));
}

static void argv__disk_only_where_it_is_wanted(void **state)
{
	const struct dcb_qemu_files with = {
		.program = "q", .kernel = "k", .initramfs = "i", .disk_fd = 12};
	struct dcb_boot_spec spec = {
		.arch = DCB_ARCH_ARM64, .cpus = 1, .memory_bytes = 1 << 30, .disk_bytes = 1 << 20};
	_cleanup_free_ char *disk = joined_argv(DCB_QEMU_ICOUNT, &spec, &with);
	_cleanup_free_ char *none = NULL;

	(void)state;
	spec.disk_bytes = 0;
	none = joined_argv(DCB_QEMU_ICOUNT, &spec, &with);
	assert_non_null(strstr(disk, "\n-add-fd\nfd=12,set=3\n-drive\n"));
	assert_non_null(strstr(disk, "file=/dev/fdset/3,cache=unsafe,"));
	assert_non_null(strstr(disk, "\n-device\nnvme,drive=disk,serial=dcbench-disk"));
	assert_non_null(strstr(disk, " nvme_core.io_timeout="));
	assert_null(strstr(none, "nvme"));
	assert_null(strstr(none, "fdset/3"));
}

static void argv__tcg_has_threads_and_the_hosts_time(void **state)
{
	const struct dcb_boot_spec spec = {
		.arch = DCB_ARCH_X86_64, .cpus = 2, .memory_bytes = 1 << 30, .seed = 1};
	_cleanup_free_ char *argv = joined_argv(DCB_QEMU_TCG, &spec, &files);

	(void)state;
	assert_non_null(strstr(argv, "-accel\ntcg\n"));
	assert_non_null(strstr(argv, "-smp\n2\n"));
	assert_null(strstr(argv, "icount"));
	assert_null(strstr(argv, "-rtc"));
	assert_null(strstr(argv, "nolapic_timer"));
}

static void argv__kvm_of_the_system_names_no_data(void **state)
{
	const struct dcb_qemu_files system = {
		.program = "/usr/bin/qemu-system-x86_64", .kernel = "k", .initramfs = "i"};
	const struct dcb_boot_spec spec = {
		.arch = DCB_ARCH_X86_64, .cpus = 2, .memory_bytes = 1 << 30, .seed = 1};
	_cleanup_free_ char *argv = joined_argv(DCB_QEMU_KVM, &spec, &system);

	(void)state;
	assert_non_null(strstr(argv, "-accel\nkvm\n"));
	assert_non_null(strstr(argv, "-cpu\nhost\n"));
	assert_null(strstr(argv, "-L"));
	assert_null(strstr(argv, "-erms"));
}

static void flags__same_for_every_seed(void **state)
{
	json_t *flags = dcb_qemu_flags(DCB_QEMU_ICOUNT, DCB_ARCH_ARM64);
	const char *first;

	(void)state;
	assert_non_null(flags);
	first = json_string_value(json_array_get(flags, 0));
	assert_string_equal(first, "-nodefaults");
	for (size_t i = 0; i < json_array_size(flags); i++)
		assert_null(strstr(json_string_value(json_array_get(flags, i)), "seed"));
	json_decref(flags);
}

static void version_parse__takes_whole_first_line(void **state)
{
	_cleanup_free_ char *version = NULL;
	int major = 0;

	(void)state;
	assert_int_equal(dcb_qemu_version_parse("QEMU emulator version 10.0.2 (Debian 1:10.0.2)\n"
						"Copyright (c) 2003-2025\n",
						&version, &major),
			 0);
	assert_string_equal(version, "10.0.2 (Debian 1:10.0.2)");
	assert_int_equal(major, 10);
}

static void version_parse__anything_else_refused(void **state)
{
	static const char *const texts[] = {"", "GNU coreutils 9.1", "QEMU emulator version ",
					    "QEMU emulator version x.1",
					    "QEMU emulator version 99999.1"};
	char *version = NULL;
	int major = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(dcb_qemu_version_parse(texts[i], &version, &major), -EINVAL);
	assert_null(version);
	assert_int_equal(major, 7);
}

static void kvm_in_cpuinfo__needs_the_whole_word(void **state)
{
	(void)state;
	assert_true(dcb_kvm_in_cpuinfo("processor\t: 0\nflags\t\t: fpu vmx de\n"));
	assert_true(dcb_kvm_in_cpuinfo("flags\t\t: fpu svm\n"));
	assert_false(dcb_kvm_in_cpuinfo("flags\t\t: fpu vmmcall svm_lock avmx\nbugs\t: vmx\n"));
	assert_false(dcb_kvm_in_cpuinfo("vmx flags\t: x"));
	assert_false(dcb_kvm_in_cpuinfo(""));
}

struct scene {
	char *folder, *cache, *bin, *old_path;
};

static void put(const char *path, const char *text, mode_t mode)
{
	_cleanup_free_ char *folder = strdup(path);

	*strrchr(folder, '/') = '\0';
	assert_int_equal(dcb_dir_create(folder, 0755, NULL), 0);
	assert_int_equal(dcb_file_write(path, text, strlen(text), mode, NULL), 0);
}

static int make_scene(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	if (!scene || dcb_dir_temporary("/tmp", "dcbench-qemu-", &scene->folder, NULL) < 0)
		return -1;
	scene->cache = dcb_format("%s/cache", scene->folder);
	scene->bin = dcb_format("%s/bin", scene->folder);
	scene->old_path = strdup(getenv("PATH"));
	setenv("PATH", scene->bin, 1);
	*state = scene;
	return dcb_dir_create(scene->bin, 0755, NULL);
}

static int remove_scene(void **state)
{
	struct scene *scene = *state;

	setenv("PATH", scene->old_path, 1);
	free(scene->cache);
	free(scene->bin);
	free(scene->old_path);
	dcb_dir_removep(&scene->folder);
	free(scene);
	return 0;
}

static void put_system(const struct scene *scene, const char *version)
{
	_cleanup_free_ char *path = dcb_format("%s/qemu-system-aarch64", scene->bin);
	_cleanup_free_ char *text = dcb_format("#!/bin/sh\necho 'QEMU emulator version %s'\n",
					       version);

	put(path, text, 0755);
}

static void put_cached(const struct scene *scene, const char *version)
{
	_cleanup_free_ char *root = dcb_format("%s/qemu/arm64", scene->cache);
	_cleanup_free_ char *program = dcb_format("%s/usr/bin/qemu-system-aarch64", root);
	_cleanup_free_ char *version_path = dcb_format("%s/version", root);
	_cleanup_free_ char *text = dcb_format("QEMU emulator version %s\n", version);

	put(program, "#!/bin/sh\n", 0755);
	put(version_path, text, 0644);
}

static void find__new_system_one_wins(void **state)
{
	_cleanup_(dcb_qemu_deinitp) struct dcb_qemu qemu = DCB_QEMU_NULL;
	const struct scene *scene = *state;

	put_system(scene, "11.1.0 (Debian)");
	put_cached(scene, "10.0.2");
	assert_int_equal(dcb_qemu_find(scene->cache, DCB_ARCH_ARM64, 10, &qemu, NULL), 0);
	assert_string_equal(qemu.version, "11.1.0 (Debian)");
	assert_null(qemu.root);
}

static void find__old_system_one_gives_way_to_the_cache(void **state)
{
	_cleanup_(dcb_qemu_deinitp) struct dcb_qemu qemu = DCB_QEMU_NULL;
	const struct scene *scene = *state;

	put_system(scene, "7.2.22 (Debian)");
	put_cached(scene, "10.0.2");
	assert_int_equal(dcb_qemu_find(scene->cache, DCB_ARCH_ARM64, 10, &qemu, NULL), 0);
	assert_string_equal(qemu.version, "10.0.2");
	assert_non_null(qemu.root);
}

static void find__old_one_enough_for_kvm(void **state)
{
	_cleanup_(dcb_qemu_deinitp) struct dcb_qemu qemu = DCB_QEMU_NULL;
	const struct scene *scene = *state;

	put_system(scene, "7.2.22 (Debian)");
	assert_int_equal(dcb_qemu_find(scene->cache, DCB_ARCH_ARM64, 7, &qemu, NULL), 0);
	assert_int_equal(qemu.major, 7);
}

static void find__too_old_everywhere_says_what_was_found(void **state)
{
	_cleanup_(dcb_qemu_deinitp) struct dcb_qemu qemu = DCB_QEMU_NULL;
	const struct scene *scene = *state;
	struct dcb_error err = DCB_ERROR_NULL;

	put_system(scene, "7.2.22 (Debian)");
	put_cached(scene, "9.2.0");
	assert_int_equal(dcb_qemu_find(scene->cache, DCB_ARCH_ARM64, 10, &qemu, &err), -ENOENT);
	assert_non_null(strstr(err.message, "QEMU 10 or newer for arm64"));
	assert_non_null(strstr(err.message, "qemu-system-aarch64 is version 7.2.22"));
	assert_null(qemu.program);
}

static void probe__missing_library_passed_on(void **state)
{
	const struct scene *scene = *state;
	_cleanup_free_ char *path = dcb_format("%s/broken", scene->bin);
	struct dcb_error err = DCB_ERROR_NULL;
	char *version = NULL;
	int major;

	put(path,
	    "#!/bin/sh\necho 'x: error while loading shared libraries: libfdt.so.1: cannot open' "
	    ">&2\nexit 127\n",
	    0755);
	assert_true(dcb_qemu_probe(path, &version, &major, &err) < 0);
	assert_non_null(strstr(err.message, "libfdt.so.1"));
}

#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, make_scene, remove_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(argv__icount_arm64_golden),
		cmocka_unit_test(argv__icount_x86_64_keeps_the_hosts_randomness_out),
		cmocka_unit_test(argv__disk_only_where_it_is_wanted),
		cmocka_unit_test(argv__tcg_has_threads_and_the_hosts_time),
		cmocka_unit_test(argv__kvm_of_the_system_names_no_data),
		cmocka_unit_test(flags__same_for_every_seed),
		cmocka_unit_test(version_parse__takes_whole_first_line),
		cmocka_unit_test(version_parse__anything_else_refused),
		cmocka_unit_test(kvm_in_cpuinfo__needs_the_whole_word),
		IN_SCENE(find__new_system_one_wins),
		IN_SCENE(find__old_system_one_gives_way_to_the_cache),
		IN_SCENE(find__old_one_enough_for_kvm),
		IN_SCENE(find__too_old_everywhere_says_what_was_found),
		IN_SCENE(probe__missing_library_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
