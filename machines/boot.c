// SPDX-License-Identifier: GPL-2.0-only
#include "machines/boot.h"

#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/file.h"
#include "machines/boot-private.h"

#define STEP_BYTES      (4 << 20) /* of records a step, so that one boot cannot starve the rest */
#define READ_BYTES      65536
#define AFTER_BYE_S     20
#define KILL_TIMEOUT_MS 10000
#define NOBODY          65534

static double now_s(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Between reader and caller: what the boot itself must know of the records. */
static int take_record(void *context, const struct dcb_record *record, struct dcb_error *err)
{
	struct dcb_boot *boot = context;

	if (boot->first_record_s < 0)
		boot->first_record_s = now_s();
	if (record->type == DCB_RECORD_BYE)
		boot->bye_s = now_s();
	if (record->type == DCB_RECORD_ERROR && record->error.workload == -1 &&
	    !boot->agent_error) {
		boot->agent_error = dcb_boot_one_line(record->error.message);
		if (!boot->agent_error)
			return dcb_error_oom(err);
	}
	return boot->request.handler ? boot->request.handler(boot->request.context, record, err)
				     : 0;
}

static struct dcb_boot *boot_new(const struct dcb_boot_request *request)
{
	struct dcb_boot *boot = calloc(1, sizeof(*boot));

	if (!boot)
		return NULL;
	boot->request = *request;
	boot->files = (struct dcb_boot_files){-1, -1, -1, -1, -1, -1};
	boot->process = (struct dcb_process)DCB_PROCESS_NULL;
	boot->epoll_fd = boot->inotify_fd = boot->more_fd = -1;
	boot->first_record_s = boot->bye_s = boot->ended_s = -1;
	return boot;
}

/* The parent's last word before the exec: into the cgroup, and bounds on what it writes. */
static int before_exec(pid_t pid, void *context, struct dcb_error *err)
{
	struct dcb_boot *boot = context;
	rlim_t largest = boot->request.spec.disk_bytes > DCB_RECORDS_MAX_BYTES
				 ? boot->request.spec.disk_bytes
				 : DCB_RECORDS_MAX_BYTES;
	const struct rlimit files = {largest + (1 << 20), largest + (1 << 20)};
	const struct rlimit cores = {0, 0};

	if (prlimit(pid, RLIMIT_FSIZE, &files, NULL) < 0 ||
	    prlimit(pid, RLIMIT_CORE, &cores, NULL) < 0)
		return dcb_error_sys(err, errno, "limits of the boot's process");
	DCB_FAULT("guest-held");
	return boot->cgroup ? dcb_cgroup_attach(boot->cgroup, pid, err) : 0;
}

static void drop_privileges(const struct dcb_machine_command *command, struct dcb_spawn *spawn)
{
	const struct passwd *nobody;
	struct stat st;

	if (!command->drop_privileges || geteuid() != 0)
		return;
	nobody = getpwnam("nobody");
	spawn->uid = nobody ? nobody->pw_uid : NOBODY;
	spawn->gid = nobody ? nobody->pw_gid : NOBODY;
	if (command->needs_kvm && stat("/dev/kvm", &st) == 0)
		spawn->extra_group = st.st_gid;
}

static int watch(struct dcb_boot *boot, struct dcb_error *err)
{
	struct epoll_event event = {.events = EPOLLIN};
	_cleanup_free_ char *path = dcb_format("%s/records", boot->request.spec.folder);

	if (!path)
		return dcb_error_oom(err);
	boot->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	boot->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	boot->more_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (boot->epoll_fd < 0 || boot->inotify_fd < 0 || boot->more_fd < 0 ||
	    inotify_add_watch(boot->inotify_fd, path, IN_MODIFY) < 0 ||
	    epoll_ctl(boot->epoll_fd, EPOLL_CTL_ADD, boot->inotify_fd, &event) < 0 ||
	    epoll_ctl(boot->epoll_fd, EPOLL_CTL_ADD, boot->more_fd, &event) < 0)
		return dcb_error_sys(err, errno, "watching %s", path);
	return 0;
}

static int spawn_machine(struct dcb_boot *boot, const struct dcb_machine_command *command,
			 struct dcb_error *err)
{
	struct epoll_event event = {.events = EPOLLIN};
	struct dcb_spawn spawn = DCB_SPAWN_NULL;
	int r;

	spawn.argv = command->argv;
	spawn.keep_fds = command->keep_fds;
	spawn.n_keep_fds = command->n_keep_fds;
	spawn.new_group = true;
	spawn.before_exec = before_exec;
	spawn.context = boot;
	spawn.stdin_fd = boot->files.job;
	spawn.stdout_fd = command->stdio ? boot->files.records_out : boot->files.stderr_file;
	spawn.stderr_fd = command->stdio ? boot->files.console_out : boot->files.stderr_file;
	drop_privileges(command, &spawn);
	boot->started_s = now_s();
	r = dcb_process_spawn(&boot->process, &spawn, err);
	if (r < 0)
		return r;
	if (epoll_ctl(boot->epoll_fd, EPOLL_CTL_ADD, boot->process.pidfd, &event) < 0)
		return dcb_error_sys(err, errno, "watching the boot's process");
	return 0;
}

static int start(struct dcb_boot *boot, struct dcb_error *err)
{
	const struct dcb_boot_request *request = &boot->request;
	_cleanup_(dcb_machine_command_deinit) struct dcb_machine_command command = {0};
	int r;

	r = dcb_boot_files_open(&boot->files, &request->spec, err);
	if (r == 0)
		r = request->machine->command(&request->spec, boot->files.records_out,
					      boot->files.console_out, &command, err);
	if (r < 0)
		return r;
	boot->stdio = command.stdio;
	if (command.stdio)
		r = dcb_boot_files_open_job(&boot->files, &request->spec, err);
	if (r == 0)
		r = dcb_record_reader_new(take_record, boot, &boot->reader, err);
	if (r == 0)
		r = watch(boot, err);
	if (r == 0 && request->cgroup_name)
		r = dcb_cgroup_new(request->cgroup_name, &request->limits, &boot->cgroup, err);
	if (r == 0)
		r = spawn_machine(boot, &command, err);
	return r;
}

int dcb_boot_start(const struct dcb_boot_request *request, struct dcb_boot **ret_boot,
		   struct dcb_error *err)
{
	struct dcb_boot *boot = boot_new(request);
	int r;

	if (!boot)
		return dcb_error_oom(err);
	r = start(boot, err);
	if (r < 0) {
		dcb_boot_free(boot);
		return dcb_error_wrap(err, "machine %s", request->machine->name);
	}
	*ret_boot = boot;
	return 0;
}

int dcb_boot_fd(const struct dcb_boot *boot)
{
	return boot->epoll_fd;
}

/* Kills all of it. The leader is not reaped before, so that its number, which is also its process
 * group's, is nobody else's. */
static int kill_all(struct dcb_boot *boot, struct dcb_error *err)
{
	int r = 0;

	if (boot->process.pid > 0) {
		kill(-boot->process.pid, SIGKILL);
		dcb_process_signal(&boot->process, SIGKILL);
	}
	if (boot->cgroup)
		r = dcb_cgroup_kill(boot->cgroup, err);
	return r;
}

static int reap(struct dcb_boot *boot, struct dcb_error *err)
{
	int r;

	r = kill_all(boot, err);
	if (r < 0)
		return r;
	r = dcb_process_wait(&boot->process, KILL_TIMEOUT_MS, &boot->exit);
	if (r < 0)
		return dcb_error_sys(err, -r, "the boot's process does not end");
	boot->ended_s = now_s();
	boot->ended = true;
	return 0;
}

static int stop(struct dcb_boot *boot, enum dcb_boot_outcome outcome, char *reason,
		struct dcb_error *err)
{
	if (!reason)
		return dcb_error_oom(err);
	boot->stopped = true;
	boot->outcome = outcome;
	boot->reason = reason;
	return reap(boot, err);
}

/* The last bytes that were read: the whole of the bad record, as none is longer. */
static int keep_rejected(struct dcb_boot *boot, struct dcb_error *err)
{
	size_t size = boot->records_bytes < 2 * DCB_RECORD_MAX_BYTES ? boot->records_bytes
								     : 2 * DCB_RECORD_MAX_BYTES;
	ssize_t n;

	boot->rejected = malloc(size);
	if (!boot->rejected)
		return dcb_error_oom(err);
	n = pread(boot->files.records_in, boot->rejected, size,
		  (off_t)(boot->records_bytes - size));
	if (n < 0)
		return dcb_error_sys(err, errno, "records");
	boot->rejected_size = (size_t)n;
	return 0;
}

static int feed(struct dcb_boot *boot, const char *data, size_t size, struct dcb_error *err)
{
	struct dcb_error error = DCB_ERROR_NULL;
	int r;

	boot->records_bytes += size;
	if (boot->records_bytes > DCB_RECORDS_MAX_BYTES)
		return stop(boot, DCB_BOOT_FLOOD,
			    dcb_format("more than %d MiB of records", DCB_RECORDS_MAX_BYTES >> 20),
			    err);
	r = dcb_record_reader_feed(boot->reader, data, size, &error);
	if (r == -EBADMSG) {
		r = keep_rejected(boot, err);
		if (r < 0)
			return r;
		return stop(boot, DCB_BOOT_PROTOCOL, dcb_boot_one_line(error.message), err);
	}
	if (r < 0 && err)
		*err = error;
	return r;
}

/* Up to max_bytes of new records; 1 if there may be more. */
static int read_records(struct dcb_boot *boot, size_t max_bytes, struct dcb_error *err)
{
	char buffer[READ_BYTES];

	for (size_t done = 0; done < max_bytes && !boot->stopped;) {
		ssize_t n = read(boot->files.records_in, buffer, sizeof(buffer));
		int r;

		if (n < 0)
			return dcb_error_sys(err, errno, "records");
		if (n == 0)
			return 0;
		done += (size_t)n;
		r = feed(boot, buffer, (size_t)n, err);
		if (r < 0)
			return r;
	}
	return 1;
}

static int check_console(struct dcb_boot *boot, struct dcb_error *err)
{
	struct stat st;

	if (fstat(boot->files.console_in, &st) < 0)
		return dcb_error_sys(err, errno, "console");
	if (st.st_size <= DCB_CONSOLE_MAX_BYTES)
		return 0;
	return stop(boot, DCB_BOOT_FLOOD,
		    dcb_format("more than %d MiB of console", DCB_CONSOLE_MAX_BYTES >> 20), err);
}

static int check_time(struct dcb_boot *boot, struct dcb_error *err)
{
	double now = now_s();

	if (boot->bye_s >= 0 && now - boot->bye_s > AFTER_BYE_S)
		return stop(boot, DCB_BOOT_HANG,
			    dcb_format("still on %d s after its last record", AFTER_BYE_S), err);
	if (now - boot->started_s > boot->request.spec.deadline_s)
		return stop(boot, DCB_BOOT_HANG,
			    dcb_format("deadline of %u s: %s", boot->request.spec.deadline_s,
				       dcb_record_reader_began(boot->reader) ? "not finished"
									     : "no record came"),
			    err);
	return 0;
}

static bool has_exited(const struct dcb_boot *boot)
{
	struct pollfd poll_fd = {.fd = boot->process.pidfd, .events = POLLIN};

	return poll(&poll_fd, 1, 0) > 0;
}

static void drain_events(struct dcb_boot *boot)
{
	char events[4096];
	eventfd_t value;

	while (read(boot->inotify_fd, events, sizeof(events)) > 0)
		;
	eventfd_read(boot->more_fd, &value);
}

int dcb_boot_step(struct dcb_boot *boot, struct dcb_error *err)
{
	bool exited;
	int r;

	if (boot->ended)
		return 0;
	/* In this order: what was written before the end is read after it was seen. */
	exited = has_exited(boot);
	drain_events(boot);
	r = read_records(boot, exited ? SIZE_MAX : STEP_BYTES, err);
	if (r < 0)
		return r;
	if (r > 0)
		eventfd_write(boot->more_fd, 1);
	r = 0;
	if (!boot->ended)
		r = check_console(boot, err);
	if (r == 0 && !boot->ended)
		r = exited ? reap(boot, err) : check_time(boot, err);
	if (r < 0)
		return r;
	return boot->ended ? 0 : 1;
}

int dcb_boot_finish(struct dcb_boot *boot, struct dcb_boot_result *ret_result,
		    struct dcb_error *err)
{
	struct dcb_boot_result result = {0};
	int r = 0;

	if (!boot->ended)
		r = stop(boot, DCB_BOOT_HANG, strdup("stopped by the lab"), err);
	if (r == 0 && boot->cgroup)
		r = dcb_cgroup_usage(boot->cgroup, &result.usage, err);
	if (r == 0)
		r = dcb_boot_judge(boot, &result, err);
	if (r < 0) {
		dcb_boot_result_deinit(&result);
		return r;
	}
	result.wall_s = boot->ended_s - boot->started_s;
	result.first_record_s = boot->first_record_s < 0 ? -1
							 : boot->first_record_s - boot->started_s;
	result.rejected = TAKE_PTR(boot->rejected);
	result.rejected_size = boot->rejected_size;
	*ret_result = result;
	return 0;
}

void dcb_boot_free(struct dcb_boot *boot)
{
	if (!boot)
		return;
	if (!boot->ended)
		kill_all(boot, NULL);
	dcb_process_deinit(&boot->process);
	dcb_cgroup_free(boot->cgroup);
	dcb_record_reader_free(boot->reader);
	dcb_boot_files_close(&boot->files);
	if (boot->more_fd >= 0)
		close(boot->more_fd);
	if (boot->inotify_fd >= 0)
		close(boot->inotify_fd);
	if (boot->epoll_fd >= 0)
		close(boot->epoll_fd);
	free(boot->reason);
	free(boot->agent_error);
	free(boot->rejected);
	free(boot);
}
