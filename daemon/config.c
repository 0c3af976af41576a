// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/config.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/ini.h"
#include "reports/formats/kcidb-objects.h"
#include "reports/report.h"

const struct dcb_option dcb_daemon_options[] = {
	{"socket", DCB_OPTION_STRING, offsetof(struct dcb_config, socket),
	 .fallback = "/run/dcbench/api.sock", .help = "where the API is served"},
	{"listen", DCB_OPTION_STRING, offsetof(struct dcb_config, listen),
	 .help = "loopback address and port of the pages, \"127.0.0.1:8250\" (default: none)"},
	{"host-names", DCB_OPTION_STRING, offsetof(struct dcb_config, host_names),
	 .help = "names under which a proxy serves the pages, separated by commas"},
	{"token-file", DCB_OPTION_STRING, offsetof(struct dcb_config, token_file),
	 .help = "bearer token that may change things over TCP (default: nobody may)"},
	{"group", DCB_OPTION_STRING, offsetof(struct dcb_config, group), .fallback = "dcbench",
	 .help = "whose members may submit and cancel"},
	{"cpus", DCB_OPTION_INT, offsetof(struct dcb_config, cpus), 0, 4096, .fallback = "0",
	 .help = "for boots that may run beside each other (0: all)"},
	{"memory", DCB_OPTION_SIZE, offsetof(struct dcb_config, memory), 0, INT64_C(1) << 50,
	 .fallback = "0", .help = "for boots that run beside each other (0: three quarters)"},
	{"attempts", DCB_OPTION_INT, offsetof(struct dcb_config, attempts), 1, 100, .fallback = "3",
	 .help = "how often a job whose process dies is begun"},
	{"dashboard-only", DCB_OPTION_BOOL, offsetof(struct dcb_config, dashboard_only),
	 .fallback = "no", .help = "run no jobs: only collect and show"},
	{NULL},
};

const struct dcb_option dcb_deliver_options[] = {
	{"url", DCB_OPTION_STRING, offsetof(struct dcb_deliver_config, url),
	 .help = "where to POST: https, or http on loopback"},
	{"format", DCB_OPTION_STRING, offsetof(struct dcb_deliver_config, format),
	 .fallback = "json", .help = "as of `dcbench report`, or chat: {\"text\": ...}"},
	{"origin", DCB_OPTION_STRING, offsetof(struct dcb_deliver_config, origin),
	 .fallback = "dcbench", .help = "kcidb: the name that the token is for"},
	{"events", DCB_OPTION_STRING, offsetof(struct dcb_deliver_config, event_list),
	 .fallback = "finished,failed",
	 .help = "of finished, regressed, symptom, failed, recovered"},
	{"secret-file", DCB_OPTION_STRING, offsetof(struct dcb_deliver_config, secret_file),
	 .help = "key of the body's HMAC-SHA256"},
	{"token-file", DCB_OPTION_STRING, offsetof(struct dcb_deliver_config, token_file),
	 .help = "bearer token"},
	{"ca-file", DCB_OPTION_STRING, offsetof(struct dcb_deliver_config, ca_file),
	 .help = "certificates to trust (default: the system's)"},
	{"timeout", DCB_OPTION_INT, offsetof(struct dcb_deliver_config, timeout_s), 1, 3600,
	 .fallback = "30", .help = "seconds for one attempt"},
	{NULL},
};

const struct dcb_option dcb_lab_options[] = {
	{"token-file", DCB_OPTION_STRING, offsetof(struct dcb_lab_config, token_file),
	 .help = "bearer token that it sends"},
	{"secret-file", DCB_OPTION_STRING, offsetof(struct dcb_lab_config, secret_file),
	 .help = "key of its HMAC-SHA256 (default: none asked for)"},
	{NULL},
};

static const char *const event_names[DCB_N_EVENTS] = {
	[DCB_EVENT_FINISHED] = "finished",   [DCB_EVENT_REGRESSED] = "regressed",
	[DCB_EVENT_SYMPTOM] = "symptom",     [DCB_EVENT_FAILED] = "failed",
	[DCB_EVENT_RECOVERED] = "recovered",
};

const char *dcb_event_name(enum dcb_event event)
{
	return event < DCB_N_EVENTS ? event_names[event] : "finished";
}

/* ---- values ---- */

static int check_events(struct dcb_deliver_config *delivery, const char *where,
			struct dcb_error *err)
{
	const char *text = delivery->event_list;

	delivery->events = 0;
	while (*text) {
		size_t n = strcspn(text, ","), i;

		for (i = 0; i < DCB_N_EVENTS; i++)
			if (strlen(event_names[i]) == n && strncmp(event_names[i], text, n) == 0)
				break;
		if (i == DCB_N_EVENTS)
			return dcb_error_usage(err,
					       "%s: events: unknown event \"%.*s\": give some of "
					       "finished, regressed, symptom, failed, recovered",
					       where, (int)(n < 40 ? n : 40), text);
		delivery->events |= 1u << i;
		text += n + (text[n] == ',');
	}
	return 0;
}

static int check_format(const char *format, const char *where, struct dcb_error *err)
{
	const struct dcb_report_format *found;
	int r;

	if (strcmp(format, "chat") == 0)
		return 0;
	r = dcb_report_format_find(format, &found, err);
	return r < 0 ? dcb_error_wrap(err, "%s", where) : r;
}

static int check_origin(const char *origin, const char *where, struct dcb_error *err)
{
	if (*origin && !origin[strspn(origin, DCB_KCIDB_ORIGIN_LETTERS)])
		return 0;
	return dcb_error_usage(err, "%s: origin: \"%.40s\": use a-z, 0-9 and _", where, origin);
}

static bool is_loopback(const char *url)
{
	static const char *const hosts[] = {"http://127.", "http://[::1]",
					    "http://localhost:", "http://localhost/"};

	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
		if (strncmp(url, hosts[i], strlen(hosts[i])) == 0)
			return true;
	return false;
}

static int check_url(const char *url, const char *where, struct dcb_error *err)
{
	if (!url)
		return dcb_error_usage(err, "%s: no url: add url = https://...", where);
	if (strncmp(url, "https://", 8) != 0 && !is_loopback(url))
		return dcb_error_usage(err,
				       "%s: url: \"%.60s\": give https://, or http:// on loopback",
				       where, url);
	/* It stands in logs and lists. */
	if (strchr(url, '@'))
		return dcb_error_usage(err,
				       "%s: url: no password in the address: use token-file or "
				       "secret-file",
				       where);
	return 0;
}

static int check_file(const char *path, const char *key, const char *where, struct dcb_error *err)
{
	if (path && access(path, R_OK) < 0)
		return dcb_error_usage(err, "%s: %s: %s: %s", where, key, path, strerror(errno));
	return 0;
}

static int check_delivery(struct dcb_deliver_config *delivery, struct dcb_error *err)
{
	_cleanup_free_ char *where = dcb_format("[deliver %s]", delivery->name);
	int r;

	if (!where)
		return dcb_error_oom(err);
	r = check_url(delivery->url, where, err);
	if (r >= 0)
		r = check_events(delivery, where, err);
	if (r >= 0)
		r = check_format(delivery->format, where, err);
	if (r >= 0)
		r = check_origin(delivery->origin, where, err);
	if (r >= 0)
		r = check_file(delivery->secret_file, "secret-file", where, err);
	if (r >= 0)
		r = check_file(delivery->token_file, "token-file", where, err);
	if (r >= 0)
		r = check_file(delivery->ca_file, "ca-file", where, err);
	return r;
}

static int check_lab(const struct dcb_lab_config *lab, struct dcb_error *err)
{
	_cleanup_free_ char *where = dcb_format("[lab %s]", lab->name);
	int r;

	if (!where)
		return dcb_error_oom(err);
	if (!lab->token_file)
		return dcb_error_usage(err, "%s: no token-file: anybody could speak for it", where);
	r = check_file(lab->token_file, "token-file", where, err);
	return r < 0 ? r : check_file(lab->secret_file, "secret-file", where, err);
}

static int check_daemon(const struct dcb_config *config, struct dcb_error *err)
{
	const char *listen = config->listen;

	if (*config->socket != '/')
		return dcb_error_usage(err, "[daemon] socket: \"%.60s\": give a full path",
				       config->socket);
	if (listen && strncmp(listen, "127.", 4) != 0 && strncmp(listen, "[::1]:", 6) != 0)
		return dcb_error_usage(err,
				       "[daemon] listen: \"%.60s\": only loopback is served; put "
				       "a proxy with TLS before it and name it in host-names",
				       listen);
	return check_file(config->token_file, "token-file", "[daemon]", err);
}

static int check(struct dcb_config *config, struct dcb_error *err)
{
	int r = check_daemon(config, err);

	for (size_t i = 0; r >= 0 && i < config->n_deliveries; i++)
		r = check_delivery(&config->deliveries[i], err);
	for (size_t i = 0; r >= 0 && i < config->n_labs; i++)
		r = check_lab(&config->labs[i], err);
	return r;
}

/* ---- files ---- */

struct reader {
	struct dcb_config *config;
	/* Of the section that is being read. */
	const struct dcb_option *options;
	void *values;
};

static bool good_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	size_t n = strlen(name);

	return n > 0 && n <= 64 && strspn(name, letters) == n;
}

/* Where a drop-in names a section again it changes it. */
static int begin_delivery(struct reader *reader, const char *name, struct dcb_error *err)
{
	struct dcb_config *config = reader->config;
	struct dcb_deliver_config *rows, *row = NULL;

	for (size_t i = 0; i < config->n_deliveries; i++)
		if (strcmp(config->deliveries[i].name, name) == 0)
			row = &config->deliveries[i];
	if (!row) {
		rows = reallocarray(config->deliveries, config->n_deliveries + 1, sizeof(*rows));
		if (!rows)
			return dcb_error_oom(err);
		config->deliveries = rows;
		row = &rows[config->n_deliveries++];
		*row = (struct dcb_deliver_config){.name = strdup(name)};
		if (!row->name)
			return dcb_error_oom(err);
		if (dcb_options_init(dcb_deliver_options, row, err) < 0)
			return -ENOMEM;
	}
	reader->options = dcb_deliver_options;
	reader->values = row;
	return 0;
}

static int begin_lab(struct reader *reader, const char *name, struct dcb_error *err)
{
	struct dcb_config *config = reader->config;
	struct dcb_lab_config *rows, *row = NULL;

	for (size_t i = 0; i < config->n_labs; i++)
		if (strcmp(config->labs[i].name, name) == 0)
			row = &config->labs[i];
	if (!row) {
		rows = reallocarray(config->labs, config->n_labs + 1, sizeof(*rows));
		if (!rows)
			return dcb_error_oom(err);
		config->labs = rows;
		row = &rows[config->n_labs++];
		*row = (struct dcb_lab_config){.name = strdup(name)};
		if (!row->name)
			return dcb_error_oom(err);
		if (dcb_options_init(dcb_lab_options, row, err) < 0)
			return -ENOMEM;
	}
	reader->options = dcb_lab_options;
	reader->values = row;
	return 0;
}

static int begin_section(struct reader *reader, const char *where, const char *section,
			 struct dcb_error *err)
{
	static const struct {
		const char *word;
		int (*begin)(struct reader *reader, const char *name, struct dcb_error *err);
	} kinds[] = {{"deliver ", begin_delivery}, {"lab ", begin_lab}};

	if (strcmp(section, "daemon") == 0) {
		reader->options = dcb_daemon_options;
		reader->values = reader->config;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t n = strlen(kinds[i].word);
		const char *name;

		if (strncmp(section, kinds[i].word, n) != 0)
			continue;
		name = section + n + strspn(section + n, " ");
		if (!good_name(name))
			return dcb_error_usage(err,
					       "%s: name \"%.60s\": use 1 to 64 letters, digits "
					       "and . _ -",
					       where, name);
		return kinds[i].begin(reader, name, err);
	}
	return dcb_error_usage(err,
			       "%s: unknown section [%.60s]: there are [daemon], [deliver NAME] "
			       "and [lab NAME]",
			       where, section);
}

static int read_line(void *context, const char *where, const char *section, const char *key,
		     const char *value, struct dcb_error *err)
{
	struct reader *reader = context;

	if (!key)
		return begin_section(reader, where, section, err);
	return dcb_options_set(reader->options, reader->values, key, value, where, err);
}

static int read_files(struct reader *reader, const char *path, struct dcb_error *err)
{
	_cleanup_free_ char *pattern = dcb_format("%s.d/*.conf", path);
	glob_t found = {0};
	int r = 0;

	if (!pattern)
		return dcb_error_oom(err);
	if (dcb_file_exists(path) || strcmp(path, DCB_CONFIG_PATH) != 0)
		r = dcb_ini_read(path, read_line, reader, err);
	if (r < 0)
		return r;
	/* In order of name, by bytes: the daemon's locale is C. */
	if (glob(pattern, 0, NULL, &found) == GLOB_NOSPACE)
		r = dcb_error_oom(err);
	for (size_t i = 0; r >= 0 && i < found.gl_pathc; i++)
		r = dcb_ini_read(found.gl_pathv[i], read_line, reader, err);
	globfree(&found);
	return r;
}

int dcb_config_load(const char *path, struct dcb_config **ret_config, struct dcb_error *err)
{
	_cleanup_(dcb_config_freep) struct dcb_config *config = calloc(1, sizeof(*config));
	struct reader reader = {.config = config};
	int r;

	if (!config)
		return dcb_error_oom(err);
	r = dcb_options_init(dcb_daemon_options, config, err);
	if (r < 0)
		return r;
	r = read_files(&reader, path, err);
	if (r < 0)
		return r;
	r = check(config, err);
	if (r < 0)
		return r;
	*ret_config = TAKE_PTR(config);
	return 0;
}

static bool print_section(FILE *file, const char *head, const char *name,
			  const struct dcb_option *options, const void *values)
{
	fprintf(file, "[%s%s%s]\n", head, name ? " " : "", name ? name : "");
	for (; options->name; options++) {
		_cleanup_free_ char *text = dcb_option_format(options, values);

		if (!text)
			return false;
		/* An empty one is one that was not given. */
		if (*text)
			fprintf(file, "%s = %s\n", options->name, text);
	}
	return true;
}

char *dcb_config_print(const struct dcb_config *config)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	bool good;

	if (!file)
		return NULL;
	good = print_section(file, "daemon", NULL, dcb_daemon_options, config);
	for (size_t i = 0; good && i < config->n_deliveries; i++)
		good = print_section(file, "deliver", config->deliveries[i].name,
				     dcb_deliver_options, &config->deliveries[i]);
	for (size_t i = 0; good && i < config->n_labs; i++)
		good = print_section(file, "lab", config->labs[i].name, dcb_lab_options,
				     &config->labs[i]);
	if (fclose(file) != 0 || !good) {
		free(text);
		return NULL;
	}
	return text;
}

void dcb_config_free(struct dcb_config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->n_deliveries; i++) {
		free(config->deliveries[i].name);
		dcb_options_deinit(dcb_deliver_options, &config->deliveries[i]);
	}
	for (size_t i = 0; i < config->n_labs; i++) {
		free(config->labs[i].name);
		dcb_options_deinit(dcb_lab_options, &config->labs[i]);
	}
	free(config->deliveries);
	free(config->labs);
	dcb_options_deinit(dcb_daemon_options, config);
	free(config);
}
