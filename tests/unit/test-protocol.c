// SPDX-License-Identifier: GPL-2.0-only
#include "guest/protocol.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/random.h"

#define HELLO_HEAD                                                                                 \
	"{\"type\":\"hello\",\"protocol\":1,\"release\":\"7.3.4-cloud\",\"arch\":\"arm64\","       \
	"\"cpus\":1,\"memory_bytes\":1073741824,\"uptime_s\":1.25,"
#define HELLO                                                                                      \
	HELLO_HEAD                                                                                 \
	"\"settings\":{\"preempt\":\"full\",\"sched_rt_runtime_us\":\"950000\"},"                  \
	"\"counters\":{\"cycles\":\"ENOENT: No such file or directory\",\"wall\":null}}"
#define SAMPLE                                                                                     \
	"{\"type\":\"sample\",\"workload\":0,\"iteration\":-1,\"thread\":2,\"role\":\"waiter\","   \
	"\"state\":\"spin\",\"values\":{\"wall\":1500000,\"cycles\":null,"                         \
	"\"task-clock\":[12345.5,20,10],\"busy\":0.5}}"
#define BYE "{\"type\":\"bye\",\"uptime_s\":4}"

/* As the agent writes them. */
static const char *const valid[] = {
	HELLO,
	"{\"type\":\"progress\",\"workload\":63,\"text\":\"dying-dentry\"}",
	SAMPLE,
	"{\"type\":\"sample\",\"workload\":0,\"iteration\":9,\"thread\":0,\"role\":null,"
	"\"state\":null,\"values\":{}}",
	"{\"type\":\"symptom\",\"workload\":1,\"name\":\"busy-wait\",\"state\":\"spin\","
	"\"present\":true,\"value\":0.999,\"hits\":10,\"tries\":10}",
	"{\"type\":\"error\",\"workload\":-1,\"unsupported\":false,\"message\":\"no /job.json\"}",
	BYE,
};

static const char *const rubbish[] = {
	"",
	" ",
	"{}",
	"[]",
	"null",
	"hello",
	"{\"type\":\"bye\"",
	"{\"type\":\"bye\"}",
	"{\"type\":\"bye\",\"uptime_s\":1} {}",
	"{\"type\":\"bye\",\"uptime_s\":1,\"more\":1}",
	"{\"type\":\"bye\",\"uptime_s\":1,\"uptime_s\":2}",
	"{\"type\":\"bye\",\"uptime_s\":-1}",
	"{\"type\":\"bye\",\"uptime_s\":1e400}",
	"{\"type\":\"bye\",\"uptime_s\":1e300}",
	"{\"type\":\"bye\",\"uptime_s\":NaN}",
	"{\"type\":\"bye\",\"uptime_s\":Infinity}",
	"{\"type\":\"bye\",\"uptime_s\":\"1\"}",
	"{\"type\":\"bye\",\"uptime_s\":null}",
	"{\"type\":\"BYE\",\"uptime_s\":1}",
	"{\"type\":\"unknown\",\"uptime_s\":1}",
	"{\"type\":7,\"uptime_s\":1}",
	"{\"type\":\"bye\\u0000\",\"uptime_s\":1}",
	"{\"type\":\"bye\",\n\"uptime_s\":1}",
	"{\"type\":\"progress\",\"workload\":64,\"text\":\"\"}",
	"{\"type\":\"progress\",\"workload\":-1,\"text\":\"\"}",
	"{\"type\":\"progress\",\"workload\":0.5,\"text\":\"\"}",
	"{\"type\":\"progress\",\"workload\":4294967296,\"text\":\"\"}",
	"{\"type\":\"progress\",\"workload\":99999999999999999999,\"text\":\"\"}",
	"{\"type\":\"progress\",\"workload\":0,\"text\":\"\\u001b[2J\"}",
	"{\"type\":\"progress\",\"workload\":0,\"text\":\"caf\xc3\xa9\"}",
	"{\"type\":\"progress\",\"workload\":0,\"text\":\"\xff\"}",
	"{\"type\":\"progress\",\"workload\":0,\"text\":{}}",
	"{\"type\":\"error\",\"workload\":-2,\"unsupported\":false,\"message\":\"\"}",
	"{\"type\":\"error\",\"workload\":0,\"unsupported\":0,\"message\":\"\"}",
	"{\"type\":\"symptom\",\"workload\":1,\"name\":\"busy wait\",\"state\":\"spin\","
	"\"present\":true,\"value\":1,\"hits\":1,\"tries\":1}",
	"{\"type\":\"symptom\",\"workload\":1,\"name\":\"busy-wait\",\"state\":\"spin\","
	"\"present\":true,\"value\":1,\"hits\":2,\"tries\":1}",
	"{\"type\":\"symptom\",\"workload\":1,\"name\":null,\"state\":\"spin\","
	"\"present\":true,\"value\":1,\"hits\":1,\"tries\":1}",
	"{\"type\":\"sample\",\"workload\":0,\"iteration\":1000001,\"thread\":0,\"role\":null,"
	"\"state\":null,\"values\":{}}",
	"{\"type\":\"sample\",\"workload\":0,\"iteration\":0,\"thread\":-1,\"role\":null,"
	"\"state\":null,\"values\":{}}",
	"{\"type\":\"sample\",\"workload\":0,\"iteration\":0,\"thread\":0,\"role\":\"\","
	"\"state\":null,\"values\":{}}",
	"{\"type\":\"sample\",\"workload\":0,\"iteration\":0,\"thread\":0,\"role\":null,"
	"\"state\":null,\"values\":[]}",
	"{\"type\":\"sample\",\"workload\":0,\"iteration\":0,\"thread\":0,\"role\":null,"
	"\"state\":null,\"values\":{\"Wall\":1}}",
	"{\"type\":\"sample\",\"workload\":0,\"iteration\":0,\"thread\":0,\"role\":null,"
	"\"state\":null,\"values\":{\"\":1}}",
	"{\"type\":\"sample\",\"workload\":0,\"iteration\":0,\"thread\":0,\"role\":null,"
	"\"state\":null,\"values\":{\"wall\":\"1\"}}",
	"{\"type\":\"sample\",\"workload\":0,\"iteration\":0,\"thread\":0,\"role\":null,"
	"\"state\":null,\"values\":{\"wall\":1,\"wall\":1}}",
	"{\"type\":\"sample\",\"workload\":0,\"iteration\":0,\"thread\":0,\"role\":null,"
	"\"state\":null,\"values\":{\"wall\":[1,2]}}",
	"{\"type\":\"sample\",\"workload\":0,\"iteration\":0,\"thread\":0,\"role\":null,"
	"\"state\":null,\"values\":{\"wall\":[1,2,3,4]}}",
	"{\"type\":\"sample\",\"workload\":0,\"iteration\":0,\"thread\":0,\"role\":null,"
	"\"state\":null,\"values\":{\"wall\":[null,2,3]}}",
	"{\"type\":\"sample\",\"workload\":0,\"iteration\":0,\"thread\":0,\"role\":null,"
	"\"state\":null,\"values\":{\"wall\":[1,-2,3]}}",
	"{\"type\":\"sample\",\"workload\":0,\"iteration\":0,\"thread\":0,\"role\":null,"
	"\"state\":null,\"values\":{\"wall\":[1,2.5,3]}}",
	"{\"type\":\"sample\",\"workload\":0,\"iteration\":0,\"thread\":0,\"role\":null,"
	"\"state\":null,\"values\":{\"wall\":[[1],2,3]}}",
	"{\"type\":\"hello\",\"protocol\":2,\"release\":\"7\",\"arch\":\"arm64\",\"cpus\":1,"
	"\"memory_bytes\":1,\"uptime_s\":1,\"settings\":{},\"counters\":{}}",
	"{\"type\":\"hello\",\"protocol\":1,\"release\":\"7\",\"arch\":\"arm64\",\"cpus\":0,"
	"\"memory_bytes\":1,\"uptime_s\":1,\"settings\":{},\"counters\":{}}",
	HELLO_HEAD "\"settings\":{\"thp\":null},\"counters\":{}}",
	HELLO_HEAD "\"settings\":{\"thp\":1},\"counters\":{}}",
	HELLO_HEAD "\"settings\":{\"a b\":\"\"},\"counters\":{}}",
	HELLO_HEAD "\"settings\":{},\"counters\":{\"wall\":true}}",
	HELLO_HEAD "\"settings\":{}}",
};

static int parse(const char *line, struct dcb_record *ret_record)
{
	struct dcb_error err = DCB_ERROR_NULL;
	int r = dcb_record_parse(line, strlen(line), ret_record, &err);

	if (r < 0) {
		assert_int_equal(r, -EBADMSG);
		assert_true(err.message[0] != '\0');
		for (const char *c = err.message; *c; c++)
			assert_in_range(*c, 0x20, 0x7e);
	}
	return r;
}

static void record_format__parsed_gives_same_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(valid); i++) {
		_cleanup_(dcb_record_deinit) struct dcb_record record = DCB_RECORD_NULL;
		_cleanup_free_ char *line = NULL;

		assert_int_equal(parse(valid[i], &record), 0);
		line = dcb_record_format(&record);
		assert_non_null(line);
		assert_int_equal(line[strlen(line) - 1], '\n');
		line[strlen(line) - 1] = '\0';
		assert_string_equal(line, valid[i]);
	}
}

static void record_parse__hello_has_all_members(void **state)
{
	_cleanup_(dcb_record_deinit) struct dcb_record record = DCB_RECORD_NULL;

	(void)state;
	assert_int_equal(parse(HELLO, &record), 0);
	assert_int_equal(record.type, DCB_RECORD_HELLO);
	assert_string_equal(record.hello.release, "7.3.4-cloud");
	assert_string_equal(record.hello.arch, "arm64");
	assert_int_equal(record.hello.memory_bytes, 1 << 30);
	assert_true(record.hello.uptime_s == 1.25);
	assert_int_equal(record.hello.n_settings, 2);
	assert_string_equal(record.hello.settings[1].name, "sched_rt_runtime_us");
	assert_string_equal(record.hello.settings[1].value, "950000");
	assert_int_equal(record.hello.n_counters, 2);
	assert_string_equal(record.hello.counters[0].value, "ENOENT: No such file or directory");
	assert_null(record.hello.counters[1].value);
}

static void record_parse__sample_keeps_absent_and_times(void **state)
{
	_cleanup_(dcb_record_deinit) struct dcb_record record = DCB_RECORD_NULL;

	(void)state;
	assert_int_equal(parse(SAMPLE, &record), 0);
	assert_int_equal(record.sample.iteration, -1);
	assert_int_equal(record.sample.thread, 2);
	assert_int_equal(record.sample.n_values, 4);
	assert_true(record.sample.values[0].present);
	assert_true(record.sample.values[0].value == 1500000);
	assert_false(record.sample.values[0].has_times);
	assert_false(record.sample.values[1].present);
	assert_true(record.sample.values[2].has_times);
	assert_int_equal(record.sample.values[2].enabled_ns, 20);
	assert_int_equal(record.sample.values[2].running_ns, 10);
	assert_true(record.sample.values[2].value == 12345.5);
}

static void record_parse__rubbish_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rubbish); i++) {
		struct dcb_record record = DCB_RECORD_NULL;

		if (parse(rubbish[i], &record) >= 0)
			fail_msg("accepted: %s", rubbish[i]);
		assert_null(record.root);
	}
}

static void record_parse__nul_byte_is_refused(void **state)
{
	char line[] = BYE;
	struct dcb_record record = DCB_RECORD_NULL;

	(void)state;
	line[strlen(line) - 2] = '\0';
	assert_int_equal(dcb_record_parse(line, sizeof(line) - 1, &record, NULL), -EBADMSG);
}

/* {"type":"sample",...,"values":{"v0":0,"v1":0...}} */
static char *sample_of(size_t n)
{
	char *line = NULL;
	size_t size;
	FILE *file = open_memstream(&line, &size);

	assert_non_null(file);
	fputs("{\"type\":\"sample\",\"workload\":0,\"iteration\":0,\"thread\":0,\"role\":null,"
	      "\"state\":null,\"values\":{",
	      file);
	for (size_t i = 0; i < n; i++)
		fprintf(file, "%s\"v%zu\":0", i ? "," : "", i);
	fputs("}}", file);
	fclose(file);
	return line;
}

static void record_parse__too_many_values_are_refused(void **state)
{
	_cleanup_free_ char *most = sample_of(DCB_RECORD_MAX_VALUES);
	_cleanup_free_ char *more = sample_of(DCB_RECORD_MAX_VALUES + 1);
	_cleanup_(dcb_record_deinit) struct dcb_record record = DCB_RECORD_NULL;
	struct dcb_record none = DCB_RECORD_NULL;

	(void)state;
	assert_int_equal(parse(most, &record), 0);
	assert_int_equal(parse(more, &none), -EBADMSG);
}

static int parse_progress_of(size_t n)
{
	_cleanup_free_ char *line = NULL;
	_cleanup_free_ char *text = malloc(n + 1);
	_cleanup_(dcb_record_deinit) struct dcb_record record = DCB_RECORD_NULL;

	assert_non_null(text);
	memset(text, 'x', n);
	text[n] = '\0';
	assert_true(asprintf(&line, "{\"type\":\"progress\",\"workload\":0,\"text\":\"%s\"}",
			     text) > 0);
	return parse(line, &record);
}

static void record_parse__long_text_is_refused(void **state)
{
	(void)state;
	assert_int_equal(parse_progress_of(4096), 0);
	assert_int_equal(parse_progress_of(4097), -EBADMSG);
	assert_int_equal(parse_progress_of(DCB_RECORD_MAX_BYTES), -EBADMSG);
}

static int parse_role_of(size_t n)
{
	_cleanup_free_ char *line = NULL;
	_cleanup_(dcb_record_deinit) struct dcb_record record = DCB_RECORD_NULL;
	char role[128];

	memset(role, 'r', n);
	role[n] = '\0';
	assert_true(asprintf(&line,
			     "{\"type\":\"sample\",\"workload\":0,\"iteration\":0,\"thread\":0,"
			     "\"role\":\"%s\",\"state\":null,\"values\":{}}",
			     role) > 0);
	return parse(line, &record);
}

static void record_parse__long_name_is_refused(void **state)
{
	(void)state;
	assert_int_equal(parse_role_of(DCB_RECORD_MAX_NAME), 0);
	assert_int_equal(parse_role_of(DCB_RECORD_MAX_NAME + 1), -EBADMSG);
}

static void record_parse__deep_nesting_is_refused(void **state)
{
	_cleanup_free_ char *line = malloc(60001);
	struct dcb_record record = DCB_RECORD_NULL;

	(void)state;
	assert_non_null(line);
	memset(line, '[', 60000);
	line[60000] = '\0';
	assert_int_equal(parse(line, &record), -EBADMSG);
}

static void record_format__number_not_finite_gives_nothing(void **state)
{
	struct dcb_record record = {.type = DCB_RECORD_BYE};

	(void)state;
	record.bye.uptime_s = NAN;
	assert_null(dcb_record_format(&record));
	record.bye.uptime_s = INFINITY;
	assert_null(dcb_record_format(&record));
}

static void check_name(const char *name)
{
	assert_in_range(strlen(name), 1, DCB_RECORD_MAX_NAME);
	assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-"), strlen(name));
}

static void check_text(const char *text)
{
	assert_true(strlen(text) <= 4096);
	for (; *text; text++)
		assert_in_range(*text, 0x20, 0x7e);
}

static void check_sample(const struct dcb_record *record)
{
	assert_in_range(record->sample.workload, 0, DCB_JOB_MAX_WORKLOADS - 1);
	assert_true(abs(record->sample.iteration) <= 1000000);
	assert_in_range(record->sample.thread, 0, 4095);
	assert_true(record->sample.n_values <= DCB_RECORD_MAX_VALUES);
	if (record->sample.role)
		check_name(record->sample.role);
	if (record->sample.state)
		check_name(record->sample.state);
	for (size_t i = 0; i < record->sample.n_values; i++) {
		check_name(record->sample.values[i].name);
		assert_true(isfinite(record->sample.values[i].value));
	}
}

static void check_record(const struct dcb_record *record)
{
	switch (record->type) {
	case DCB_RECORD_HELLO:
		assert_int_equal(record->hello.protocol, DCB_PROTOCOL_VERSION);
		assert_true(record->hello.cpus > 0 && record->hello.memory_bytes > 0);
		assert_true(record->hello.n_settings <= 32);
		assert_true(record->hello.n_counters <= DCB_RECORD_MAX_VALUES);
		check_text(record->hello.release);
		for (size_t i = 0; i < record->hello.n_settings; i++)
			check_text(record->hello.settings[i].value);
		break;
	case DCB_RECORD_PROGRESS:
		check_text(record->progress.text);
		break;
	case DCB_RECORD_SAMPLE:
		check_sample(record);
		break;
	case DCB_RECORD_SYMPTOM:
		check_name(record->symptom.name);
		assert_true(isfinite(record->symptom.value));
		assert_in_range(record->symptom.hits, 0, record->symptom.tries);
		break;
	case DCB_RECORD_ERROR:
		assert_in_range(record->error.workload + 1, 0, DCB_JOB_MAX_WORKLOADS);
		check_text(record->error.message);
		break;
	case DCB_RECORD_BYE:
		assert_true(record->bye.uptime_s >= 0 && record->bye.uptime_s <= 1e9);
		break;
	}
}

static size_t mutate(struct dcb_random *random, char *line, size_t size, size_t room)
{
	static const char tokens[] = "{}[]\",:-0123456789.eE\\u null true\xff\x1b";
	size_t at = dcb_random_below(random, size);

	switch (dcb_random_below(random, 4)) {
	case 0:
		line[at] = (char)dcb_random_below(random, 256);
		return size;
	case 1:
		line[at] = tokens[dcb_random_below(random, sizeof(tokens) - 1)];
		return size;
	case 2: {
		size_t n = 1 + dcb_random_below(random, size - at);

		memmove(line + at, line + at + n, size - at - n);
		return size - n;
	}
	default: {
		size_t n = 1 + dcb_random_below(random, size - at);

		if (size + n > room)
			return size;
		memmove(line + at + n, line + at, size - at);
		return size + n;
	}
	}
}

static void record_parse__mutations_stay_within_bounds(void **state)
{
	struct dcb_random random = {.state = 20260101};
	unsigned accepted = 0;

	(void)state;
	for (unsigned i = 0; i < 60000; i++) {
		const char *seed = valid[dcb_random_below(&random, ARRAY_SIZE(valid))];
		_cleanup_(dcb_record_deinit) struct dcb_record record = DCB_RECORD_NULL;
		_cleanup_free_ char *exact = NULL;
		char line[4096];
		size_t size = strlen(seed);

		memcpy(line, seed, size);
		for (uint64_t n = 1 + dcb_random_below(&random, 3); n > 0 && size > 0; n--)
			size = mutate(&random, line, size, sizeof(line));
		/* Of the exact size, so that the sanitizer sees any byte read behind it. */
		exact = malloc(size + 1);
		assert_non_null(exact);
		exact = realloc(exact, size ? size : 1);
		memcpy(exact, line, size);
		if (dcb_record_parse(exact, size, &record, NULL) >= 0) {
			check_record(&record);
			accepted++;
		}
	}
	/* Some must get through, or the mutations test nothing. */
	assert_true(accepted > 100);
}

struct seen {
	enum dcb_record_type types[64];
	size_t n;
	int result; /* what the handler says */
};

static int see(void *context, const struct dcb_record *record, struct dcb_error *err)
{
	struct seen *seen = context;

	(void)err;
	assert_true(seen->n < ARRAY_SIZE(seen->types));
	seen->types[seen->n++] = record->type;
	return seen->result;
}

#define _cleanup_reader_ _cleanup_(dcb_record_reader_freep)

static struct dcb_record_reader *reader_new(struct seen *seen)
{
	struct dcb_record_reader *reader;

	assert_int_equal(dcb_record_reader_new(see, seen, &reader, NULL), 0);
	return reader;
}

static int feed(struct dcb_record_reader *reader, const char *text)
{
	return dcb_record_reader_feed(reader, text, strlen(text), NULL);
}

static char *stream(void)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	for (size_t i = 0; i < ARRAY_SIZE(valid); i++)
		fprintf(file, "%s\n", valid[i]);
	fclose(file);
	return text;
}

static void reader_feed__splits_give_same_records(void **state)
{
	_cleanup_free_ char *text = stream();
	struct dcb_random random = {.state = 7};

	(void)state;
	for (size_t most = 1; most < 300; most += 13) {
		struct seen seen = {0};
		_cleanup_reader_ struct dcb_record_reader *reader = reader_new(&seen);

		for (size_t at = 0; at < strlen(text);) {
			size_t n = 1 + dcb_random_below(&random, most);

			if (n > strlen(text) - at)
				n = strlen(text) - at;
			assert_int_equal(dcb_record_reader_feed(reader, text + at, n, NULL), 0);
			at += n;
		}
		assert_int_equal(seen.n, ARRAY_SIZE(valid));
		assert_int_equal(seen.types[2], DCB_RECORD_SAMPLE);
		assert_true(dcb_record_reader_ended(reader));
	}
}

static void reader_feed__tells_began_and_ended(void **state)
{
	struct seen seen = {0};
	_cleanup_reader_ struct dcb_record_reader *reader = reader_new(&seen);

	(void)state;
	assert_false(dcb_record_reader_began(reader));
	assert_int_equal(feed(reader, HELLO), 0);
	assert_false(dcb_record_reader_began(reader));
	assert_int_equal(feed(reader, "\n"), 0);
	assert_true(dcb_record_reader_began(reader));
	assert_int_equal(feed(reader, BYE), 0);
	assert_false(dcb_record_reader_ended(reader));
	assert_int_equal(feed(reader, "\n"), 0);
	assert_true(dcb_record_reader_ended(reader));
}

static void reader_feed__wrong_order_is_refused_for_good(void **state)
{
	static const char *const streams[] = {
		BYE "\n",
		SAMPLE "\n",
		"\n",
		HELLO "\n" HELLO "\n",
		HELLO "\n\n",
		HELLO "\n" BYE "\n" SAMPLE "\n",
		HELLO "\n" BYE "\n" BYE "\n",
		HELLO "\n" BYE "\n\n",
		HELLO "\n" BYE "\nx",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(streams); i++) {
		struct seen seen = {0};
		_cleanup_reader_ struct dcb_record_reader *reader = reader_new(&seen);
		size_t n;

		assert_int_equal(feed(reader, streams[i]), -EBADMSG);
		n = seen.n;
		assert_int_equal(feed(reader, HELLO "\n"), -EBADMSG);
		assert_int_equal(seen.n, n);
	}
}

static void reader_feed__endless_line_is_refused(void **state)
{
	struct seen seen = {0};
	_cleanup_reader_ struct dcb_record_reader *reader = reader_new(&seen);
	char part[1000];
	int r = 0;
	size_t fed = 0;

	(void)state;
	memset(part, ' ', sizeof(part));
	while (r == 0 && fed < 1000000) {
		r = dcb_record_reader_feed(reader, part, sizeof(part), NULL);
		fed += sizeof(part);
	}
	assert_int_equal(r, -EBADMSG);
	assert_true(fed <= DCB_RECORD_MAX_BYTES + sizeof(part));
}

static void reader_feed__flood_is_refused(void **state)
{
	const size_t n = 60000;
	struct seen seen = {0};
	_cleanup_reader_ struct dcb_record_reader *reader = reader_new(&seen);
	_cleanup_free_ char *line = malloc(n + sizeof(BYE));
	int r;
	size_t fed = 0;

	(void)state;
	assert_non_null(line);
	assert_int_equal(feed(reader, HELLO "\n"), 0);
	seen.n = 0;
	/* Padding counts as well. */
	memset(line, ' ', n);
	memcpy(line, "{\"type\":\"progress\",\"workload\":0,\"text\":\"\"}", 43);
	line[n - 1] = '\n';
	do {
		r = dcb_record_reader_feed(reader, line, n, NULL);
		fed += n;
		seen.n = 0;
	} while (r == 0 && fed < (size_t)2 * DCB_RECORDS_MAX_BYTES);
	assert_int_equal(r, -EBADMSG);
	assert_true(fed < DCB_RECORDS_MAX_BYTES + n);
}

static void reader_feed__passes_the_handlers_error_on(void **state)
{
	struct seen seen = {.result = -ENOSPC};
	_cleanup_reader_ struct dcb_record_reader *reader = reader_new(&seen);

	(void)state;
	assert_int_equal(feed(reader, HELLO "\n"), -ENOSPC);
	assert_int_equal(feed(reader, BYE "\n"), -ENOSPC);
	assert_int_equal(seen.n, 1);
}

static void job_parse__formatted_gives_same_job(void **state)
{
	struct dcb_job_workload workloads[] = {{(char *)"null", (char *)""},
					       {(char *)"dying-dentry", (char *)"size=48M"}};
	char *modules[] = {(char *)"/modules/00-overlay.ko"};
	struct dcb_job job = {workloads, 2, modules, 1, 0};
	_cleanup_free_ char *text = dcb_job_format(&job);
	_cleanup_(dcb_job_deinit) struct dcb_job parsed = {0};

	(void)state;
	assert_non_null(text);
	assert_int_equal(dcb_job_parse(text, strlen(text), &parsed, NULL), 0);
	assert_int_equal(parsed.n_workloads, 2);
	assert_string_equal(parsed.workloads[1].name, "dying-dentry");
	assert_string_equal(parsed.workloads[1].params, "size=48M");
	assert_int_equal(parsed.n_modules, 1);
	assert_string_equal(parsed.modules[0], modules[0]);
	assert_int_equal(parsed.plant_ppm, 0);
	/* The job of a run without a planted slow-down has the bytes that it always had. */
	assert_null(strstr(text, "plant"));
}

static void job_parse__a_planted_share_is_kept(void **state)
{
	struct dcb_job_workload workload = {(char *)"lookup-control", (char *)""};
	struct dcb_job job = {&workload, 1, NULL, 0, 20000};
	_cleanup_free_ char *text = dcb_job_format(&job);
	_cleanup_(dcb_job_deinit) struct dcb_job parsed = {0};

	(void)state;
	assert_non_null(text);
	assert_int_equal(dcb_job_parse(text, strlen(text), &parsed, NULL), 0);
	assert_int_equal(parsed.plant_ppm, 20000);
}

static void job_parse__rubbish_is_refused(void **state)
{
	static const char *const jobs[] = {
		"",
		"{}",
		"[]",
		"{\"protocol\":2,\"modules\":[],\"workloads\":[]}",
		"{\"protocol\":1,\"modules\":[],\"workloads\":[],\"more\":0}",
		"{\"protocol\":1,\"modules\":[\"overlay.ko\"],\"workloads\":[]}",
		"{\"protocol\":1,\"modules\":[7],\"workloads\":[]}",
		"{\"protocol\":1,\"modules\":{},\"workloads\":[]}",
		"{\"protocol\":1,\"modules\":[],\"workloads\":[{\"name\":\"null\"}]}",
		"{\"protocol\":1,\"modules\":[\"/a\",\"/b\"],\"workloads\":[{\"name\":\"a b\","
		"\"params\":\"\"}]}",
		"{\"protocol\":1,\"modules\":[],\"workloads\":[7]}",
		"{\"protocol\":1,\"modules\":[],\"workloads\":[],\"plant_ppm\":1000001}",
		"{\"protocol\":1,\"modules\":[],\"workloads\":[],\"plant_ppm\":0}",
		"{\"protocol\":1,\"modules\":[],\"workloads\":[],\"plant_ppm\":\"2%\"}",
		"{\"protocol\":1,\"modules\":[],\"workloads\":[],\"plant_ppm\":1000,\"more\":0}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		struct dcb_error err = DCB_ERROR_NULL;
		struct dcb_job job = {0};

		assert_int_equal(dcb_job_parse(jobs[i], strlen(jobs[i]), &job, &err), -EBADMSG);
		assert_true(strncmp(err.message, "job: ", 5) == 0);
		assert_null(job.workloads);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_format__parsed_gives_same_line),
		cmocka_unit_test(record_parse__hello_has_all_members),
		cmocka_unit_test(record_parse__sample_keeps_absent_and_times),
		cmocka_unit_test(record_parse__rubbish_is_refused),
		cmocka_unit_test(record_parse__nul_byte_is_refused),
		cmocka_unit_test(record_parse__too_many_values_are_refused),
		cmocka_unit_test(record_parse__long_text_is_refused),
		cmocka_unit_test(record_parse__long_name_is_refused),
		cmocka_unit_test(record_parse__deep_nesting_is_refused),
		cmocka_unit_test(record_format__number_not_finite_gives_nothing),
		cmocka_unit_test(record_parse__mutations_stay_within_bounds),
		cmocka_unit_test(reader_feed__splits_give_same_records),
		cmocka_unit_test(reader_feed__tells_began_and_ended),
		cmocka_unit_test(reader_feed__wrong_order_is_refused_for_good),
		cmocka_unit_test(reader_feed__endless_line_is_refused),
		cmocka_unit_test(reader_feed__flood_is_refused),
		cmocka_unit_test(reader_feed__passes_the_handlers_error_on),
		cmocka_unit_test(job_parse__formatted_gives_same_job),
		cmocka_unit_test(job_parse__a_planted_share_is_kept),
		cmocka_unit_test(job_parse__rubbish_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
