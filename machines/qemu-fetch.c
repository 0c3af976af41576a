// SPDX-License-Identifier: GPL-2.0-only
/* A newer QEMU for an older Debian: unpacked into the cache, the system stays as it is. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/sink.h"
#include "kernels/apt.h"
#include "kernels/version.h"
#include "machines/qemu.h"

#define LISTS_MAX_AGE_S (24 * 60 * 60)
#define TRIES           3

struct packages {
	struct dcb_apt_package *items;
	size_t n;
};

static void packages_deinitp(struct packages *packages)
{
	dcb_apt_packages_free(packages->items, packages->n);
}

static int major_of(const char *version)
{
	const char *colon = strchr(version, ':');

	return atoi(colon ? colon + 1 : version);
}

/* The oldest version of the emulator that is new enough and newer than `after` (NULL: any): the
 * nearer to the host's release, the likelier its libraries are there. */
static const char *next_version(const struct packages *packages, const char *name, int min_major,
				const char *after)
{
	const char *best = NULL;

	for (size_t i = 0; i < packages->n; i++) {
		const char *version = packages->items[i].version;

		if (strcmp(packages->items[i].name, name) != 0 || major_of(version) < min_major ||
		    (after && dcb_version_compare(version, after) <= 0))
			continue;
		if (!best || dcb_version_compare(version, best) < 0)
			best = version;
	}
	return best;
}

static const struct dcb_apt_package *find_package(const struct packages *packages, const char *name,
						  const char *version, const char *suite)
{
	for (size_t i = 0; i < packages->n; i++) {
		const struct dcb_apt_package *package = &packages->items[i];

		if (strcmp(package->name, name) == 0 &&
		    (!version || strcmp(package->version, version) == 0) &&
		    (!suite || strcmp(package->suite, suite) == 0))
			return package;
	}
	return NULL;
}

/* Firmware has versions of its own: that of the emulator's suite, else any. */
static const struct dcb_apt_package *find_firmware(const struct packages *packages,
						   const char *suite)
{
	const struct dcb_apt_package *package = find_package(packages, "seabios", NULL, suite);

	return package ? package : find_package(packages, "seabios", NULL, NULL);
}

static int unpack(struct dcb_apt *apt, const struct dcb_apt_package *package, const char *debs,
		  const char *root, struct dcb_error *err)
{
	_cleanup_free_ char *deb = NULL;
	int r;

	r = dcb_apt_download(apt, package, debs, &deb, err);
	if (r < 0)
		return r;
	r = dcb_deb_extract(deb, root, err);
	unlink(deb);
	return r;
}

static int unpack_all(struct dcb_apt *apt, const struct packages *packages, enum dcb_arch arch,
		      const char *version, const char *debs, const char *root,
		      const struct dcb_sink *sink, struct dcb_error *err)
{
	const char *names[] = {dcb_qemu_package(arch), "qemu-system-common", "qemu-system-data"};
	const struct dcb_apt_package *emulator = find_package(packages, names[0], version, NULL);
	int r;

	dcb_sink_say(sink, "fetching QEMU %s for %s guests (%s)", version, dcb_arch_name(arch),
		     emulator->suite);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct dcb_apt_package *package = find_package(packages, names[i], version,
								     NULL);

		if (!package)
			return dcb_error_set(err, ENOENT, "no package %s of version %s", names[i],
					     version);
		r = unpack(apt, package, debs, root, err);
		if (r < 0)
			return r;
	}
	if (arch == DCB_ARCH_X86_64) {
		const struct dcb_apt_package *package = find_firmware(packages, emulator->suite);

		if (!package)
			return dcb_error_set(err, ENOENT, "no package seabios");
		return unpack(apt, package, debs, root, err);
	}
	return 0;
}

/* dcb_command()'s message ends in the loader's "...: error while loading shared libraries: ...". */
static int explain_probe(enum dcb_arch arch, const char *version, const struct dcb_error *probe,
			 struct dcb_error *err)
{
	static const char loader[] = "error while loading shared libraries: ";
	const char *library = strstr(probe->message, loader);

	if (!library)
		return dcb_error_set(err, probe->errnum ? probe->errnum : EIO, "QEMU %s: %s",
				     version, probe->message);
	library += strlen(loader);
	return dcb_error_set(err, ENOENT,
			     "QEMU %s lacks %.*s here: apt-get install %s brings the libraries",
			     version, (int)strcspn(library, ":"), library, dcb_qemu_package(arch));
}

static int install(const char *cache, enum dcb_arch arch, const char *root, const char *version,
		   struct dcb_error *err)
{
	_cleanup_free_ char *program = dcb_format("%s/usr/bin/%s", root, dcb_qemu_program(arch));
	_cleanup_free_ char *version_path = dcb_format("%s/version", root);
	_cleanup_free_ char *target = dcb_format("%s/qemu/%s", cache, dcb_arch_name(arch));
	_cleanup_free_ char *printed = NULL;
	_cleanup_free_ char *text = NULL;
	struct dcb_error probe = DCB_ERROR_NULL;
	int major;
	int r;

	if (!program || !version_path || !target)
		return dcb_error_oom(err);
	r = dcb_qemu_probe(program, &printed, &major, &probe);
	if (r < 0)
		return explain_probe(arch, version, &probe, err);
	text = dcb_format("QEMU emulator version %s\n", printed);
	if (!text)
		return dcb_error_oom(err);
	r = dcb_file_write(version_path, text, strlen(text), 0644, err);
	if (r < 0)
		return r;
	/* A user to whom the lab drops its rights must be able to read what QEMU loads. */
	if (chmod(root, 0755) < 0)
		return dcb_error_sys(err, errno, "%s", root);
	r = dcb_dir_remove(target, err);
	if (r < 0)
		return r;
	if (rename(root, target) < 0)
		return dcb_error_sys(err, errno, "%s", target);
	return 0;
}

static int try_version(struct dcb_apt *apt, const struct packages *packages, const char *cache,
		       enum dcb_arch arch, const char *version, const struct dcb_sink *sink,
		       struct dcb_error *err)
{
	_cleanup_free_ char *parent = dcb_format("%s/qemu", cache);
	_cleanup_(dcb_dir_removep) char *folder = NULL;
	_cleanup_free_ char *root = NULL;
	int r;

	if (!parent)
		return dcb_error_oom(err);
	r = dcb_dir_temporary(parent, "new-", &folder, err);
	if (r < 0)
		return r;
	root = dcb_format("%s/root", folder);
	if (!root)
		return dcb_error_oom(err);
	r = dcb_dir_create(root, 0755, err);
	if (r == 0)
		r = unpack_all(apt, packages, arch, version, folder, root, sink, err);
	if (r == 0)
		r = install(cache, arch, root, version, err);
	return r;
}

static int fetch(struct dcb_apt *apt, const char *cache, enum dcb_arch arch, int min_major,
		 const struct dcb_sink *sink, struct dcb_error *err)
{
	_cleanup_(packages_deinitp) struct packages packages = {0};
	struct dcb_error first = DCB_ERROR_NULL;
	const char *version = NULL;
	int r;

	r = dcb_apt_list(apt, "^(qemu-system-(x86|arm|common|data)|seabios)$", &packages.items,
			 &packages.n, err);
	if (r < 0)
		return r;
	for (int i = 0; i < TRIES; i++) {
		struct dcb_error inner = DCB_ERROR_NULL;

		version = next_version(&packages, dcb_qemu_package(arch), min_major, version);
		if (!version)
			break;
		r = try_version(apt, &packages, cache, arch, version, sink, &inner);
		if (r == 0)
			return 0;
		/* Newer ones ask for more: the first refusal is the one to mend. */
		if (i == 0)
			first = inner;
	}
	if (first.errnum)
		return dcb_error_set(err, first.errnum, "%s", first.message);
	return dcb_error_set(err, ENOENT, "no suite has a %s of version %d or newer",
			     dcb_qemu_package(arch), min_major);
}

int dcb_qemu_fetch(const char *cache, enum dcb_arch arch, int min_major,
		   const struct dcb_machine_options *options, struct dcb_error *err)
{
	_cleanup_(dcb_apt_freep) struct dcb_apt *apt = NULL;
	_cleanup_free_ char *apt_folder = dcb_format("%s/apt", cache);
	_cleanup_free_ char *qemu_folder = dcb_format("%s/qemu", cache);
	_cleanup_free_ char *lock_path = dcb_format("%s/qemu/lock", cache);
	_cleanup_close_ int lock = -1;
	struct dcb_qemu found = DCB_QEMU_NULL;
	int r;

	if (!apt_folder || !qemu_folder || !lock_path)
		return dcb_error_oom(err);
	r = dcb_dir_create(qemu_folder, 0755, err);
	if (r < 0)
		return r;
	r = dcb_lock(lock_path, &lock, err);
	if (r < 0)
		return r;
	/* Another lab may have fetched it while this one waited. */
	if (dcb_qemu_find(cache, arch, min_major, &found, NULL) == 0) {
		dcb_qemu_deinit(&found);
		return 0;
	}
	r = dcb_apt_new(apt_folder, dcb_arch_host(), options->mirror, options->offline,
			options->sink, &apt, err);
	/* 1: the lists are new, 0: they were. */
	if (r >= 0)
		r = dcb_apt_update(apt, LISTS_MAX_AGE_S, err);
	if (r >= 0)
		r = fetch(apt, cache, arch, min_major, options->sink, err);
	if (r < 0)
		return dcb_error_wrap(err, "fetching a QEMU for %s guests", dcb_arch_name(arch));
	return 0;
}
