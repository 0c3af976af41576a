// SPDX-License-Identifier: GPL-2.0-only
/* From packages to the files of one program: those that its loader will ask for. */
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "kernels/apt.h"
#include "kernels/linkage.h"
#include "kernels/program-private.h"
#include "kernels/program.h"

#define MAX_FILE_BYTES (64 << 20)

/* Debian's name of the architecture in folders of libraries. */
static const char *const triplets[] = {
	[DCB_ARCH_X86_64] = "x86_64-linux-gnu",
	[DCB_ARCH_ARM64] = "aarch64-linux-gnu",
};

struct collection {
	const char *root;    /* the unpacked packages */
	const char *target;  /* where files are put */
	const char *triplet; /* of the guest */
	json_t *files;       /* {guest path: file name in target} */
};

/* All packages of one release fit each other; which one matters less than that it stays. */
static const struct dcb_apt_package *choose(const struct dcb_apt_package *packages, size_t n)
{
	static const char *const suites[] = {"trixie", "bookworm", "forky", "sid"};

	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		for (size_t j = 0; j < n; j++)
			if (strcmp(packages[j].suite, suites[i]) == 0)
				return &packages[j];
	return n > 0 ? &packages[0] : NULL;
}

static int unpack(struct dcb_apt *apt, const struct dcb_apt_package *package, const char *folder,
		  const char *root, struct dcb_error *err)
{
	_cleanup_free_ char *deb = NULL;
	int r = dcb_apt_download(apt, package, folder, &deb, err);

	if (r < 0)
		return r;
	r = dcb_deb_extract(deb, root, err);
	unlink(deb);
	return r;
}

static int unpack_all(struct dcb_apt *apt, const struct dcb_apt_package *package,
		      const char *folder, const char *root, struct dcb_error *err)
{
	struct dcb_apt_package *all;
	size_t n;
	int r = dcb_apt_depends(apt, package, &all, &n, err);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < n; i++)
		r = unpack(apt, &all[i], folder, root, err);
	dcb_apt_packages_free(all, n);
	return r;
}

/* Before and after the merge of /usr; a loader's link in /lib64 may be absolute, but what it names
 * lies among the libraries. */
static char *find_library(const struct collection *collection, const char *name)
{
	static const char *const parents[] = {"usr/lib", "lib"};
	struct stat st;

	for (size_t i = 0; i < ARRAY_SIZE(parents); i++) {
		_cleanup_free_ char *deep = dcb_format("%s/%s/%s/%s", collection->root, parents[i],
						       collection->triplet, name);
		_cleanup_free_ char *flat = dcb_format("%s/%s/%s", collection->root, parents[i],
						       name);

		if (deep && stat(deep, &st) == 0 && S_ISREG(st.st_mode))
			return TAKE_PTR(deep);
		if (flat && stat(flat, &st) == 0 && S_ISREG(st.st_mode))
			return TAKE_PTR(flat);
	}
	return NULL;
}

static int put_file(const struct collection *collection, const char *guest_path, const char *source,
		    struct dcb_error *err);

static int put_library(const struct collection *collection, const char *name,
		       const char *guest_path, struct dcb_error *err)
{
	_cleanup_free_ char *source = NULL;
	_cleanup_free_ char *usual = dcb_format("/usr/lib/%s/%s", collection->triplet, name);

	if (!usual)
		return dcb_error_oom(err);
	if (!guest_path)
		guest_path = usual;
	if (json_object_get(collection->files, guest_path))
		return 0;
	source = find_library(collection, name);
	if (!source)
		return dcb_error_set(err, ENOENT, "no package brings %s", name);
	return put_file(collection, guest_path, source, err);
}

static int put_needed(const struct collection *collection, const char *source,
		      struct dcb_error *err)
{
	_cleanup_free_ char *data = NULL;
	struct dcb_linkage linkage;
	size_t size;
	int r = dcb_file_read(source, MAX_FILE_BYTES, &data, &size, err);

	if (r < 0)
		return r;
	if (dcb_linkage_read(data, size, &linkage) < 0)
		return dcb_error_set(err, EBADMSG, "%s: not a program or library", source);
	if (linkage.interpreter)
		r = put_library(collection, strrchr(linkage.interpreter, '/') + 1,
				linkage.interpreter, err);
	for (size_t i = 0; r == 0 && i < linkage.n_needed; i++) {
		const char *name = linkage.needed[i];

		/* The loader itself is one of those that libc needs: it is there already. */
		if (strncmp(name, "ld-linux", 8) != 0)
			r = put_library(collection, name, NULL, err);
	}
	return r;
}

static int put_file(const struct collection *collection, const char *guest_path, const char *source,
		    struct dcb_error *err)
{
	_cleanup_free_ char *name = dcb_format("%02zu-%s", json_object_size(collection->files),
					       strrchr(guest_path, '/') + 1);
	_cleanup_free_ char *target = name ? dcb_format("%s/%s", collection->target, name) : NULL;
	int r;

	if (!target)
		return dcb_error_oom(err);
	r = dcb_file_copy(source, target, 0755, err);
	if (r < 0)
		return r;
	if (json_object_set_new(collection->files, guest_path, json_string(name)) < 0)
		return dcb_error_oom(err);
	return put_needed(collection, source, err);
}

static int describe(const struct collection *collection, const struct dcb_apt_package *package,
		    struct dcb_error *err)
{
	_cleanup_free_ char *path = dcb_format("%s/%s", collection->target, DCB_PROGRAM_JSON);
	json_auto_t *all = json_pack("{s:s, s:s, s:s, s:s, s:O}", "package", package->name,
				     "version", package->version, "suite", package->suite,
				     "deb_sha256", package->sha256, "files", collection->files);
	_cleanup_free_ char *text = all ? dcb_json_print(all) : NULL;

	if (!path || !text)
		return dcb_error_oom(err);
	return dcb_file_write(path, text, strlen(text), 0644, err);
}

static int collect(struct dcb_apt *apt, const struct dcb_apt_package *package, enum dcb_arch arch,
		   const char *folder, const char *files_folder, struct dcb_error *err)
{
	_cleanup_free_ char *root = dcb_format("%s/root", folder);
	_cleanup_free_ char *program = dcb_format("%s/root/usr/bin/%s", folder, package->name);
	_cleanup_free_ char *guest_path = dcb_format("/programs/%s", package->name);
	json_auto_t *files = json_object();
	const struct collection collection = {
		.root = root, .target = files_folder, .triplet = triplets[arch], .files = files};
	int r;

	if (!root || !program || !guest_path || !files)
		return dcb_error_oom(err);
	r = dcb_dir_create(root, 0755, err);
	if (r == 0)
		r = unpack_all(apt, package, folder, root, err);
	if (r == 0)
		r = put_file(&collection, guest_path, program, err);
	return r < 0 ? r : describe(&collection, package, err);
}

/* Everything lands beside the target first. */
static int fetch_version(struct dcb_apt *apt, const struct dcb_apt_package *package,
			 enum dcb_arch arch, const char *target, struct dcb_error *err)
{
	_cleanup_free_ char *parent = strndup(target, (size_t)(strrchr(target, '/') - target));
	_cleanup_(dcb_dir_removep) char *folder = NULL;
	_cleanup_free_ char *files = NULL;
	int r;

	if (!parent)
		return dcb_error_oom(err);
	r = dcb_dir_temporary(parent, "tmp-", &folder, err);
	if (r < 0)
		return r;
	files = dcb_format("%s/files", folder);
	if (!files)
		return dcb_error_oom(err);
	r = dcb_dir_create(files, 0755, err);
	if (r == 0)
		r = collect(apt, package, arch, folder, files, err);
	if (r == 0 && rename(files, target) < 0)
		r = dcb_error_sys(err, errno, "%s", target);
	return r;
}

int dcb_program_fetch(struct dcb_apt *apt, const char *package, enum dcb_arch arch,
		      const char *target, struct dcb_error *err)
{
	_cleanup_free_ char *pattern = dcb_format("^%s$", package);
	const struct dcb_apt_package *chosen;
	struct dcb_apt_package *packages;
	size_t n;
	int r;

	if (!pattern)
		return dcb_error_oom(err);
	r = dcb_apt_list(apt, pattern, &packages, &n, err);
	if (r < 0)
		return r;
	chosen = choose(packages, n);
	r = chosen ? fetch_version(apt, chosen, arch, target, err)
		   : dcb_error_set(err, ENOENT, "the mirror has no package %s", package);
	dcb_apt_packages_free(packages, n);
	return r;
}
