-- SPDX-License-Identifier: GPL-2.0-only
-- Version 5: the daemon's queue and its outbox. Times are Unix microseconds.

CREATE TABLE job (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
	reason TEXT,
	label TEXT NOT NULL, -- labels take turns
	priority INTEGER NOT NULL, -- higher first
	submitter TEXT NOT NULL,
	plan TEXT NOT NULL CHECK (json_valid(plan)),
	key TEXT UNIQUE, -- a submission told twice is one job
	run INTEGER REFERENCES run ON DELETE SET NULL,
	owner TEXT CHECK ((owner IS NOT NULL) = (state = 'running')),
	attempts INTEGER NOT NULL DEFAULT 0,
	created_us INTEGER NOT NULL,
	started_us INTEGER, -- the last time
	ended_us INTEGER CHECK ((ended_us IS NULL) = (state IN ('queued', 'running')))
) STRICT;

CREATE INDEX job_open ON job (state, priority DESC, id) WHERE state IN ('queued', 'running');
CREATE INDEX job_turn ON job (label, started_us);
CREATE INDEX job_run ON job (run);

-- The outbox: what is to be told to others, written in the transaction that makes it true.
CREATE TABLE delivery (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	target TEXT NOT NULL CHECK (target <> ''), -- name of its section in the configuration
	event TEXT NOT NULL CHECK (event <> ''),
	key TEXT NOT NULL UNIQUE, -- sent along, so that the receiver can tell a repetition
	job INTEGER REFERENCES job ON DELETE SET NULL,
	run INTEGER REFERENCES run ON DELETE SET NULL,
	content_type TEXT NOT NULL,
	body BLOB NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
	attempts INTEGER NOT NULL DEFAULT 0,
	status INTEGER, -- HTTP's, of the last attempt
	error TEXT,
	created_us INTEGER NOT NULL,
	next_us INTEGER CHECK ((next_us IS NOT NULL) = (state = 'waiting')),
	ended_us INTEGER CHECK ((ended_us IS NULL) = (state = 'waiting'))
) STRICT;

CREATE INDEX delivery_due ON delivery (next_us) WHERE state = 'waiting';
CREATE INDEX delivery_job ON delivery (job);
CREATE INDEX delivery_run ON delivery (run);

PRAGMA user_version = 5;
