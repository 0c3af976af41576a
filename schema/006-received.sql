-- SPDX-License-Identifier: GPL-2.0-only
-- Version 6: what other labs told us, and letters whose receiver works on them later. Times are
-- Unix microseconds.

CREATE TABLE received (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	lab TEXT NOT NULL CHECK (lab <> ''), -- name of its section in the configuration
	key TEXT NOT NULL CHECK (key <> ''), -- a letter told twice is one row
	sha256 TEXT NOT NULL CHECK (length(sha256) = 64), -- of document
	received_us INTEGER NOT NULL,
	version TEXT NOT NULL CHECK (version IN ('dcbench-summary/1', 'dcbench-event/1')),
	event TEXT CHECK ((event IS NULL) = (version = 'dcbench-summary/1')),
	reason TEXT,
	run INTEGER CHECK (run > 0), -- its number there; an event need not have one
	created_us INTEGER NOT NULL, -- of the run, or the event's job
	machine TEXT CHECK ((machine IS NULL) = (event IS NOT NULL)),
	arch TEXT CHECK ((arch IS NULL) = (event IS NOT NULL)),
	-- Of primary metrics.
	improved INTEGER NOT NULL CHECK (improved >= 0),
	regressed INTEGER NOT NULL CHECK (regressed >= 0),
	same INTEGER NOT NULL CHECK (same >= 0),
	cannot_tell INTEGER NOT NULL CHECK (cannot_tell >= 0),
	symptoms INTEGER NOT NULL CHECK (symptoms >= 0), -- that candidates show
	size INTEGER NOT NULL CHECK (size > 0), -- of document, bytes
	document TEXT NOT NULL, -- as it came; checked before
	UNIQUE (lab, key)
) STRICT;

CREATE INDEX received_page ON received (lab, id);
CREATE INDEX received_time ON received (received_us);

-- The name under which a receiver took the letter to work on it later: the next attempt asks for
-- it instead of sending it again.
ALTER TABLE delivery ADD COLUMN remote_id TEXT CHECK (remote_id <> '');

PRAGMA user_version = 6;
