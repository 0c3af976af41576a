// SPDX-License-Identifier: GPL-2.0-only
#include "cli/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "reports/text.h"

#define DEFAULT_SOCKET "/run/dcbench/api.sock"
#define MAX_ANSWER     (UINT64_C(256) << 20)
#define MAX_EVENT      (UINT64_C(1) << 20)
#define TRIES          5

const struct dcb_option dcb_client_options[] = {
	{"socket", DCB_OPTION_STRING, offsetof(struct dcb_client_options, socket),
	 .help = "dcbenchd's socket (default: " DEFAULT_SOCKET ")"},
	{NULL},
};

DEFINE_CLEANUP(CURL *, curl_easy_cleanup)
DEFINE_CLEANUP(struct curl_slist *, curl_slist_free_all)

static const char *find_socket(const struct dcb_client_options *options)
{
	const char *named = getenv("DCBENCH_SOCKET");

	if (options->socket)
		return options->socket;
	return named && *named ? named : DEFAULT_SOCKET;
}

static int open_curl(const struct dcb_client_options *options, const char *path, CURL **ret_curl,
		     struct dcb_error *err)
{
	_cleanup_free_ char *url = dcb_format("http://localhost%s", path);
	_cleanup_(curl_easy_cleanupp) CURL *curl = curl_easy_init();

	if (!url || !curl)
		return dcb_error_oom(err);
	if (curl_easy_setopt(curl, CURLOPT_URL, url) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, find_socket(options)) != CURLE_OK)
		return dcb_error_oom(err);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "dcbench");
	*ret_curl = TAKE_PTR(curl);
	return 0;
}

static int fail(const struct dcb_client_options *options, CURLcode code, struct dcb_error *err)
{
	if (code == CURLE_COULDNT_CONNECT)
		return dcb_error_set(err, ECONNREFUSED,
				     "no dcbenchd answers at %s: `systemctl start dcbenchd`, or "
				     "name another by --socket",
				     find_socket(options));
	return dcb_error_set(err, EIO, "dcbenchd at %s: %s", find_socket(options),
			     curl_easy_strerror(code));
}

/* ---- one answer ---- */

struct answer {
	char *text;
	size_t size;
};

static size_t on_data(char *data, size_t size, size_t n, void *context)
{
	struct answer *answer = context;
	char *text;

	size *= n;
	if (answer->size + size > MAX_ANSWER)
		return 0;
	text = realloc(answer->text, answer->size + size + 1);
	if (!text)
		return 0;
	memcpy(text + answer->size, data, size);
	answer->text = text;
	answer->size += size;
	text[answer->size] = '\0';
	return size;
}

/* What the daemon says against it, in its own words. */
static int refused(long status, const json_t *answer, struct dcb_error *err)
{
	const char *said = json_string_value(json_object_get(answer, "error"));
	_cleanup_free_ char *clean = dcb_text_printable(said ? said : "no reason given");

	if (status >= 400 && status < 500)
		return dcb_error_usage(err, "%s", clean ? clean : "");
	return dcb_error_set(err, EIO, "dcbenchd: HTTP %ld: %s", status, clean ? clean : "");
}

int dcb_client_request(const struct dcb_client_options *options, const char *method,
		       const char *path, const json_t *body, json_t **ret_answer,
		       struct dcb_error *err)
{
	_cleanup_(curl_slist_free_allp) struct curl_slist *headers = NULL;
	_cleanup_(curl_easy_cleanupp) CURL *curl = NULL;
	_cleanup_free_ char *text = body ? dcb_json_line(body) : strdup("");
	struct answer answer = {0};
	json_auto_t *json = NULL;
	CURLcode code;
	long status = 0;
	int r;

	r = open_curl(options, path, &curl, err);
	if (r < 0)
		return r;
	headers = curl_slist_append(NULL, "Content-Type: application/json");
	if (!text || !headers)
		return dcb_error_oom(err);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	if (strcmp(method, "GET") != 0) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, text);
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	}
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	r = code == CURLE_OK
		    ? dcb_json_parse(answer.text ? answer.text : "", answer.size, &json, err)
		    : fail(options, code, err);
	free(answer.text);
	if (code == CURLE_OK && status >= 400)
		return refused(status, json, err);
	if (r < 0)
		return r;
	*ret_answer = json_incref(json);
	return 0;
}

/* ---- events ---- */

struct follower {
	int (*each)(void *context, const char *event, const char *data);
	void *context;
	char *line, *data;
	size_t n_line, n_data;
	char event[64], last_id[32];
	bool any; /* something came on this connection */
	int result;
};

static int append(char **text, size_t *n, const char *more, size_t size)
{
	char *longer;

	if (*n + size > MAX_EVENT)
		return -E2BIG;
	longer = realloc(*text, *n + size + 1);
	if (!longer)
		return -ENOMEM;
	memcpy(longer + *n, more, size);
	*n += size;
	longer[*n] = '\0';
	*text = longer;
	return 0;
}

static const char *after_field(const char *line, const char *field)
{
	size_t n = strlen(field);

	if (strncmp(line, field, n) != 0 || line[n] != ':')
		return NULL;
	return line + n + 1 + (line[n + 1] == ' ');
}

/* An empty line ends an event. */
static int take_line(struct follower *follower)
{
	const char *line = follower->line ? follower->line : "", *value;
	int r = 0;

	if (!*line) {
		if (follower->n_data)
			r = follower->each(follower->context, follower->event, follower->data);
		follower->n_data = 0;
		*follower->event = '\0';
	} else if ((value = after_field(line, "data"))) {
		if (follower->n_data)
			r = append(&follower->data, &follower->n_data, "\n", 1);
		if (r >= 0)
			r = append(&follower->data, &follower->n_data, value, strlen(value));
	} else if ((value = after_field(line, "event"))) {
		snprintf(follower->event, sizeof(follower->event), "%s", value);
	} else if ((value = after_field(line, "id"))) {
		snprintf(follower->last_id, sizeof(follower->last_id), "%s", value);
	}
	follower->n_line = 0;
	if (follower->line)
		*follower->line = '\0';
	return r;
}

static size_t on_events(char *data, size_t size, size_t n, void *context)
{
	struct follower *follower = context;

	size *= n;
	follower->any = true;
	for (size_t i = 0; i < size && follower->result == 0; i++) {
		if (data[i] == '\n')
			follower->result = take_line(follower);
		else
			follower->result = append(&follower->line, &follower->n_line, &data[i], 1);
	}
	return follower->result == 0 ? size : 0;
}

static int follow_once(const struct dcb_client_options *options, const char *path,
		       struct follower *follower, CURLcode *ret_code, struct dcb_error *err)
{
	_cleanup_(curl_slist_free_allp) struct curl_slist *headers = NULL;
	_cleanup_(curl_easy_cleanupp) CURL *curl = NULL;
	char last[64];
	long status = 0;
	int r;

	r = open_curl(options, path, &curl, err);
	if (r < 0)
		return r;
	snprintf(last, sizeof(last), "Last-Event-ID: %s", follower->last_id);
	headers = curl_slist_append(NULL, last);
	if (!headers)
		return dcb_error_oom(err);
	if (*follower->last_id)
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_events);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, follower);
	*ret_code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (*ret_code == CURLE_OK && status >= 400) {
		json_auto_t *answer = json_loadb(follower->line ? follower->line : "",
						 follower->n_line, 0, NULL);

		return refused(status, answer, err);
	}
	return 0;
}

int dcb_client_follow(const struct dcb_client_options *options, const char *path,
		      int (*each)(void *context, const char *event, const char *data),
		      void *context, struct dcb_error *err)
{
	struct follower follower = {.each = each, .context = context};
	CURLcode code = CURLE_OK;
	int r = 0;

	for (int tries = 0; tries < TRIES; tries++) {
		follower.any = false;
		follower.n_line = follower.n_data = 0;
		r = follow_once(options, path, &follower, &code, err);
		if (r < 0 || follower.result || code == CURLE_OK)
			break;
		if (follower.any)
			tries = 0;
		sleep(1);
	}
	free(follower.line);
	free(follower.data);
	if (r < 0)
		return r;
	if (follower.result < 0)
		return dcb_error_sys(err, -follower.result, "events of dcbenchd");
	if (follower.result)
		return follower.result;
	return code == CURLE_OK ? 0 : fail(options, code, err);
}
