// SPDX-License-Identifier: GPL-2.0-only
#include "kernels/kernel.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "kernels/debian.h"
#include "kernels/local.h"
#include "kernels/spec.h"

void dcb_kernel_free(struct dcb_kernel *kernel)
{
	if (!kernel)
		return;
	free(kernel->release);
	free(kernel->image);
	free(kernel->config);
	free(kernel->folder);
	json_decref(kernel->origin);
	free(kernel);
}

int dcb_kernel_get(struct dcb_kernel_store *store, const char *spec, enum dcb_arch arch,
		   const struct dcb_kernel_options *options, struct dcb_kernel **ret_kernel,
		   struct dcb_error *err)
{
	static const struct dcb_kernel_options none = {0};
	_cleanup_(dcb_spec_deinit) struct dcb_spec parsed = DCB_SPEC_NULL;
	int r;

	r = dcb_spec_parse(spec, &parsed, err);
	if (r < 0)
		return r;
	if (parsed.kind == DCB_SPEC_FILE)
		return dcb_local_file(store, parsed.value, arch, ret_kernel, err);
	if (parsed.kind == DCB_SPEC_TREE)
		return dcb_local_tree(store, parsed.value, arch, ret_kernel, err);
	return dcb_debian_get(store, &parsed, arch, options ?: &none, ret_kernel, err);
}

json_t *dcb_kernel_to_json(const struct dcb_kernel *kernel)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:O}", "sha256", kernel->sha256, "arch",
			 dcb_arch_name(kernel->arch), "release", kernel->release, "image",
			 kernel->image, "config", dcb_json_string(kernel->config), "folder",
			 kernel->folder, "origin", kernel->origin);
}
