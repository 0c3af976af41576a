// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "machines/qemu.h"

#define PROBE_TIMEOUT_MS 30000

void dcb_qemu_deinit(struct dcb_qemu *qemu)
{
	free(qemu->program);
	free(qemu->root);
	free(qemu->version);
	*qemu = (struct dcb_qemu)DCB_QEMU_NULL;
}

const char *dcb_qemu_program(enum dcb_arch arch)
{
	return arch == DCB_ARCH_ARM64 ? "qemu-system-aarch64" : "qemu-system-x86_64";
}

const char *dcb_qemu_package(enum dcb_arch arch)
{
	return arch == DCB_ARCH_ARM64 ? "qemu-system-arm" : "qemu-system-x86";
}

int dcb_qemu_version_parse(const char *text, char **ret_version, int *ret_major)
{
	static const char before[] = "QEMU emulator version ";
	const char *at = strstr(text, before);
	char *version;
	char *end;
	long major;

	if (!at)
		return -EINVAL;
	at += strlen(before);
	major = strtol(at, &end, 10);
	if (end == at || *end != '.' || major <= 0 || major > 1000)
		return -EINVAL;
	version = strndup(at, strcspn(at, "\r\n"));
	if (!version)
		return -ENOMEM;
	*ret_version = version;
	*ret_major = (int)major;
	return 0;
}

int dcb_qemu_probe(const char *program, char **ret_version, int *ret_major, struct dcb_error *err)
{
	char *argv[] = {(char *)program, (char *)"--version", NULL};
	struct dcb_output output = DCB_OUTPUT_NULL;
	int r;

	r = dcb_command(argv, PROBE_TIMEOUT_MS, &output, err);
	if (r < 0)
		return r;
	r = dcb_qemu_version_parse(output.out, ret_version, ret_major);
	dcb_output_deinit(&output);
	if (r == -ENOMEM)
		return dcb_error_oom(err);
	if (r < 0)
		return dcb_error_set(err, EINVAL, "%s: not a QEMU", program);
	return 0;
}

/* The version stands beside the cached program, so that a boot need not ask it again. */
static int find_cached(const char *cache, enum dcb_arch arch, int min_major,
		       struct dcb_qemu *ret_qemu)
{
	_cleanup_(dcb_qemu_deinitp) struct dcb_qemu qemu = DCB_QEMU_NULL;
	_cleanup_free_ char *version_path = NULL;
	_cleanup_free_ char *text = NULL;

	qemu.root = dcb_format("%s/qemu/%s", cache, dcb_arch_name(arch));
	if (!qemu.root)
		return -ENOMEM;
	qemu.program = dcb_format("%s/usr/bin/%s", qemu.root, dcb_qemu_program(arch));
	version_path = dcb_format("%s/version", qemu.root);
	if (!qemu.program || !version_path)
		return -ENOMEM;
	if (dcb_file_read(version_path, 4096, &text, NULL, NULL) < 0 ||
	    access(qemu.program, X_OK) < 0 ||
	    dcb_qemu_version_parse(text, &qemu.version, &qemu.major) < 0 || qemu.major < min_major)
		return -ENOENT;
	*ret_qemu = qemu;
	qemu = (struct dcb_qemu)DCB_QEMU_NULL;
	return 0;
}

int dcb_qemu_find(const char *cache, enum dcb_arch arch, int min_major, struct dcb_qemu *ret_qemu,
		  struct dcb_error *err)
{
	_cleanup_(dcb_qemu_deinitp) struct dcb_qemu system = DCB_QEMU_NULL;
	_cleanup_free_ char *found = NULL;
	int r;

	if (dcb_program_find(dcb_qemu_program(arch), &system.program) == 0 &&
	    dcb_qemu_probe(system.program, &system.version, &system.major, NULL) == 0 &&
	    system.major >= min_major) {
		*ret_qemu = system;
		system = (struct dcb_qemu)DCB_QEMU_NULL;
		return 0;
	}
	r = find_cached(cache, arch, min_major, ret_qemu);
	if (r == -ENOMEM)
		return dcb_error_oom(err);
	if (r == 0)
		return 0;
	if (system.version)
		found = dcb_format("%s is version %.*s", system.program,
				   (int)strcspn(system.version, " "), system.version);
	else
		found = dcb_format("no %s in PATH", dcb_qemu_program(arch));
	if (!found)
		return dcb_error_oom(err);
	return dcb_error_set(err, ENOENT, "needs QEMU %d or newer for %s, and %s", min_major,
			     dcb_arch_name(arch), found);
}
