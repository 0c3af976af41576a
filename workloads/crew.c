// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/crew.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

struct crew_member {
	struct dcb_crew *crew;
	const struct dcb_crew_role *role;
	size_t index; /* within the role */
	pthread_t thread;
	struct dcb_sampler *sampler;
	int result;
	struct dcb_error err;
};

struct dcb_crew {
	void *context;
	const struct dcb_crew_role *roles;
	struct crew_member *members; /* of the first role, of the second... */
	size_t n_members, n_started;
	pthread_mutex_t mutex;
	pthread_cond_t go, done;
	unsigned round; /* that the members may work on */
	size_t n_busy;
	bool stop;
};

static bool crew_await_round(struct dcb_crew *crew, unsigned seen)
{
	bool stop;

	pthread_mutex_lock(&crew->mutex);
	while (crew->round == seen && !crew->stop)
		pthread_cond_wait(&crew->go, &crew->mutex);
	stop = crew->stop;
	pthread_mutex_unlock(&crew->mutex);
	return !stop;
}

static void crew_report(struct crew_member *member, int result)
{
	struct dcb_crew *crew = member->crew;

	pthread_mutex_lock(&crew->mutex);
	member->result = result;
	if (--crew->n_busy == 0)
		pthread_cond_signal(&crew->done);
	pthread_mutex_unlock(&crew->mutex);
}

static int crew_place(const struct dcb_crew_place *place, size_t index, struct dcb_error *err)
{
	const struct sched_param param = {.sched_priority = place->priority};
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t set;

	CPU_ZERO(&set);
	if (place->cpu >= 0) {
		CPU_SET(((size_t)place->cpu + index) % (size_t)cpus, &set);
		if (sched_setaffinity(0, sizeof(set), &set) < 0)
			return dcb_error_sys(err, errno, "cannot bind a thread to its CPU");
	}
	if (place->policy != SCHED_OTHER && sched_setscheduler(0, place->policy, &param) < 0)
		return dcb_error_sys(err, errno, "cannot set a thread's scheduling policy");
	/* Of this thread alone, unlike POSIX has it. */
	if (place->nice != 0 && setpriority(PRIO_PROCESS, (id_t)gettid(), place->nice) < 0)
		return dcb_error_sys(err, errno, "cannot set a thread's nice value");
	return 0;
}

static int crew_prepare(struct crew_member *member)
{
	const struct dcb_crew_place *place = member->role->place;
	int r = place ? crew_place(place, member->index, &member->err) : 0;

	return r < 0 ? r : dcb_sampler_new(&member->sampler, &member->err);
}

static void *crew_main(void *data)
{
	struct crew_member *member = data;
	struct dcb_crew *crew = member->crew;
	unsigned round = 0;

	/* Short sleeps are meant: without it the kernel adds up to 50 us. */
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	crew_report(member, crew_prepare(member));
	while (crew_await_round(crew, round)) {
		round++;
		crew_report(member, member->role->iterate(crew->context, member->index,
							  member->sampler, &member->err));
	}
	/* perf events are closed by the thread that they belong to. */
	dcb_sampler_free(member->sampler);
	return NULL;
}

static int crew_await_all(struct dcb_crew *crew, struct dcb_error *err)
{
	pthread_mutex_lock(&crew->mutex);
	while (crew->n_busy > 0)
		pthread_cond_wait(&crew->done, &crew->mutex);
	pthread_mutex_unlock(&crew->mutex);
	for (size_t i = 0; i < crew->n_started; i++) {
		const struct crew_member *member = &crew->members[i];

		if (member->result < 0) {
			if (err)
				*err = member->err;
			dcb_error_wrap(err, "%s %zu", member->role->name, member->index);
			return member->result;
		}
	}
	return 0;
}

static int crew_start(struct dcb_crew *crew, const struct dcb_crew_role *role, size_t index,
		      struct dcb_error *err)
{
	struct crew_member *member = &crew->members[crew->n_started];
	int r;

	member->crew = crew;
	member->role = role;
	member->index = index;
	pthread_mutex_lock(&crew->mutex);
	crew->n_busy++;
	pthread_mutex_unlock(&crew->mutex);
	r = pthread_create(&member->thread, NULL, crew_main, member);
	if (r != 0) {
		pthread_mutex_lock(&crew->mutex);
		crew->n_busy--;
		pthread_mutex_unlock(&crew->mutex);
		return dcb_error_sys(err, r, "cannot start a thread for %s", role->name);
	}
	crew->n_started++;
	return 0;
}

int dcb_crew_new(const struct dcb_crew_role *roles, size_t n_roles, void *context,
		 struct dcb_crew **ret_crew, struct dcb_error *err)
{
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = calloc(1, sizeof(*crew));
	int r;

	if (!crew)
		return dcb_error_oom(err);
	crew->context = context;
	crew->roles = roles;
	pthread_mutex_init(&crew->mutex, NULL);
	pthread_cond_init(&crew->go, NULL);
	pthread_cond_init(&crew->done, NULL);
	for (size_t i = 0; i < n_roles; i++)
		crew->n_members += roles[i].n_threads;
	crew->members = calloc(crew->n_members, sizeof(*crew->members));
	if (!crew->members)
		return dcb_error_oom(err);
	for (size_t i = 0; i < n_roles; i++)
		for (size_t j = 0; j < roles[i].n_threads; j++) {
			r = crew_start(crew, &roles[i], j, err);
			if (r < 0)
				return r;
		}
	r = crew_await_all(crew, err);
	if (r < 0)
		return r;
	*ret_crew = TAKE_PTR(crew);
	return 0;
}

void dcb_crew_free(struct dcb_crew *crew)
{
	if (!crew)
		return;
	pthread_mutex_lock(&crew->mutex);
	crew->stop = true;
	pthread_cond_broadcast(&crew->go);
	pthread_mutex_unlock(&crew->mutex);
	for (size_t i = 0; i < crew->n_started; i++)
		pthread_join(crew->members[i].thread, NULL);
	pthread_cond_destroy(&crew->done);
	pthread_cond_destroy(&crew->go);
	pthread_mutex_destroy(&crew->mutex);
	free(crew->members);
	free(crew);
}

int dcb_crew_iterate(struct dcb_crew *crew, struct dcb_error *err)
{
	pthread_mutex_lock(&crew->mutex);
	crew->n_busy = crew->n_started;
	crew->round++;
	pthread_cond_broadcast(&crew->go);
	pthread_mutex_unlock(&crew->mutex);
	return crew_await_all(crew, err);
}

size_t dcb_crew_read(struct dcb_crew *crew, size_t role, size_t thread,
		     const struct dcb_value **ret_values)
{
	size_t member = thread;

	for (size_t i = 0; i < role; i++)
		member += crew->roles[i].n_threads;
	return dcb_sampler_read(crew->members[member].sampler, ret_values);
}
