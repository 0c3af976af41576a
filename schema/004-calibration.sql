-- SPDX-License-Identifier: GPL-2.0-only
-- Version 4: whether a host may be believed. The same kernel under two names, judged many times
-- over: how often that gives a verdict which must be false, and how small a change would be found.

CREATE TABLE calibration (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, -- the boots that it stands on
	created_us INTEGER NOT NULL,
	host TEXT NOT NULL CHECK (length(host) = 64), -- sha256 of description
	description TEXT NOT NULL CHECK (json_valid(description)),
	machine TEXT NOT NULL,
	arch TEXT NOT NULL,
	blocks INTEGER NOT NULL CHECK (blocks > 0),
	few INTEGER NOT NULL CHECK (few > 0 AND few <= blocks), -- the fewest blocks of a split
	splits INTEGER NOT NULL CHECK (splits >= 0), -- 0: exact, nothing to split
	exact INTEGER NOT NULL CHECK (exact IN (0, 1)),
	holds INTEGER NOT NULL CHECK (holds IN (0, 1)),
	reason TEXT, -- why it does not hold
	-- Of the splits, those in which any metric changed; exact: of the samples, those that differ.
	alarm_rate REAL NOT NULL CHECK (alarm_rate BETWEEN 0 AND 1)
) STRICT;

-- Changes as shares of base: 0.018 is 1.8 %. NULL: none that was tried is found.
CREATE TABLE calibration_metric (
	calibration INTEGER NOT NULL REFERENCES calibration ON DELETE CASCADE,
	workload TEXT NOT NULL CHECK (workload <> ''),
	params TEXT NOT NULL,
	role TEXT NOT NULL,
	metric TEXT NOT NULL CHECK (metric <> ''),
	unit TEXT NOT NULL,
	is_primary INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
	alarm_rate REAL NOT NULL CHECK (alarm_rate BETWEEN 0 AND 1),
	verdict TEXT NOT NULL, -- of the boots as they were
	finds_few REAL CHECK (finds_few >= 0), -- smallest change found in 80 % at `few` blocks
	finds_all REAL CHECK (finds_all >= 0), -- and at `blocks`
	PRIMARY KEY (calibration, workload, params, role, metric)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 4;
