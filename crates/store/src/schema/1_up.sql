-- Marks the file as a till's: "OEti".
PRAGMA application_id = 1329951849;

-- Who the file belongs to, and by what it sold last.
CREATE TABLE about (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    location TEXT NOT NULL,
    terminal TEXT NOT NULL,
    currency TEXT NOT NULL,
    tax_basis_points INTEGER NOT NULL,
    tax_included INTEGER NOT NULL
) STRICT;

-- Sync.
CREATE TABLE sync_identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    device TEXT NOT NULL,
    location TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    next_sequence INTEGER NOT NULL,
    last TEXT
) STRICT;

CREATE TABLE sync_age (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    lived_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE sync_cursor (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    cursor TEXT NOT NULL,
    complete_to INTEGER NOT NULL
) STRICT;

CREATE TABLE sync_outbox (
    sequence INTEGER PRIMARY KEY,
    operation TEXT NOT NULL UNIQUE,
    kind TEXT,
    entity TEXT NOT NULL,
    pending TEXT NOT NULL
) STRICT;
CREATE INDEX sync_outbox_by_entity ON sync_outbox (entity, kind, sequence);

CREATE TABLE sync_attention (
    operation TEXT PRIMARY KEY,
    kind TEXT,
    entity TEXT NOT NULL,
    attention TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sync_rows (
    kind TEXT NOT NULL,
    entity TEXT NOT NULL,
    version INTEGER NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (kind, entity)
) STRICT;

-- Grants.
CREATE TABLE grant_state (
    name TEXT PRIMARY KEY CHECK (name IN ('head', 'keys', 'policy', 'list')),
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE grant_sales (
    sale TEXT PRIMARY KEY,
    sold TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE grant_cards (
    card TEXT PRIMARY KEY,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE grant_revoked (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- What is shown: the rows with what waits over them.
CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    terminal TEXT NOT NULL,
    status TEXT NOT NULL,
    day TEXT NOT NULL,
    opened_ms INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    fields TEXT NOT NULL
) STRICT;
CREATE INDEX orders_by_time ON orders (opened_ms, id);
CREATE INDEX orders_by_day ON orders (day, opened_ms, id);
CREATE INDEX orders_open ON orders (opened_ms, id) WHERE status = 'open';

CREATE TABLE payments (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    tender TEXT NOT NULL,
    direction TEXT NOT NULL,
    state TEXT NOT NULL,
    cents INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    -- Taken by this till, and so in its ledger.
    taken_here INTEGER NOT NULL,
    payment TEXT NOT NULL
) STRICT;
CREATE INDEX payments_by_order ON payments (order_id, at_ms, id);

CREATE TABLE stock (
    item TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    low_at INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tickets (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    done INTEGER NOT NULL,
    fired_ms INTEGER NOT NULL,
    moved_ms INTEGER NOT NULL,
    ticket TEXT NOT NULL
) STRICT;
CREATE INDEX tickets_by_order ON tickets (order_id);
CREATE INDEX tickets_waiting ON tickets (fired_ms, id) WHERE done = 0;
CREATE INDEX tickets_done ON tickets (moved_ms) WHERE done = 1;

-- What is called out next.
CREATE TABLE numbers (
    day TEXT PRIMARY KEY,
    next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The ledger: an entry is a row, an account a column, and each row sums to 0.
CREATE TABLE ledger (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('payment', 'refund', 'sale', 'settled')),
    at_ms INTEGER NOT NULL,
    day TEXT NOT NULL,
    hour INTEGER NOT NULL,
    order_id TEXT NOT NULL,
    payment_id TEXT,
    -- 1 in the first sale of its order, else 0.
    orders INTEGER NOT NULL,
    cash INTEGER NOT NULL DEFAULT 0,
    card_receivable INTEGER NOT NULL DEFAULT 0,
    stored_value INTEGER NOT NULL DEFAULT 0,
    bank INTEGER NOT NULL DEFAULT 0,
    declined INTEGER NOT NULL DEFAULT 0,
    deposits INTEGER NOT NULL DEFAULT 0,
    sales INTEGER NOT NULL DEFAULT 0,
    tax INTEGER NOT NULL DEFAULT 0,
    tips INTEGER NOT NULL DEFAULT 0,
    refunds INTEGER NOT NULL DEFAULT 0,
    CHECK (cash + card_receivable + stored_value + bank + declined + deposits + sales + tax + tips
        + refunds = 0)
) STRICT;
CREATE TRIGGER ledger_is_not_changed BEFORE UPDATE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'the ledger only grows: post a correction');
END;
CREATE TRIGGER ledger_is_not_deleted BEFORE DELETE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'the ledger only grows: post a correction');
END;

-- Lines of orders as they were when their sale was posted.
CREATE TABLE sold (
    day TEXT NOT NULL,
    item TEXT NOT NULL,
    order_id TEXT NOT NULL,
    line TEXT NOT NULL,
    name TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    cents INTEGER NOT NULL,
    PRIMARY KEY (day, item, order_id, line)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER sold_is_not_changed BEFORE UPDATE ON sold
BEGIN
    SELECT RAISE(ABORT, 'what was sold stays as it was sold');
END;

CREATE TABLE idempotency (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    digest BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    reply TEXT NOT NULL
) STRICT;

CREATE TABLE receipts (
    order_id TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    uploaded INTEGER NOT NULL,
    pdf BLOB NOT NULL
) STRICT;

CREATE TABLE reconciled (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    report TEXT NOT NULL
) STRICT;
