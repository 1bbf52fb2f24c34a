-- What the locations' authorities tell: orders, payments and the audit log of all devices.
-- It can be made anew from them, and holds no card.
CREATE TABLE orders (
    location TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    day TEXT NOT NULL,
    number INTEGER NOT NULL,
    terminal TEXT NOT NULL,
    status TEXT NOT NULL,
    currency TEXT NOT NULL,
    opened_ms INTEGER NOT NULL,
    total_cents INTEGER NOT NULL,
    tax_cents INTEGER NOT NULL,
    lines TEXT NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (location, id)
);
CREATE INDEX orders_by_time ON orders (location, opened_ms, id);
CREATE INDEX orders_by_day ON orders (location, day);
CREATE TABLE payments (
    location TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    order_id TEXT NOT NULL,
    day TEXT NOT NULL,
    terminal TEXT NOT NULL,
    tender TEXT NOT NULL,
    direction TEXT NOT NULL,
    state TEXT NOT NULL,
    amount_cents INTEGER NOT NULL,
    tip_cents INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (location, id)
);
CREATE INDEX payments_by_order ON payments (location, order_id);
CREATE INDEX payments_by_day ON payments (location, day);
CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    location TEXT NOT NULL,
    operation TEXT NOT NULL,
    body TEXT NOT NULL,
    decided_at_ms INTEGER NOT NULL
);
CREATE UNIQUE INDEX audit_by_operation ON audit (location, operation);
CREATE INDEX audit_by_number ON audit (location, number);
CREATE TABLE read_model (
    location TEXT PRIMARY KEY,
    head INTEGER NOT NULL
);
