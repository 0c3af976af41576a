// SPDX-License-Identifier: GPL-2.0-only
#include "lab/fingerprint.h"

#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "machines/cgroup.h"

/* The first line of a file, or null. */
static json_t *line_of(const char *path)
{
	_cleanup_free_ char *text = NULL;

	if (dcb_file_read(path, 65536, &text, NULL, NULL) < 0)
		return json_null();
	text[strcspn(text, "\n")] = '\0';
	return json_string(text);
}

/* The value of the first line "key : value" of /proc/cpuinfo, or null. */
static json_t *cpu_model(void)
{
	static const char *const keys[] = {"model name", "CPU part"};
	_cleanup_free_ char *text = NULL;

	if (dcb_file_read("/proc/cpuinfo", 16 << 20, &text, NULL, NULL) < 0)
		return json_null();
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		char *line = strstr(text, keys[i]), *value = line ? strchr(line, ':') : NULL;

		if (!value)
			continue;
		value += 1 + strspn(value + 1, " \t");
		value[strcspn(value, "\n")] = '\0';
		return json_string(value);
	}
	return json_null();
}

static json_t *host(void)
{
	struct utsname name;
	struct sysinfo info;

	if (uname(&name) < 0 || sysinfo(&info) < 0)
		return NULL;
	return json_pack("{s:s, s:s, s:s, s:o, s:i, s:o, s:o, s:o, s:o, s:I, s:o, s:s}", "kernel",
			 name.release, "version", name.version, "arch", name.machine, "cpu",
			 cpu_model(), "cpus", (int)sysconf(_SC_NPROCESSORS_ONLN), "governor",
			 line_of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"), "smt",
			 line_of("/sys/devices/system/cpu/smt/active"), "turbo_off",
			 line_of("/sys/devices/system/cpu/intel_pstate/no_turbo"),
			 "transparent_hugepage",
			 line_of("/sys/kernel/mm/transparent_hugepage/enabled"), "memory_bytes",
			 (json_int_t)info.totalram * info.mem_unit, "load_at_start",
			 line_of("/proc/loadavg"), "cgroup_layout", dcb_cgroup_layout());
}

/* What of a kernel's guests is not the kernel itself. */
static int guest(const struct dcb_prepared *prepared, size_t kernel, json_t **ret_json,
		 struct dcb_error *err)
{
	const struct dcb_prepared_modules *list = &prepared->modules[kernel];
	json_auto_t *modules = json_object();
	char sha256[DCB_SHA256_HEX];
	int r;

	for (size_t i = 0; i < list->n; i++) {
		r = dcb_file_sha256(list->paths[i], sha256, err);
		if (r < 0)
			return r;
		if (json_object_set_new(modules, basename(list->paths[i]), json_string(sha256)) < 0)
			return dcb_error_oom(err);
	}
	r = dcb_file_sha256(prepared->initramfs[kernel], sha256, err);
	if (r < 0)
		return r;
	*ret_json = json_pack("{s:s, s:O}", "initramfs", sha256, "modules", modules);
	return *ret_json ? 0 : dcb_error_oom(err);
}

/* By the kernels' names; null for the null machine, which has none. */
static int guests(const struct dcb_plan *plan, const struct dcb_prepared *prepared,
		  json_t **ret_json, struct dcb_error *err)
{
	json_auto_t *object = NULL;

	if (plan->guest_arch == DCB_ARCH_NONE) {
		*ret_json = json_null();
		return 0;
	}
	object = json_object();
	for (size_t i = 0; i < plan->n_kernels; i++) {
		json_t *json = NULL;
		int r = guest(prepared, i, &json, err);

		if (r < 0)
			return r;
		if (json_object_set_new(object, plan->kernels[i].name, json) < 0)
			return dcb_error_oom(err);
	}
	*ret_json = TAKE_PTR(object);
	return 0;
}

int dcb_fingerprint(const struct dcb_plan *plan, const struct dcb_prepared *prepared,
		    json_t **ret_json, struct dcb_error *err)
{
	json_auto_t *machine = NULL, *images = NULL, *of_guests = NULL;
	json_t *json;
	int r;

	r = plan->ops->describe ? plan->ops->describe(plan->guest_arch, &machine, err) : 0;
	if (r == 0)
		r = dcb_images_digests(&prepared->images, &images, err);
	if (r == 0)
		r = guests(plan, prepared, &of_guests, err);
	if (r < 0)
		return r;
	json = json_pack("{s:s, s:o, s:O?, s:o, s:o, s:O, s:O, s:s}", "dcbench", DCB_VERSION,
			 "host", host(), "machine", machine, "agent_sha256",
			 dcb_json_string(prepared->agent_sha256), "programs",
			 dcb_programs_versions(&prepared->programs), "images", images, "guests",
			 of_guests, "cgroup", plan->cgroup ? "on" : "off");
	if (!json)
		return dcb_error_oom(err);
	*ret_json = json;
	return 0;
}
