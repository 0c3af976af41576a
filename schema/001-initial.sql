-- SPDX-License-Identifier: GPL-2.0-only
-- Version 1. Times are Unix microseconds (_us), seconds (_s) or nanoseconds (_ns); what was not
-- measured is NULL, never 0.

CREATE TABLE kernel (
	id INTEGER PRIMARY KEY,
	sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64), -- of the image as it was found
	release TEXT NOT NULL,
	arch TEXT NOT NULL
) STRICT;

-- AUTOINCREMENT here and in boot: an id that was printed once never names something else.
CREATE TABLE run (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'interrupted')),
	reason TEXT,
	owner TEXT, -- "<boot id>/<pid>/<start time>" while it runs
	created_us INTEGER NOT NULL,
	machine TEXT NOT NULL,
	arch TEXT NOT NULL,
	seed INTEGER NOT NULL,
	blocks INTEGER NOT NULL CHECK (blocks > 0),
	base TEXT NOT NULL,
	plan TEXT NOT NULL CHECK (json_valid(plan)),
	fingerprint TEXT NOT NULL CHECK (json_valid(fingerprint)),
	wall_s REAL NOT NULL DEFAULT 0 CHECK (wall_s >= 0),
	guest_wall_s REAL NOT NULL DEFAULT 0 CHECK (guest_wall_s >= 0),
	FOREIGN KEY (id, base) REFERENCES run_kernel (run, name) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- What a spec came to in one run. The origin stands here and not in kernel: the same image may
-- be met as a file once and as a Debian package the next time.
CREATE TABLE run_kernel (
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	idx INTEGER NOT NULL CHECK (idx >= 0),
	name TEXT NOT NULL CHECK (name <> ''),
	spec TEXT NOT NULL,
	kernel INTEGER NOT NULL REFERENCES kernel,
	origin TEXT NOT NULL CHECK (json_valid(origin)),
	PRIMARY KEY (run, idx),
	UNIQUE (run, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_workload (
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	idx INTEGER NOT NULL CHECK (idx >= 0),
	name TEXT NOT NULL CHECK (name <> ''),
	params TEXT NOT NULL,
	PRIMARY KEY (run, idx)
) STRICT, WITHOUT ROWID;

-- One boot a cell: a failed one makes way for the next try, a good one stays.
CREATE TABLE boot (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	kernel INTEGER NOT NULL,
	block INTEGER NOT NULL CHECK (block >= 0),
	position INTEGER NOT NULL CHECK (position >= 0),
	seed INTEGER NOT NULL,
	state TEXT NOT NULL CHECK (state <> ''), -- 'ok' for a good one
	reason TEXT,
	started_us INTEGER NOT NULL,
	wall_s REAL NOT NULL CHECK (wall_s >= 0),
	guest_s REAL,
	hello_guest_s REAL,
	first_record_s REAL,
	cpu_s REAL,
	memory_peak_bytes REAL,
	agent_s REAL,
	UNIQUE (run, kernel, block),
	FOREIGN KEY (run, kernel) REFERENCES run_kernel (run, idx)
) STRICT;

CREATE TABLE metric (
	id INTEGER PRIMARY KEY,
	workload TEXT NOT NULL CHECK (workload <> ''),
	role TEXT NOT NULL, -- '' for the iteration as a whole
	name TEXT NOT NULL CHECK (name <> ''),
	unit TEXT NOT NULL,
	better TEXT NOT NULL CHECK (better IN ('lower', 'higher', 'neither')),
	is_primary INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
	-- A metric that changes its unit or its direction is another one: old samples keep their sense.
	UNIQUE (workload, role, name, unit, better)
) STRICT;

-- The large table. The key begins with the boot, so that a boot's rows fall on a few pages at the
-- end of the tree, however many there are already (26 bytes a sample, pages nine tenths full, in
-- whatever order a boot tells them: tests/bench/store.c). A run is read in the order of workload,
-- metric, kernel, block by one seek a (boot, workload, metric).
CREATE TABLE sample (
	boot INTEGER NOT NULL REFERENCES boot ON DELETE CASCADE,
	workload INTEGER NOT NULL CHECK (workload >= 0),
	metric INTEGER NOT NULL REFERENCES metric,
	thread INTEGER NOT NULL CHECK (thread >= 0),
	iteration INTEGER NOT NULL, -- < 0: warm-up
	value REAL,
	enabled_ns INTEGER,
	running_ns INTEGER,
	PRIMARY KEY (boot, workload, metric, thread, iteration),
	CHECK ((enabled_ns IS NULL) = (running_ns IS NULL))
) STRICT, WITHOUT ROWID;

-- What a role was seen to do in one iteration: 'spin', 'sleep', 'no-wait', 'miss'.
CREATE TABLE state (
	boot INTEGER NOT NULL REFERENCES boot ON DELETE CASCADE,
	workload INTEGER NOT NULL CHECK (workload >= 0),
	role TEXT NOT NULL,
	thread INTEGER NOT NULL CHECK (thread >= 0),
	iteration INTEGER NOT NULL,
	state TEXT NOT NULL CHECK (state <> ''),
	PRIMARY KEY (boot, workload, role, thread, iteration)
) STRICT, WITHOUT ROWID;

CREATE TABLE symptom (
	boot INTEGER NOT NULL REFERENCES boot ON DELETE CASCADE,
	workload INTEGER NOT NULL CHECK (workload >= -1), -- -1: the boot's console
	name TEXT NOT NULL CHECK (name <> ''),
	state TEXT,
	detail TEXT,
	present INTEGER NOT NULL CHECK (present IN (0, 1)),
	value REAL,
	hits INTEGER NOT NULL CHECK (hits >= 0),
	tries INTEGER NOT NULL CHECK (tries >= 0),
	PRIMARY KEY (boot, workload, name)
) STRICT, WITHOUT ROWID;

-- 'counter': why the guest lacks it, NULL where it has it. 'setting': how the guest was set.
CREATE TABLE pair (
	boot INTEGER NOT NULL REFERENCES boot ON DELETE CASCADE,
	kind TEXT NOT NULL CHECK (kind IN ('counter', 'setting')),
	name TEXT NOT NULL CHECK (name <> ''),
	value TEXT,
	PRIMARY KEY (boot, kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE artifact (
	id INTEGER PRIMARY KEY,
	boot INTEGER NOT NULL REFERENCES boot ON DELETE CASCADE,
	name TEXT NOT NULL CHECK (name <> ''),
	data BLOB NOT NULL,
	UNIQUE (boot, name)
) STRICT;

PRAGMA application_id = 0x6463626e; -- "dcbn"
PRAGMA user_version = 1;
