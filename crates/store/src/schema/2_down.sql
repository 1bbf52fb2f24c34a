DROP INDEX receipts_uploaded;
DROP INDEX receipts_waiting;
DROP INDEX orders_to_close;
ALTER TABLE orders DROP COLUMN to_close;
ALTER TABLE idempotency DROP COLUMN lived_ms;
DROP INDEX payments_unsettled;
DROP INDEX ledger_by_day;
