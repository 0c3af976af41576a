// SPDX-License-Identifier: GPL-2.0-only
#include "store-fixture.h"

#include "schema/jobs.h"

static int64_t submit(struct fixture *f, const char *label, int64_t priority, const char *key)
{
	const struct dcb_store_job job = {.label = label,
					  .priority = priority,
					  .submitter = "uid 0",
					  .plan = "{\"blocks\":1}",
					  .key = key,
					  .created_us = 10};
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id = 0;

	if (dcb_store_submit_job(f->store, &job, &id, &err) < 0)
		fail_msg("%s", err.message);
	return id;
}

static int see_skip(void *context, const struct dcb_store_job *job)
{
	*(bool *)context = job->skip_unchanged;
	return 0;
}

static void submit__skip_unchanged_is_kept(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_job job = {.label = "", .submitter = "uid 0", .plan = "{}"};

	for (int want = 0; want < 2; want++) {
		bool skip = !want;
		int64_t id;

		job.skip_unchanged = want;
		assert_int_equal(dcb_store_submit_job(f->store, &job, &id, NULL), 0);
		assert_int_equal(dcb_store_get_job(f->store, id, see_skip, &skip, NULL), 0);
		assert_int_equal(skip, want);
	}
}

struct seen {
	int64_t ids[16];
	size_t n;
	enum dcb_job_state state;
	int64_t run, attempts, started_us, ended_us;
	char reason[32], owner[32];
};

static int see(void *context, const struct dcb_store_job *job)
{
	struct seen *seen = context;

	assert_true(seen->n < ARRAY_SIZE(seen->ids));
	seen->ids[seen->n++] = job->id;
	seen->state = job->state;
	seen->run = job->run;
	seen->attempts = job->attempts;
	seen->started_us = job->started_us;
	seen->ended_us = job->ended_us;
	snprintf(seen->reason, sizeof(seen->reason), "%s", job->reason ? job->reason : "");
	snprintf(seen->owner, sizeof(seen->owner), "%s", job->owner ? job->owner : "");
	return 0;
}

static struct seen get(struct fixture *f, int64_t id)
{
	struct seen seen = {.n = 0};

	assert_int_equal(dcb_store_get_job(f->store, id, see, &seen, NULL), 0);
	assert_int_equal(seen.n, 1);
	return seen;
}

static struct seen queued(struct fixture *f)
{
	struct seen seen = {.n = 0};

	assert_int_equal(dcb_store_each_queued_job(f->store, 0, see, &seen, NULL), 0);
	return seen;
}

static void submit__same_key_is_the_same_job(void **state)
{
	struct fixture *f = *state;
	int64_t first = submit(f, "", 0, "k"), other = submit(f, "", 0, NULL);

	assert_int_equal(submit(f, "x", 5, "k"), first);
	assert_int_not_equal(submit(f, "", 0, NULL), other);
	assert_int_equal(queued(f).n, 3);
}

static void queue__priority_then_turns_of_labels_then_age(void **state)
{
	struct fixture *f = *state;
	int64_t a1 = submit(f, "a", 0, NULL), a2 = submit(f, "a", 0, NULL);
	int64_t b1 = submit(f, "b", 0, NULL), urgent = submit(f, "a", 7, NULL), n;
	struct seen seen = queued(f);

	assert_int_equal(seen.ids[0], urgent);
	assert_int_equal(seen.ids[1], a1);
	seen.n = 0;
	assert_int_equal(dcb_store_each_queued_job(f->store, 2, see, &seen, NULL), 0);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.ids[0], urgent);
	assert_int_equal(dcb_store_count_queued_jobs(f->store, &n, NULL), 0);
	assert_int_equal(n, 4);
	/* "a" had its turn, so it is b's. */
	assert_int_equal(dcb_store_start_job(f->store, urgent, "o", 100, NULL), 0);
	seen = queued(f);
	assert_int_equal(seen.ids[0], b1);
	assert_int_equal(seen.ids[1], a1);
	assert_int_equal(seen.ids[2], a2);
	assert_int_equal(dcb_store_start_job(f->store, b1, "p", 101, NULL), 0);
	assert_int_equal(queued(f).ids[0], a1);
}

static void start__only_once(void **state)
{
	struct fixture *f = *state;
	int64_t id = submit(f, "", 0, NULL);
	struct seen seen;

	assert_int_equal(dcb_store_start_job(f->store, id, "o", 100, NULL), 0);
	assert_int_equal(dcb_store_start_job(f->store, id, "p", 101, NULL), -EBUSY);
	seen = get(f, id);
	assert_int_equal(seen.state, DCB_JOB_RUNNING);
	assert_int_equal(seen.attempts, 1);
	assert_string_equal(seen.owner, "o");
	assert_int_equal(dcb_store_start_job(f->store, 999, "o", 100, NULL), -EBUSY);
}

static void requeue__only_by_its_owner_and_keeps_the_run(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run run = fixture_run();
	int64_t id = submit(f, "", 0, NULL), run_id;
	struct seen seen;

	assert_int_equal(dcb_store_start_job(f->store, id, "o", 100, NULL), 0);
	run.job = id;
	run_id = fixture_create(f->store, &run, 2);
	assert_int_equal(dcb_store_requeue_job(f->store, id, "p", "killed", true, NULL), -EBUSY);
	assert_int_equal(dcb_store_requeue_job(f->store, id, "o", "killed", true, NULL), 0);
	assert_int_equal(dcb_store_start_job(f->store, id, "q", 200, NULL), 0);
	seen = get(f, id);
	assert_int_equal(seen.run, run_id);
	assert_int_equal(seen.attempts, 2);
	assert_int_equal(seen.started_us, 200);
	/* One that the daemon broke off does not count. */
	assert_int_equal(dcb_store_requeue_job(f->store, id, "q", "stopped", false, NULL), 0);
	assert_int_equal(get(f, id).attempts, 1);
}

static void count_attempt__only_while_queued(void **state)
{
	struct fixture *f = *state;
	int64_t id = submit(f, "", 0, NULL);

	assert_int_equal(dcb_store_count_attempt(f->store, id, NULL), 0);
	assert_int_equal(get(f, id).attempts, 1);
	assert_int_equal(dcb_store_start_job(f->store, id, "o", 100, NULL), 0);
	assert_int_equal(dcb_store_count_attempt(f->store, id, NULL), -EBUSY);
	assert_int_equal(get(f, id).attempts, 2);
}

static void ask__stands_in_the_reason_until_it_is_begun_again(void **state)
{
	struct fixture *f = *state;
	int64_t id = submit(f, "", 0, NULL);

	assert_int_equal(dcb_store_ask_job(f->store, id, "by me", NULL), -EBUSY);
	assert_int_equal(dcb_store_start_job(f->store, id, "o", 100, NULL), 0);
	assert_string_equal(get(f, id).reason, "");
	assert_int_equal(dcb_store_ask_job(f->store, id, "by me", NULL), 0);
	assert_string_equal(get(f, id).reason, "by me");
	assert_int_equal(get(f, id).state, DCB_JOB_RUNNING);
	assert_int_equal(dcb_store_requeue_job(f->store, id, "o", "x", false, NULL), 0);
	assert_int_equal(dcb_store_start_job(f->store, id, "o", 100, NULL), 0);
	assert_string_equal(get(f, id).reason, "");
}

static void create_run__a_job_gets_one_run(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run run = fixture_run();
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id = submit(f, "", 0, NULL), run_id;

	run.job = id;
	/* Not running: nothing is stored. */
	assert_int_equal(
		dcb_store_create_run(f->store, &run, fixture_kernels, 2, NULL, 0, &run_id, &err),
		-EBUSY);
	assert_int_equal(dcb_store_start_job(f->store, id, "o", 100, NULL), 0);
	assert_int_equal(
		dcb_store_create_run(f->store, &run, fixture_kernels, 2, NULL, 0, &run_id, &err),
		0);
	assert_int_equal(get(f, id).run, run_id);
	assert_int_equal(
		dcb_store_create_run(f->store, &run, fixture_kernels, 2, NULL, 0, &run_id, &err),
		-EBUSY);
	assert_int_equal(dcb_store_get_run(f->store, run_id + 1, NULL, NULL, &err), -ENOENT);
}

/* ---- the outbox ---- */

static const struct dcb_store_delivery letter = {.target = "hook",
						 .event = "run-finished",
						 .key = "job1-hook",
						 .content_type = "application/json",
						 .body = "{\"a\":0}",
						 .size = 7,
						 .created_us = 500};

struct due {
	int64_t ids[8];
	size_t n;
	enum dcb_delivery_state state;
	int64_t attempts, status, next_us;
	char body[32], error[32];
};

static int see_due(void *context, const struct dcb_store_delivery *delivery)
{
	struct due *due = context;

	assert_true(due->n < ARRAY_SIZE(due->ids) && delivery->size < sizeof(due->body));
	due->ids[due->n++] = delivery->id;
	due->state = delivery->state;
	due->attempts = delivery->attempts;
	due->status = delivery->status;
	due->next_us = delivery->next_us;
	memcpy(due->body, delivery->body ? delivery->body : "", delivery->size);
	due->body[delivery->size] = '\0';
	snprintf(due->error, sizeof(due->error), "%s", delivery->error ? delivery->error : "");
	return 0;
}

static struct due due_at(struct fixture *f, int64_t now_us)
{
	struct due due = {.n = 0};

	assert_int_equal(dcb_store_each_due_delivery(f->store, now_us, 8, see_due, &due, NULL), 0);
	return due;
}

static int64_t next_us(struct fixture *f)
{
	int64_t next = -1;

	assert_int_equal(dcb_store_next_delivery(f->store, &next, NULL), 0);
	return next;
}

static void finish__end_and_letters_are_one(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_delivery letters[2] = {letter, letter};
	int64_t id = submit(f, "", 0, NULL);
	struct due due;

	letters[1].key = "job1-kcidb";
	letters[1].target = NULL; /* breaks a rule of the table */
	assert_int_equal(dcb_store_start_job(f->store, id, "o", 100, NULL), 0);
	assert_true(dcb_store_finish_job(f->store, id, "o", DCB_JOB_DONE, NULL, 600, letters, 2,
					 NULL) < 0);
	assert_int_equal(get(f, id).state, DCB_JOB_RUNNING);
	assert_int_equal(due_at(f, 1000).n, 0);
	letters[1].target = "kcidb";
	assert_int_equal(
		dcb_store_finish_job(f->store, id, "o", DCB_JOB_DONE, NULL, 600, letters, 2, NULL),
		0);
	due = due_at(f, 1000);
	assert_int_equal(due.n, 2);
	assert_string_equal(due.body, "{\"a\":0}");
	assert_int_equal(get(f, id).ended_us, 600);
	/* Told once: a second end changes nothing. */
	assert_int_equal(
		dcb_store_finish_job(f->store, id, "o", DCB_JOB_FAILED, "x", 700, letters, 2, NULL),
		-EBUSY);
	assert_int_equal(due_at(f, 1000).n, 2);
}

static void finish__queued_job_can_be_cancelled(void **state)
{
	struct fixture *f = *state;
	int64_t id = submit(f, "", 0, NULL);
	struct seen seen;

	assert_int_equal(dcb_store_finish_job(f->store, id, NULL, DCB_JOB_CANCELLED, "by uid 0", 9,
					      NULL, 0, NULL),
			 0);
	seen = get(f, id);
	assert_int_equal(seen.state, DCB_JOB_CANCELLED);
	assert_string_equal(seen.reason, "by uid 0");
	assert_int_equal(dcb_store_start_job(f->store, id, "o", 100, NULL), -EBUSY);
	id = submit(f, "", 0, NULL);
	assert_int_equal(dcb_store_start_job(f->store, id, "o", 100, NULL), 0);
	/* A running one needs its owner's word. */
	assert_int_equal(
		dcb_store_finish_job(f->store, id, NULL, DCB_JOB_CANCELLED, NULL, 9, NULL, 0, NULL),
		-EBUSY);
}

static void deliver__waits_then_arrives(void **state)
{
	struct fixture *f = *state;
	struct due due;

	assert_int_equal(next_us(f), 0);
	assert_int_equal(dcb_store_put_delivery(f->store, &letter, NULL), 0);
	assert_int_equal(dcb_store_put_delivery(f->store, &letter, NULL), 1);
	assert_int_equal(next_us(f), 500);
	assert_int_equal(due_at(f, 499).n, 0);
	due = due_at(f, 500);
	assert_int_equal(due.n, 1);
	assert_int_equal(dcb_store_update_delivery(f->store, due.ids[0], DCB_DELIVERY_WAITING, 503,
						   "busy", 900, NULL),
			 0);
	assert_int_equal(due_at(f, 899).n, 0);
	due = due_at(f, 900);
	assert_int_equal(due.attempts, 1);
	assert_int_equal(due.status, 503);
	assert_string_equal(due.error, "busy");
	assert_int_equal(dcb_store_update_delivery(f->store, due.ids[0], DCB_DELIVERY_DELIVERED,
						   200, NULL, 901, NULL),
			 0);
	assert_int_equal(next_us(f), 0);
	assert_int_equal(dcb_store_update_delivery(f->store, due.ids[0], DCB_DELIVERY_DEAD, 400,
						   "x", 902, NULL),
			 -EBUSY);
	assert_int_equal(dcb_store_retry_delivery(f->store, due.ids[0], 903, NULL), -EBUSY);
}

static void deliver__dead_letter_can_be_sent_again(void **state)
{
	struct fixture *f = *state;
	struct due due;

	assert_int_equal(dcb_store_put_delivery(f->store, &letter, NULL), 0);
	due = due_at(f, 500);
	assert_int_equal(dcb_store_update_delivery(f->store, due.ids[0], DCB_DELIVERY_DEAD, 410,
						   "gone", 600, NULL),
			 0);
	assert_int_equal(due_at(f, 10000).n, 0);
	assert_int_equal(dcb_store_retry_delivery(f->store, due.ids[0], 700, NULL), 0);
	due = due_at(f, 700);
	assert_int_equal(due.n, 1);
	assert_int_equal(due.attempts, 0);
}

static void last_end__of_the_label_that_ended_by_itself(void **state)
{
	static const enum dcb_job_state ends[] = {DCB_JOB_DONE, DCB_JOB_FAILED, DCB_JOB_CANCELLED};
	struct fixture *f = *state;
	enum dcb_job_state end = DCB_JOB_DONE;
	int64_t id = 0;

	assert_int_equal(dcb_store_last_end(f->store, "a", INT64_MAX, &end, NULL), 0);
	assert_int_equal(end, DCB_JOB_QUEUED);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		id = submit(f, "a", 0, NULL);
		assert_int_equal(
			dcb_store_finish_job(f->store, id, NULL, ends[i], NULL, 1, NULL, 0, NULL),
			0);
	}
	submit(f, "a", 0, NULL);
	assert_int_equal(dcb_store_last_end(f->store, "a", INT64_MAX, &end, NULL), 0);
	assert_int_equal(end, DCB_JOB_FAILED);
	assert_int_equal(dcb_store_last_end(f->store, "a", id - 1, &end, NULL), 0);
	assert_int_equal(end, DCB_JOB_DONE);
	assert_int_equal(dcb_store_last_end(f->store, "b", INT64_MAX, &end, NULL), 0);
	assert_int_equal(end, DCB_JOB_QUEUED);
}

static void each__newest_first_in_pages(void **state)
{
	struct fixture *f = *state;
	struct seen seen = {.n = 0};
	int64_t ids[5];

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		ids[i] = submit(f, "", 0, NULL);
	assert_int_equal(dcb_store_each_job(f->store, 0, 2, see, &seen, NULL), 0);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.ids[0], ids[4]);
	seen.n = 0;
	assert_int_equal(dcb_store_each_job(f->store, ids[3], 2, see, &seen, NULL), 0);
	assert_int_equal(seen.ids[0], ids[2]);
	assert_int_equal(seen.ids[1], ids[1]);
}

#define test(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(submit__same_key_is_the_same_job),
		test(submit__skip_unchanged_is_kept),
		test(queue__priority_then_turns_of_labels_then_age),
		test(start__only_once),
		test(requeue__only_by_its_owner_and_keeps_the_run),
		test(count_attempt__only_while_queued),
		test(ask__stands_in_the_reason_until_it_is_begun_again),
		test(create_run__a_job_gets_one_run),
		test(finish__end_and_letters_are_one),
		test(finish__queued_job_can_be_cancelled),
		test(deliver__waits_then_arrives),
		test(deliver__dead_letter_can_be_sent_again),
		test(last_end__of_the_label_that_ended_by_itself),
		test(each__newest_first_in_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
