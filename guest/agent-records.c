// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/arch.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/clock.h"
#include "collectors/collector.h"
#include "guest/agent.h"

int agent_send(int fd, const struct dcb_record *record, struct dcb_error *err)
{
	_cleanup_free_ char *line = dcb_record_format(record);
	const char *rest = line;
	size_t left;

	if (!line)
		return dcb_error_set(err, EINVAL,
				     "a record cannot be written: out of memory, or a "
				     "number that is not finite");
	for (left = strlen(line); left > 0;) {
		ssize_t written = write(fd, rest, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return dcb_error_sys(err, errno, "cannot write records");
		rest += written;
		left -= (size_t)written;
	}
	/* A serial port still sends by interrupts: these must not fall into the next timed part. */
	tcdrain(fd);
	return 0;
}

static double uptime_s(void)
{
	return (double)dcb_clock_ns(CLOCK_BOOTTIME) / 1e9;
}

static void add_counter(void *context, const struct dcb_metric *metric, const char *lacks)
{
	struct dcb_record *record = context;

	if (record->hello.n_counters < DCB_RECORD_MAX_VALUES)
		record->hello.counters[record->hello.n_counters++] = (struct dcb_record_pair){
			metric->name, lacks};
}

int agent_send_hello(int fd, const char *settled, struct dcb_error *err)
{
	_cleanup_(dcb_sampler_freep) struct dcb_sampler *sampler = NULL;
	struct dcb_record record = {.type = DCB_RECORD_HELLO};
	struct sysinfo info = {0};
	struct utsname name;
	int r = dcb_sampler_new(&sampler, err);

	if (r < 0)
		return r;
	if (uname(&name) < 0 || sysinfo(&info) < 0)
		return dcb_error_sys(err, errno, "uname, sysinfo");
	record.hello.protocol = DCB_PROTOCOL_VERSION;
	record.hello.release = name.release;
	record.hello.arch = dcb_arch_name(dcb_arch_host());
	record.hello.cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	record.hello.memory_bytes = (int64_t)info.totalram * info.mem_unit;
	record.hello.uptime_s = uptime_s();
	record.hello.n_settings = agent_settings(record.hello.settings,
						 ARRAY_SIZE(record.hello.settings) - 1);
	if (settled)
		record.hello.settings[record.hello.n_settings++] = (struct dcb_record_pair){
			"settled", settled};
	dcb_sampler_survey(sampler, add_counter, &record);
	return agent_send(fd, &record, err);
}

int agent_send_error(int fd, int workload, bool unsupported, const char *message,
		     struct dcb_error *err)
{
	char text[sizeof(err->message)];
	struct dcb_record record = {.type = DCB_RECORD_ERROR};
	size_t i;

	/* The host takes printable ASCII only. */
	for (i = 0; message[i] && i < sizeof(text) - 1; i++)
		text[i] = message[i] < 0x20 || message[i] > 0x7e ? '?' : message[i];
	text[i] = '\0';
	record.error.workload = workload;
	record.error.unsupported = unsupported;
	record.error.message = text;
	return agent_send(fd, &record, err);
}

int agent_send_bye(int fd, struct dcb_error *err)
{
	struct dcb_record record = {.type = DCB_RECORD_BYE};

	record.bye.uptime_s = uptime_s();
	return agent_send(fd, &record, err);
}
