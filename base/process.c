// SPDX-License-Identifier: GPL-2.0-only
#include "base/process.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#define CAPTURE_MAX (64 << 20)

static int64_t now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000) + time.tv_nsec / 1000000;
}

static int left_ms(int64_t until)
{
	int64_t left = until - now_ms();

	return left > 0 ? (int)left : 0;
}

/* ---- the child's side: only async-signal-safe calls; it reports errno through `report` ---- */

static int child_stream(int fd, int target)
{
	int null = -1;

	if (fd == target)
		return fcntl(fd, F_SETFD, 0);
	if (fd < 0)
		fd = null = open("/dev/null", O_RDWR | O_CLOEXEC);
	return fd < 0 || dup2(fd, target) < 0 ? -1 : 0;
}

static int child_identity(const struct dcb_spawn *spawn)
{
	size_t n_groups = spawn->extra_group == (gid_t)-1 ? 0 : 1;

	if (spawn->uid == (uid_t)-1)
		return 0;
	if (setgroups(n_groups, &spawn->extra_group) < 0 ||
	    setresgid(spawn->gid, spawn->gid, spawn->gid) < 0 ||
	    setresuid(spawn->uid, spawn->uid, spawn->uid) < 0)
		return -1;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int child_prepare(const struct dcb_spawn *spawn, pid_t parent, int gate)
{
	sigset_t none;
	char byte;

	if (spawn->new_group && setpgid(0, 0) < 0)
		return -1;
	if (read(gate, &byte, 1) != 1) {
		errno = ECANCELED;
		return -1;
	}
	for (size_t i = 0; i < spawn->n_keep_fds; i++) {
		if (fcntl(spawn->keep_fds[i], F_SETFD, 0) < 0)
			return -1;
	}
	if (child_stream(spawn->stdin_fd, STDIN_FILENO) < 0 ||
	    child_stream(spawn->stdout_fd, STDOUT_FILENO) < 0 ||
	    child_stream(spawn->stderr_fd, STDERR_FILENO) < 0)
		return -1;
	if (child_identity(spawn) < 0)
		return -1;
	/* After the change of user, which would clear it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -1;
	if (getppid() != parent) {
		errno = ECANCELED;
		return -1;
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	return 0;
}

static void child_run(const struct dcb_spawn *spawn, const char *program, pid_t parent, int gate,
		      int report)
{
	if (child_prepare(spawn, parent, gate) == 0) {
		if (spawn->environ)
			execve(program, spawn->argv, spawn->environ);
		else
			execv(program, spawn->argv);
	}
	if (write(report, &errno, sizeof(errno)) < 0)
		_exit(126);
	_exit(127);
}

/* ---- the parent's side ---- */

int dcb_program_find(const char *name, char **ret_path)
{
	const char *path = getenv("PATH");
	_cleanup_free_ char *copy = NULL;
	char *rest, *folder;

	if (strchr(name, '/')) {
		copy = strdup(name);
		if (!copy)
			return -ENOMEM;
		if (access(copy, X_OK) < 0)
			return -errno;
		*ret_path = TAKE_PTR(copy);
		return 0;
	}
	/* Where administrators' programs lie, also for users whose PATH lacks it. */
	rest = copy = dcb_format("%s:/usr/sbin:/sbin", path && *path ? path : "/usr/bin:/bin");
	if (!copy)
		return -ENOMEM;
	while ((folder = strsep(&rest, ":"))) {
		_cleanup_free_ char *full = dcb_format("%s/%s", *folder ? folder : ".", name);

		if (!full)
			return -ENOMEM;
		if (access(full, X_OK) == 0) {
			*ret_path = TAKE_PTR(full);
			return 0;
		}
	}
	return -ENOENT;
}

static int open_gate(struct dcb_process *process, const struct dcb_spawn *spawn, int gate,
		     int report, struct dcb_error *err)
{
	int child_errno, r;

	process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
	if (process->pidfd < 0)
		return dcb_error_sys(err, errno, "pidfd_open");
	fcntl(process->pidfd, F_SETFD, FD_CLOEXEC);
	if (spawn->before_exec) {
		r = spawn->before_exec(process->pid, spawn->context, err);
		if (r < 0)
			return r;
	}
	if (write(gate, "x", 1) != 1)
		return dcb_error_sys(err, errno, "%s", spawn->argv[0]);
	/* Closed without a word by a successful exec. */
	if (read(report, &child_errno, sizeof(child_errno)) == sizeof(child_errno))
		return dcb_error_sys(err, child_errno, "cannot start %s", spawn->argv[0]);
	return 0;
}

int dcb_process_spawn(struct dcb_process *process, const struct dcb_spawn *spawn,
		      struct dcb_error *err)
{
	_cleanup_(dcb_process_deinit) struct dcb_process child = DCB_PROCESS_NULL;
	_cleanup_close_ int gate_out = -1;
	_cleanup_close_ int gate_in = -1;
	_cleanup_close_ int report_out = -1;
	_cleanup_close_ int report_in = -1;
	_cleanup_free_ char *program = NULL;
	int gate[2], report[2], r;
	pid_t parent = getpid();

	r = dcb_program_find(spawn->argv[0], &program);
	if (r < 0)
		return dcb_error_sys(err, r, "cannot start %s", spawn->argv[0]);
	if (pipe2(gate, O_CLOEXEC) < 0)
		return dcb_error_sys(err, errno, "pipe");
	gate_out = gate[0];
	gate_in = gate[1];
	if (pipe2(report, O_CLOEXEC) < 0)
		return dcb_error_sys(err, errno, "pipe");
	report_out = report[0];
	report_in = report[1];

	child.pid = fork();
	if (child.pid < 0)
		return dcb_error_sys(err, errno, "fork");
	if (child.pid == 0) {
		close(gate_in);
		child_run(spawn, program, parent, gate_out, report_in);
	}
	close(TAKE_FD(report_in));
	r = open_gate(&child, spawn, gate_in, report_out, err);
	if (r < 0)
		return r;
	*process = child;
	child = (struct dcb_process)DCB_PROCESS_NULL;
	return 0;
}

int dcb_process_wait(struct dcb_process *process, int timeout_ms, struct dcb_exit *ret_exit)
{
	struct pollfd poll_fd = {.fd = process->pidfd, .events = POLLIN};
	int64_t until = now_ms() + timeout_ms;
	siginfo_t info;
	int r;

	do {
		r = poll(&poll_fd, 1, timeout_ms < 0 ? -1 : left_ms(until));
	} while (r < 0 && errno == EINTR);
	if (r == 0)
		return -ETIMEDOUT;
	if (r < 0 || waitid(P_PIDFD, (id_t)process->pidfd, &info, WEXITED) < 0)
		return -errno;
	close(process->pidfd);
	*process = (struct dcb_process)DCB_PROCESS_NULL;
	if (info.si_code == CLD_EXITED)
		*ret_exit = (struct dcb_exit){.code = info.si_status};
	else
		*ret_exit = (struct dcb_exit){.code = 128 + info.si_status,
					      .signal = info.si_status};
	return 0;
}

int dcb_process_signal(const struct dcb_process *process, int signal)
{
	if (process->pidfd < 0)
		return -ESRCH;
	if (syscall(SYS_pidfd_send_signal, process->pidfd, signal, NULL, 0) < 0)
		return -errno;
	return 0;
}

void dcb_process_deinit(struct dcb_process *process)
{
	struct dcb_exit ignored;

	if (process->pid < 0)
		return;
	if (process->pidfd >= 0) {
		dcb_process_signal(process, SIGKILL);
		dcb_process_wait(process, -1, &ignored);
	} else {
		/* Not yet past its gate: still our unreaped child, so the pid is its own. */
		kill(process->pid, SIGKILL);
		waitpid(process->pid, NULL, 0);
		process->pid = -1;
	}
}

void dcb_output_deinit(struct dcb_output *output)
{
	free(output->out);
	free(output->err);
	*output = (struct dcb_output)DCB_OUTPUT_NULL;
}

struct capture {
	int fd;
	char *data;
	size_t size, room;
};

static void capture_deinit(struct capture *capture)
{
	if (capture->fd >= 0)
		close(capture->fd);
	free(capture->data);
}

static int capture_open(struct capture *capture, int *ret_write_fd, struct dcb_error *err)
{
	int ends[2];

	capture->data = calloc(1, capture->room = 4096);
	if (!capture->data)
		return dcb_error_oom(err);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return dcb_error_sys(err, errno, "pipe");
	capture->fd = ends[0];
	*ret_write_fd = ends[1];
	return 0;
}

/* One read; closes the fd at the end of the stream. What goes beyond CAPTURE_MAX is dropped. */
static int capture_step(struct capture *capture)
{
	char block[16384];
	ssize_t n = read(capture->fd, block, sizeof(block));

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (n == 0) {
		close(TAKE_FD(capture->fd));
		return 0;
	}
	if (capture->size + (size_t)n > CAPTURE_MAX)
		return 0;
	while (capture->size + (size_t)n + 1 > capture->room) {
		char *larger = realloc(capture->data, capture->room * 2);

		if (!larger)
			return -ENOMEM;
		capture->data = larger;
		capture->room *= 2;
	}
	memcpy(capture->data + capture->size, block, (size_t)n);
	capture->size += (size_t)n;
	capture->data[capture->size] = '\0';
	return 0;
}

static int capture_both(struct capture streams[2], int64_t until, int timeout_ms)
{
	while (streams[0].fd >= 0 || streams[1].fd >= 0) {
		struct pollfd fds[2] = {{.fd = streams[0].fd, .events = POLLIN},
					{.fd = streams[1].fd, .events = POLLIN}};
		int r;

		if (timeout_ms >= 0 && left_ms(until) == 0)
			return -ETIMEDOUT;
		r = poll(fds, 2, timeout_ms < 0 ? -1 : left_ms(until));
		if (r < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; r > 0 && i < 2; i++) {
			if (fds[i].revents && (r = capture_step(&streams[i])) < 0)
				return r;
			r = 1;
		}
	}
	return 0;
}

int dcb_process_run(const struct dcb_spawn *spawn, int timeout_ms, struct dcb_output *ret_output,
		    struct dcb_error *err)
{
	_cleanup_(dcb_process_deinit) struct dcb_process process = DCB_PROCESS_NULL;
	_cleanup_(capture_deinit) struct capture out = {.fd = -1};
	_cleanup_(capture_deinit) struct capture errors = {.fd = -1};
	_cleanup_close_ int out_end = -1;
	_cleanup_close_ int errors_end = -1;
	int64_t until = now_ms() + timeout_ms;
	struct dcb_spawn captured = *spawn;
	struct capture streams[2];
	struct dcb_exit ended;
	int r;

	r = capture_open(&out, &out_end, err);
	if (r < 0)
		return r;
	r = capture_open(&errors, &errors_end, err);
	if (r < 0)
		return r;
	captured.stdout_fd = out_end;
	captured.stderr_fd = errors_end;
	r = dcb_process_spawn(&process, &captured, err);
	if (r < 0)
		return r;
	close(TAKE_FD(out_end));
	close(TAKE_FD(errors_end));

	streams[0] = out;
	streams[1] = errors;
	r = capture_both(streams, until, timeout_ms);
	out = streams[0];
	errors = streams[1];
	if (r == 0)
		r = dcb_process_wait(&process, timeout_ms < 0 ? -1 : left_ms(until), &ended);
	if (r == -ETIMEDOUT)
		return dcb_error_set(err, ETIMEDOUT, "%s: not done after %d s", spawn->argv[0],
				     timeout_ms / 1000);
	if (r < 0)
		return dcb_error_sys(err, r, "%s", spawn->argv[0]);
	*ret_output = (struct dcb_output){.exit = ended,
					  .out = TAKE_PTR(out.data),
					  .out_size = out.size,
					  .err = TAKE_PTR(errors.data),
					  .err_size = errors.size};
	return 0;
}

static const char *last_line(char *text)
{
	size_t n = strlen(text);
	char *start;

	while (n > 0 && text[n - 1] == '\n')
		text[--n] = '\0';
	start = strrchr(text, '\n');
	return start ? start + 1 : text;
}

int dcb_command(char *const *argv, int timeout_ms, struct dcb_output *ret_output,
		struct dcb_error *err)
{
	_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;
	struct dcb_spawn spawn = DCB_SPAWN_NULL;
	const char *line;
	int r;

	spawn.argv = argv;
	r = dcb_process_run(&spawn, timeout_ms, &output, err);
	if (r < 0)
		return r;
	if (output.exit.code != 0) {
		line = last_line(output.err);
		if (*line)
			return dcb_error_set(err, EIO, "%s: %s", argv[0], line);
		return dcb_error_set(err, EIO, "%s: exit %d", argv[0], output.exit.code);
	}
	*ret_output = output;
	output = (struct dcb_output)DCB_OUTPUT_NULL;
	return 0;
}
