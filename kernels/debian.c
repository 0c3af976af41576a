// SPDX-License-Identifier: GPL-2.0-only
#include "kernels/debian.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/sink.h"

#define MAX_AGE_S     (24 * 60 * 60) /* of the package lists */
#define REFRESH_AGE_S 60             /* one refresh serves all kernels of a run */
#define UNKNOWN_AGE_S (10 * 60)      /* before a version is said not to exist */

/* One look-up: the packages, and which of them it is. */
struct look_up {
	struct dcb_apt *apt;
	const struct dcb_spec *spec;
	enum dcb_arch arch;
	struct dcb_apt_package *packages;
	size_t n_packages;
	struct dcb_debian_choice choice;
};

static void look_up_deinit(struct look_up *look_up)
{
	dcb_debian_choice_deinit(&look_up->choice);
	dcb_apt_packages_free(look_up->packages, look_up->n_packages);
	look_up->packages = NULL;
	look_up->n_packages = 0;
}

static int look(struct look_up *look_up, struct dcb_error *err)
{
	_cleanup_free_ char *pattern = dcb_format(
		"^linux-(image|binary|modules|base)-(unsigned-)?[0-9].*-cloud-%s(-unsigned)?$",
		dcb_arch_debian(look_up->arch));
	int r;

	if (!pattern)
		return dcb_error_oom(err);
	look_up_deinit(look_up);
	r = dcb_apt_list(look_up->apt, pattern, &look_up->packages, &look_up->n_packages, err);
	if (r < 0)
		return r;
	return dcb_debian_choose(look_up->packages, look_up->n_packages, look_up->spec,
				 look_up->arch, &look_up->choice, err);
}

static bool has_text(const json_t *object, const char *key, const char *text)
{
	const char *value = json_string_value(json_object_get(object, key));

	return text ? value && strcmp(value, text) == 0 : !value;
}

/* Whether the very packages were fetched before, under another spec. */
static int find_stored(struct dcb_kernel_store *store, const struct look_up *look_up,
		       struct dcb_kernel **ret_kernel)
{
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *kernel = NULL;
	const struct dcb_debian_choice *choice = &look_up->choice;

	if (dcb_store_index_get(store, look_up->arch, choice->release, &kernel) < 0 ||
	    !has_text(kernel->origin, "deb_sha256", choice->image->sha256) ||
	    !has_text(kernel->origin, "modules_deb_sha256",
		      choice->modules ? choice->modules->sha256 : NULL))
		return -ENOENT;
	*ret_kernel = TAKE_PTR(kernel);
	return 0;
}

static int remember(struct dcb_kernel_store *store, const struct look_up *look_up,
		    const struct dcb_kernel *kernel, struct dcb_error *err)
{
	const struct dcb_debian_choice *choice = &look_up->choice;
	int r;

	r = dcb_store_index_set(store, look_up->arch, look_up->spec->value, kernel->sha256, err);
	if (r < 0)
		return r;
	r = dcb_store_index_set(store, look_up->arch, choice->release, kernel->sha256, err);
	if (r < 0 || look_up->spec->kind == DCB_SPEC_RELEASE)
		return r;
	/* The newest of its series is the newest of its version. */
	return dcb_store_index_set(store, look_up->arch, choice->version, kernel->sha256, err);
}

/* Packages vanish from the archive while old lists still have them: then the lists are fetched
 * anew. */
static int fetch(struct dcb_kernel_store *store, struct look_up *look_up,
		 struct dcb_kernel **ret_kernel, struct dcb_error *err)
{
	struct dcb_error first = DCB_ERROR_NULL;
	int r;

	if (find_stored(store, look_up, ret_kernel) == 0)
		return 0;
	r = dcb_debian_fetch(store, look_up->apt, &look_up->choice, look_up->arch, ret_kernel,
			     &first);
	if (r == -EIO) { /* apt's; a digest that does not fit is -EBADMSG */
		r = dcb_apt_update(look_up->apt, REFRESH_AGE_S, err);
		if (r < 0)
			return r;
		r = look(look_up, err);
		if (r < 0)
			return r;
		return dcb_debian_fetch(store, look_up->apt, &look_up->choice, look_up->arch,
					ret_kernel, err);
	}
	if (r < 0 && err)
		*err = first;
	return r;
}

/* The folder of apt where the caller does not say: beside the store's. */
static char *apt_folder(struct dcb_kernel_store *store, const struct dcb_kernel_options *options)
{
	if (options->apt_folder)
		return strdup(options->apt_folder);
	return dcb_format("%s/../apt", store->folder);
}

static int get_locked(struct dcb_kernel_store *store, struct look_up *look_up,
		      const struct dcb_kernel_options *options, struct dcb_kernel **ret_kernel,
		      struct dcb_error *err)
{
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *kernel = NULL;
	int r;

	r = dcb_apt_update(look_up->apt, options->refresh ? REFRESH_AGE_S : MAX_AGE_S, err);
	if (r < 0)
		return r;
	r = look(look_up, err);
	if (r == -EINVAL) {
		int fetched = dcb_apt_update(look_up->apt, UNKNOWN_AGE_S, err);

		if (fetched < 0)
			return fetched;
		if (fetched > 0)
			r = look(look_up, err);
	}
	if (r < 0)
		return r;
	r = fetch(store, look_up, &kernel, err);
	if (r < 0)
		return r;
	r = remember(store, look_up, kernel, err);
	if (r < 0)
		return r;
	*ret_kernel = TAKE_PTR(kernel);
	return 0;
}

int dcb_debian_get(struct dcb_kernel_store *store, const struct dcb_spec *spec, enum dcb_arch arch,
		   const struct dcb_kernel_options *options, struct dcb_kernel **ret_kernel,
		   struct dcb_error *err)
{
	_cleanup_(look_up_deinit) struct look_up look_up = {.spec = spec, .arch = arch};
	_cleanup_(dcb_apt_freep) struct dcb_apt *apt = NULL;
	_cleanup_free_ char *folder = apt_folder(store, options);
	_cleanup_close_ int held = -1;
	int r;

	if (!folder)
		return dcb_error_oom(err);
	if (arch == DCB_ARCH_NONE)
		return dcb_error_usage(
			err, "debian:%s: the null machine runs programs, not kernels", spec->value);
	if (!options->refresh && dcb_store_index_get(store, arch, spec->value, ret_kernel) == 0)
		return 0;
	if (options->offline)
		return dcb_error_set(err, ENETDOWN,
				     "debian:%s for %s is not in the store and the network is not "
				     "to be used (offline)",
				     spec->value, dcb_arch_name(arch));
	r = dcb_store_lock(store, &held, err);
	if (r < 0)
		return r;
	/* Another process may have fetched it meanwhile. */
	if (!options->refresh && dcb_store_index_get(store, arch, spec->value, ret_kernel) == 0)
		return 0;
	r = dcb_apt_new(folder, arch, options->mirror, options->offline, options->sink, &apt, err);
	if (r < 0)
		return r;
	look_up.apt = apt;
	return get_locked(store, &look_up, options, ret_kernel, err);
}
