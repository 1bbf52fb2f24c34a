-- Reports read days, not the whole ledger.
CREATE INDEX ledger_by_day ON ledger (day, hour, kind);

-- What is not settled is asked for with each grant; there is little of it at any time.
CREATE INDEX payments_unsettled ON payments (at_ms)
    WHERE tender <> 'cash' AND state <> 'approved';

-- How long the device had lived: keys are forgotten by it, since a wall clock may leap.
ALTER TABLE idempotency ADD COLUMN lived_ms INTEGER NOT NULL DEFAULT 0;

-- An order that is paid, but whose sale could not be recorded yet.
ALTER TABLE orders ADD COLUMN to_close INTEGER NOT NULL DEFAULT 0;
CREATE INDEX orders_to_close ON orders (id) WHERE to_close = 1;

CREATE INDEX receipts_waiting ON receipts (at_ms) WHERE uploaded = 0;
CREATE INDEX receipts_uploaded ON receipts (at_ms) WHERE uploaded = 1;
