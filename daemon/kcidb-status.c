// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/kcidb-status.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "reports/text.h"

#define MAX_ID 128

char *dcb_kcidb_status_url(const char *submit_url, const char *id)
{
	static const char end[] = "/submit";
	size_t n = strlen(submit_url);

	if (n < strlen(end) || strcmp(submit_url + n - strlen(end), end) != 0)
		return NULL;
	return dcb_format("%.*s/status?id=%s", (int)(n - strlen(end)), submit_url, id);
}

static json_t *parse(const char *answer)
{
	json_t *object = NULL;

	return dcb_json_parse(answer, strlen(answer), &object, NULL) < 0 ? NULL : object;
}

char *dcb_kcidb_read_id(const char *answer)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	json_auto_t *object = parse(answer);
	const char *id = json_string_value(json_object_get(object, "id"));
	size_t n = id ? strlen(id) : 0;

	return n > 0 && n <= MAX_ID && strspn(id, letters) == n ? strdup(id) : NULL;
}

enum dcb_kcidb_state dcb_kcidb_read_status(const char *answer, char **ret_text)
{
	json_auto_t *object = parse(answer);
	const char *word = json_string_value(json_object_get(object, "status"));
	const char *message = json_string_value(json_object_get(object, "message"));
	_cleanup_free_ char *text = NULL;

	*ret_text = NULL;
	if (!word)
		return DCB_KCIDB_OPEN;
	text = dcb_format("%.40s%s%.160s", word, message ? ": " : "", message ? message : "");
	*ret_text = text ? dcb_text_printable(text) : NULL;
	if (strcmp(word, "processed") == 0)
		return DCB_KCIDB_PROCESSED;
	return strcmp(word, "failed") == 0 ? DCB_KCIDB_FAILED : DCB_KCIDB_OPEN;
}
