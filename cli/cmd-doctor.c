// SPDX-License-Identifier: GPL-2.0-only
/* dcbench doctor: what this host can and cannot do, and the one command that mends each lack. */
#include <string.h>
#include <sys/statvfs.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/paths.h"
#include "base/process.h"
#include "cli/command.h"
#include "kernels/kernel.h"
#include "machines/cgroup.h"
#include "machines/machine.h"
#include "machines/mkfs.h"

enum status {
	STATUS_OK,
	STATUS_NOTE,    /* not there, and nothing needs it */
	STATUS_LACKING, /* a run would fail or say less */
};

static const char *const status_names[] = {"ok", "note", "lacking"};

/* mend: a command, or NULL. */
static int add(json_t *rows, const char *what, enum status status, const char *detail,
	       const char *mend)
{
	return json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:o}", "check", what,
						     "status", status_names[status], "detail",
						     detail, "mend", dcb_json_string(mend)));
}

static int check_machines(json_t *rows)
{
	static const enum dcb_arch arches[] = {DCB_ARCH_ARM64, DCB_ARCH_X86_64};

	for (size_t i = 0; i < dcb_n_machines; i++) {
		const struct dcb_machine_ops *ops = dcb_machines[i];

		for (size_t j = 0; ops->supported && j < ARRAY_SIZE(arches); j++) {
			_cleanup_free_ char *what = dcb_format("machine %s %s", ops->name,
							       dcb_arch_name(arches[j]));
			_cleanup_free_ char *why = NULL;
			json_auto_t *description = NULL;
			bool kvm = strcmp(ops->name, "kvm") == 0;
			const char *mend = NULL, *qemu;
			int r;

			if (strcmp(ops->name, "null") == 0 || (kvm && arches[j] != dcb_arch_host()))
				continue;
			r = ops->supported(arches[j], &why);
			if (r < 0 && !kvm)
				mend = "apt-get install --no-install-recommends qemu-system-x86 "
				       "qemu-system-arm";
			if (r == 0 && ops->describe)
				ops->describe(arches[j], &description, NULL);
			qemu = json_string_value(json_object_get(description, "qemu"));
			r = add(rows, what ? what : ops->name,
				r == 0 ? STATUS_OK
				: kvm  ? STATUS_NOTE
				       : STATUS_LACKING,
				r < 0  ? (why ? why : "not supported")
				: qemu ? qemu
				       : "works",
				mend);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int check_cgroup(json_t *rows)
{
	struct dcb_error err = DCB_ERROR_NULL;
	_cleanup_free_ char *detail = NULL;

	if (dcb_cgroup_supported(&err) < 0)
		return add(rows, "cgroups", STATUS_LACKING, err.message,
			   geteuid() == 0 ? NULL : "sudo dcbench ...");
	detail = dcb_format("layout %s", dcb_cgroup_layout());
	return add(rows, "cgroups", STATUS_OK, detail ? detail : "", NULL);
}

static int check_program(json_t *rows, const char *program, const char *what, const char *mend)
{
	_cleanup_free_ char *path = NULL;

	if (dcb_program_find(program, &path) < 0) {
		_cleanup_free_ char *detail = dcb_format("no %s: %s", program, what);

		return add(rows, program, STATUS_LACKING, detail ? detail : what, mend);
	}
	return add(rows, program, STATUS_OK, path, NULL);
}

static int check_agents(json_t *rows)
{
	static const enum dcb_arch arches[] = {DCB_ARCH_ARM64, DCB_ARCH_X86_64};

	for (size_t i = 0; i < ARRAY_SIZE(arches); i++) {
		_cleanup_free_ char *what = dcb_format("agent %s", dcb_arch_name(arches[i]));
		struct dcb_error err = DCB_ERROR_NULL;
		_cleanup_free_ char *path = NULL;
		int r = dcb_path_agent(arches[i], &path, &err);

		r = add(rows, what ? what : "agent", r < 0 ? STATUS_LACKING : STATUS_OK,
			r < 0 ? err.message : path, r < 0 ? "cmake --build build-release" : NULL);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The nearest folder above that exists is what counts for a folder still to be made. */
static int check_folder(json_t *rows, const char *what, const char *path, const char *variable)
{
	_cleanup_free_ char *nearest = strdup(path);
	_cleanup_free_ char *detail = NULL;
	_cleanup_free_ char *mend = NULL;
	struct statvfs fs;
	double free_gib;

	while (nearest && !dcb_file_exists(nearest) && strrchr(nearest, '/') > nearest)
		*strrchr(nearest, '/') = '\0';
	if (!nearest || statvfs(nearest, &fs) < 0 || access(nearest, W_OK) < 0) {
		detail = dcb_format("%s cannot be written: %s", path, strerror(errno));
		mend = dcb_format("export %s=FOLDER", variable);
		return add(rows, what, STATUS_LACKING, detail ? detail : path, mend);
	}
	free_gib = (double)fs.f_bavail * (double)fs.f_frsize / (double)(1 << 30);
	detail = dcb_format("%s, %.1f GiB free", path, free_gib);
	return add(rows, what, free_gib < 2 ? STATUS_LACKING : STATUS_OK, detail ? detail : path,
		   NULL);
}

static int check_folders(json_t *rows, struct dcb_error *err)
{
	_cleanup_free_ char *state = NULL;
	_cleanup_free_ char *cache = NULL;
	int r;

	r = dcb_path_state(&state, err);
	if (r < 0)
		return r;
	r = dcb_path_cache(&cache, err);
	if (r < 0)
		return r;
	r = check_folder(rows, "state folder", state, "DCBENCH_STATE");
	return r < 0 ? r : check_folder(rows, "cache folder", cache, "DCBENCH_CACHE");
}

static int count_kernel(void *context, const struct dcb_kernel *kernel)
{
	(void)kernel;
	++*(int *)context;
	return 0;
}

static int check_kernels(json_t *rows, struct dcb_error *err)
{
	_cleanup_(dcb_kernel_store_closep) struct dcb_kernel_store *store = NULL;
	_cleanup_free_ char *folder = NULL;
	_cleanup_free_ char *detail = NULL;
	int n = 0, r;

	r = dcb_kernels_folder(&folder, err);
	if (r < 0)
		return r;
	if (dcb_file_exists(folder)) {
		r = dcb_kernel_store_open(folder, &store, err);
		if (r < 0)
			return r;
		r = dcb_kernel_each(store, count_kernel, &n, err);
		if (r < 0)
			return r;
	}
	detail = dcb_format("%d stored", n);
	return add(rows, "kernels", n ? STATUS_OK : STATUS_NOTE, detail ? detail : "",
		   n ? NULL : "dcbench kernels fetch debian:6.12");
}

static int check_keyring(json_t *rows)
{
	static const char path[] = "/usr/share/keyrings/debian-archive-keyring.gpg";

	if (dcb_file_exists(path))
		return add(rows, "keyring", STATUS_OK, path, NULL);
	return add(rows, "keyring", STATUS_LACKING,
		   "debian: kernels cannot be verified without debian-archive-keyring",
		   "apt-get install debian-archive-keyring");
}

/* Only some workloads need them. */
static int check_mkfs(json_t *rows)
{
	for (const char *const *fs = dcb_mkfs_names; *fs; fs++) {
		const char *package = dcb_mkfs_missing(*fs);
		_cleanup_free_ char *what = dcb_format("mkfs %s", *fs);
		_cleanup_free_ char *mend = dcb_format("apt-get install %s",
						       package ? package : "");
		int r = add(rows, what ? what : "mkfs", package ? STATUS_NOTE : STATUS_OK,
			    package ? "fs= of that kind cannot be had in guests" : "is there",
			    package ? mend : NULL);

		if (r < 0)
			return r;
	}
	return 0;
}

static int examine(json_t *rows, struct dcb_error *err)
{
	int r;

	r = check_machines(rows);
	if (r < 0)
		return dcb_error_oom(err);
	if (check_cgroup(rows) < 0 || check_agents(rows) < 0 ||
	    check_program(rows, "apt-get", "debian: kernels cannot be fetched, paths work", NULL) <
		    0 ||
	    check_program(rows, "depmod", "kernels are stored without modules",
			  "apt-get install kmod") < 0 ||
	    check_keyring(rows) < 0 || check_mkfs(rows) < 0)
		return dcb_error_oom(err);
	r = check_kernels(rows, err);
	return r < 0 ? r : check_folders(rows, err);
}

static void print_rows(const json_t *rows)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const char *mend = json_string_value(json_object_get(row, "mend"));

		printf("%-8s %-22s %s\n", json_string_value(json_object_get(row, "status")),
		       json_string_value(json_object_get(row, "check")),
		       json_string_value(json_object_get(row, "detail")));
		if (mend)
			printf("%31s mend: %s\n", "", mend);
	}
}

/* 1 where something is lacking. */
static int doctor(int argc, char **argv, struct dcb_error *err)
{
	struct dcb_output_options output = {0};
	const struct dcb_arguments_set sets[] = {{dcb_output_options, &output}};
	json_auto_t *rows = json_array();
	bool lacking = false;
	json_t *row;
	int n_words, r;
	size_t i;

	r = dcb_arguments_read(&dcb_command_doctor, argc, argv, sets, ARRAY_SIZE(sets), 0, 0,
			       &n_words, err);
	if (r < 0)
		return r;
	r = examine(rows, err);
	if (r < 0)
		return r;
	json_array_foreach(rows, i, row)
		lacking |= strcmp(json_string_value(json_object_get(row, "status")),
				  status_names[STATUS_LACKING]) == 0;
	if (output.json) {
		r = dcb_print_json(rows, err);
	} else {
		print_rows(rows);
		r = dcb_output_flush(err);
	}
	return r < 0 ? r : lacking ? DCB_EXIT_FAILURE : 0;
}

static const struct dcb_option *const tables[] = {dcb_output_options, NULL};

const struct dcb_command dcb_command_doctor = {
	.name = "doctor",
	.arguments = "",
	.summary = "what this host can and cannot do, and how to mend it",
	.details = "The exit code is 1 where something is lacking that a run needs.",
	.options = tables,
	.run = doctor,
};
