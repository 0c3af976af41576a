// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each workload runs in a process of its own: one that crashes ends as an error record, and PID 1
 * goes on. Children write their records themselves, whole lines at a time, while the parent waits.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "guest/agent.h"
#include "workloads/workload.h"

struct job_output {
	int fd;
	int workload; /* index in the job */
	bool guest;   /* with the lab's own files at the root */
	int64_t plant_ppm;
};

static int job_sample(void *context, const struct dcb_workload_sample *sample,
		      struct dcb_error *err)
{
	const struct job_output *output = context;
	struct dcb_record record = {.type = DCB_RECORD_SAMPLE};

	if (sample->n_values > DCB_RECORD_MAX_VALUES)
		return dcb_error_set(err, EOVERFLOW, "more than %d values in a sample",
				     DCB_RECORD_MAX_VALUES);
	record.sample.workload = output->workload;
	record.sample.iteration = sample->iteration;
	record.sample.thread = sample->thread;
	record.sample.role = sample->role;
	record.sample.state = sample->state;
	record.sample.n_values = sample->n_values;
	for (size_t i = 0; i < sample->n_values; i++)
		record.sample.values[i] = (struct dcb_record_value){
			.name = sample->values[i].metric->name,
			.present = sample->values[i].present,
			.value = sample->values[i].value,
			.has_times = sample->values[i].has_times,
			.enabled_ns = sample->values[i].enabled_ns,
			.running_ns = sample->values[i].running_ns,
		};
	return agent_send(output->fd, &record, err);
}

static int job_finding(void *context, const struct dcb_workload_finding *finding,
		       struct dcb_error *err)
{
	const struct job_output *output = context;
	struct dcb_record record = {.type = DCB_RECORD_SYMPTOM};

	record.symptom.workload = output->workload;
	record.symptom.name = finding->symptom;
	record.symptom.state = finding->state;
	record.symptom.present = finding->present;
	record.symptom.value = finding->value;
	record.symptom.hits = finding->hits;
	record.symptom.tries = finding->tries;
	return agent_send(output->fd, &record, err);
}

static int job_run_workload(struct job_output *output, const struct dcb_job_workload *workload,
			    const char *scratch, struct dcb_error *err)
{
	const struct dcb_workload_output callbacks = {job_sample, job_finding, output};
	const struct dcb_workload_context context = {
		.scratch = scratch,
		.images = output->guest ? "/images" : NULL,
		.programs = output->guest ? "/programs" : NULL,
		.cpus = (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
		.plant_ppm = output->plant_ppm,
		.output = &callbacks,
	};
	struct dcb_record progress = {.type = DCB_RECORD_PROGRESS};
	const struct dcb_workload_ops *ops;
	void *params;
	int r;

	progress.progress.workload = output->workload;
	progress.progress.text = workload->name;
	r = agent_send(output->fd, &progress, err);
	if (r < 0)
		return r;
	r = dcb_workload_find(workload->name, &ops, err);
	if (r < 0)
		return r;
	r = dcb_workload_params_new(ops, workload->params, workload->name, &params, err);
	if (r < 0)
		return r;
	r = ops->run(&context, params, err);
	dcb_workload_params_free(ops, params);
	return r;
}

/* The child's exit code: 0, or 1 where not even the error could be told. */
static int job_child(struct job_output *output, const struct dcb_job_workload *workload,
		     const char *scratch)
{
	struct dcb_error err = DCB_ERROR_NULL;
	int r;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	r = job_run_workload(output, workload, scratch, &err);
	if (r >= 0)
		return 0;
	r = agent_send_error(output->fd, output->workload, r == -EOPNOTSUPP, err.message, NULL);
	return r < 0;
}

static int job_reap(pid_t child, int *ret_status, struct dcb_error *err)
{
	/* PID 1 inherits orphans: only the child counts. */
	for (;;) {
		pid_t pid = wait(ret_status);

		if (pid == child)
			return 0;
		if (pid < 0 && errno != EINTR)
			return dcb_error_sys(err, errno, "cannot wait for a workload");
	}
}

static int job_fork(struct job_output *output, const struct dcb_job_workload *workload,
		    const char *scratch, struct dcb_error *err)
{
	char message[128];
	int status, r;
	pid_t child = fork();

	if (child < 0)
		return dcb_error_sys(err, errno, "cannot fork");
	if (child == 0)
		_exit(job_child(output, workload, scratch));
	r = job_reap(child, &status, err);
	if (r < 0)
		return r;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		snprintf(message, sizeof(message), "%s was killed by signal %d (%s)",
			 workload->name, WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(message, sizeof(message), "%s could not tell its error", workload->name);
	return agent_send_error(output->fd, output->workload, false, message, err);
}

int agent_run_job(int fd, const struct dcb_job *job, const char *scratch, bool guest,
		  struct dcb_error *err)
{
	for (size_t i = 0; i < job->n_workloads; i++) {
		struct job_output output = {fd, (int)i, guest, job->plant_ppm};
		char folder[256];
		int r;

		/* A folder each: what a crashed one leaves behind disturbs no other. */
		snprintf(folder, sizeof(folder), "%.200s/%zu", scratch, i);
		if (mkdir(folder, 0755) < 0)
			return dcb_error_sys(err, errno, "cannot make %s", folder);
		r = job_fork(&output, &job->workloads[i], folder, err);
		if (r < 0)
			return r;
		rmdir(folder);
	}
	return 0;
}
