// SPDX-License-Identifier: GPL-2.0-only
#include "lab/host.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"

static const char *const keys[] = {"arch", "cpu", "cpus", "governor", "kernel", "smt", "turbo_off"};

/* Null where it was not known. */
static int copy_key(json_t *to, const json_t *from, const char *key)
{
	json_t *value = json_object_get(from, key);

	return json_object_set_new(to, key, value ? json_incref(value) : json_null());
}

int dcb_host_describe(const json_t *fingerprint, char **ret_text, char ret_digest[DCB_SHA256_HEX],
		      struct dcb_error *err)
{
	const json_t *host = json_object_get(fingerprint, "host");
	json_auto_t *description = json_object();
	char *text;

	if (!description)
		return dcb_error_oom(err);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (copy_key(description, host, keys[i]) < 0)
			return dcb_error_oom(err);
	if (copy_key(description, json_object_get(fingerprint, "machine"), "qemu") < 0)
		return dcb_error_oom(err);
	text = dcb_json_line(description);
	if (!text)
		return dcb_error_oom(err);
	dcb_sha256(text, strlen(text), ret_digest);
	*ret_text = text;
	return 0;
}
