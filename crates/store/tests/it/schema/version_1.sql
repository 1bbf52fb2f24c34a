-- A till's file as schema 1 wrote it: a counted dish, a sale in cash and one by card, a count that
-- another till was faster with, a grant, a receipt and a report.
PRAGMA application_id = 1329951849;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE about (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    location TEXT NOT NULL,
    terminal TEXT NOT NULL,
    currency TEXT NOT NULL,
    tax_basis_points INTEGER NOT NULL,
    tax_included INTEGER NOT NULL
) STRICT;
INSERT INTO "about" VALUES(1,'loc-7','till-1','USD',825,0);
CREATE TABLE grant_cards (
    card TEXT PRIMARY KEY,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE grant_revoked (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
INSERT INTO "grant_revoked" VALUES('cards','0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f');
CREATE TABLE grant_sales (
    sale TEXT PRIMARY KEY,
    sold TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "grant_sales" VALUES('9719e1a8-5352-8496-a2cc-a37426a478cc','{"grant":null,"order":"72e86426-2377-8a9c-83e0-5077f3a35199","tender":"cash","cents":2409,"step":"full","at_ms":1800000000014,"refunds":{}}');
INSERT INTO "grant_sales" VALUES('b8bbe74a-066b-8822-a8e3-316d61050ca3','{"grant":"g-1","order":"5d85e709-1613-81b3-989c-44617a3e35c7","tender":{"card":"abababababababababababababababababababababababababababababababab"},"cents":1028,"step":"full","at_ms":1800000000016,"refunds":{}}');
CREATE TABLE grant_state (
    name TEXT PRIMARY KEY CHECK (name IN ('head', 'keys', 'policy', 'list')),
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "grant_state" VALUES('head','{"location":"loc-7","terminal":"till-1","highest_ms":1800000000016,"grant":{"grant":"g-1","terminal":"till-1","location":"loc-7","key":"k-1","issued_ms":1800000000001,"not_before_ms":1800000000001,"expires_ms":1800028800001,"policy":1,"caps":{"sale_cents":50000,"total_cents":50000,"sales":1000},"tenders":["card","stored_value"]},"latest_issued_ms":1800000000001,"spent":{"cents":1028,"sales":1},"late":{"cents":0,"sales":0},"refresh_ms":1800018445355,"orders":{}}');
INSERT INTO "grant_state" VALUES('keys','{"number":1,"key":"k-1","issued_ms":1800000000000,"keys":[{"id":"k-1","public":"6kpsY-KcUgq-9VB7Ey7F-ZVHdq6-vnuSQh7qaRRG0iw","published_ms":1800000000000,"signs_from_ms":1800000000000}]}');
INSERT INTO "grant_state" VALUES('list','{"expires_ms":1800028800002,"number":2}');
INSERT INTO "grant_state" VALUES('policy','{"location":"loc-7","version":1,"key":"k-1","issued_ms":1800000000001,"tenders":[{"tender":"cash","sale_cents":100000},{"tender":"card","sale_cents":100000},{"tender":"stored_value","sale_cents":100000}],"age_limits":[{"category":"beer","years":21}],"reduced_percent":20,"reduced_ms":3600000}');
CREATE TABLE idempotency (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    digest BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    reply TEXT NOT NULL
) STRICT;
INSERT INTO "idempotency" VALUES(1,'key-1',X'2F2287849C46B759BE20F899D8BE31F3DD88FA184ED969D18AA8F8C2BC96AF84',1800000000004,'{"stock":{"item":"fries","count":12,"low_at":2,"sold_out":false,"changed_ms":1800000000004}}');
INSERT INTO "idempotency" VALUES(2,'key-2',X'DE9AC30BAF4F785C8AF67C02139CA25CA75BB45F1C4F8389568305A21F700CB8',1800000000009,'{"stock":{"item":"fries","count":14,"low_at":2,"sold_out":false,"changed_ms":1800000000009}}');
INSERT INTO "idempotency" VALUES(3,'key-3',X'9402758BB3E13A4A50F3BE03FA6C871C63DB7597E5F8A51631D2F780CDCC7410',1800000000013,'{"order":{"id":"72e86426-2377-8a9c-83e0-5077f3a35199","number":1,"terminal":"till-1","service":"counter","status":"open","currency":"USD","day":"2027-01-15","opened_ms":1800000000013,"lines":[{"line":"till-1.1","item":"burger","name":"Burger","category":"food","quantity":2,"unit_cents":950,"state":"fired","firing":1,"fired_ms":1800000000013},{"line":"till-1.2","item":"fries","name":"Fries","category":"food","quantity":1,"unit_cents":325,"state":"fired","firing":1,"fired_ms":1800000000013}],"totals":{"lines_cents":2225,"tax_cents":184,"total_cents":2409,"paid_cents":0,"refunded_cents":0,"tip_cents":0,"due_cents":2409},"payments":[],"revision":1,"pending":true}}');
INSERT INTO "idempotency" VALUES(4,'key-4',X'4CD5A34BCB3C52756F85B721F1A8412C634A125470F071397CA90A5652AAE264',1800000000014,'{"payment":{"id":"9719e1a8-5352-8496-a2cc-a37426a478cc","order":"72e86426-2377-8a9c-83e0-5077f3a35199","direction":"sale","tender":"cash","amount_cents":2409,"tip_cents":0,"change_cents":0,"state":"approved","terminal":"till-1","day":"2027-01-15","at_ms":1800000000014}}');
INSERT INTO "idempotency" VALUES(5,'key-5',X'CD6218146E84B6023B52B6A55E8BF3C34F9E508157970363C83139B7F9986295',1800000000015,'{"order":{"id":"5d85e709-1613-81b3-989c-44617a3e35c7","number":2,"terminal":"till-1","service":"counter","status":"open","currency":"USD","day":"2027-01-15","opened_ms":1800000000015,"lines":[{"line":"till-1.1","item":"burger","name":"Burger","category":"food","quantity":1,"unit_cents":950,"state":"held"}],"totals":{"lines_cents":950,"tax_cents":78,"total_cents":1028,"paid_cents":0,"refunded_cents":0,"tip_cents":0,"due_cents":1028},"payments":[],"revision":1,"pending":true}}');
INSERT INTO "idempotency" VALUES(6,'key-6',X'0DBB2441A04E2F20DDEA8570B7E211BDC2EBD11B6C6C8C10CBF81A78A2EE15B4',1800000000016,'{"payment":{"id":"b8bbe74a-066b-8822-a8e3-316d61050ca3","order":"5d85e709-1613-81b3-989c-44617a3e35c7","direction":"sale","tender":"card","amount_cents":1028,"tip_cents":0,"state":"requested","last4":"4242","grant":"g-1","terminal":"till-1","day":"2027-01-15","at_ms":1800000000016}}');
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
INSERT INTO "ledger" VALUES(1,'payment:9719e1a8-5352-8496-a2cc-a37426a478cc','payment',1800000000014,'2027-01-15',12,'72e86426-2377-8a9c-83e0-5077f3a35199','9719e1a8-5352-8496-a2cc-a37426a478cc',0,2409,0,0,0,0,-2409,0,0,0,0);
INSERT INTO "ledger" VALUES(2,'sale:72e86426-2377-8a9c-83e0-5077f3a35199:till-1:1','sale',1800000000014,'2027-01-15',12,'72e86426-2377-8a9c-83e0-5077f3a35199',NULL,1,0,0,0,0,0,2409,-2225,-184,0,0);
INSERT INTO "ledger" VALUES(3,'payment:b8bbe74a-066b-8822-a8e3-316d61050ca3','payment',1800000000016,'2027-01-15',12,'5d85e709-1613-81b3-989c-44617a3e35c7','b8bbe74a-066b-8822-a8e3-316d61050ca3',0,0,1028,0,0,0,-1028,0,0,0,0);
INSERT INTO "ledger" VALUES(4,'sale:5d85e709-1613-81b3-989c-44617a3e35c7:till-1:1','sale',1800000000016,'2027-01-15',12,'5d85e709-1613-81b3-989c-44617a3e35c7',NULL,1,0,0,0,0,0,1028,-950,-78,0,0);
CREATE TABLE numbers (
    day TEXT PRIMARY KEY,
    next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "numbers" VALUES('2027-01-15',3);
CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    terminal TEXT NOT NULL,
    status TEXT NOT NULL,
    day TEXT NOT NULL,
    opened_ms INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    fields TEXT NOT NULL
) STRICT;
INSERT INTO "orders" VALUES('72e86426-2377-8a9c-83e0-5077f3a35199','till-1','paid','2027-01-15',1800000000013,2,'{"closed:till-1":{"declined_cents":0,"tax_cents":184,"times":1,"total_cents":2409},"currency":"USD","day":"2027-01-15","kitchen:till-1.1":{"fired_ms":1800000000013,"firing":1,"moved_ms":1800000000013,"state":"new"},"kitchen:till-1.2":{"fired_ms":1800000000013,"firing":1,"moved_ms":1800000000013,"state":"new"},"line:till-1.1":{"category":"food","item":"burger","line":"till-1.1","name":"Burger","quantity":2,"state":"held","unit_cents":950},"line:till-1.2":{"category":"food","item":"fries","line":"till-1.2","name":"Fries","quantity":1,"state":"held","unit_cents":325},"number":1,"opened_ms":1800000000013,"service":"counter","sold:till-1.1":{"category":"food","item":"burger","line":"till-1.1","name":"Burger","quantity":2,"state":"held","unit_cents":950},"sold:till-1.2":{"category":"food","item":"fries","line":"till-1.2","name":"Fries","quantity":1,"state":"held","unit_cents":325},"status":"paid","tax_basis_points":825,"tax_included":false,"terminal":"till-1"}');
INSERT INTO "orders" VALUES('5d85e709-1613-81b3-989c-44617a3e35c7','till-1','paid','2027-01-15',1800000000015,2,'{"closed:till-1":{"declined_cents":0,"tax_cents":78,"times":1,"total_cents":1028},"currency":"USD","day":"2027-01-15","line:till-1.1":{"category":"food","item":"burger","line":"till-1.1","name":"Burger","quantity":1,"state":"held","unit_cents":950},"number":2,"opened_ms":1800000000015,"service":"counter","sold:till-1.1":{"category":"food","item":"burger","line":"till-1.1","name":"Burger","quantity":1,"state":"held","unit_cents":950},"status":"paid","tax_basis_points":825,"tax_included":false,"terminal":"till-1"}');
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
INSERT INTO "payments" VALUES('9719e1a8-5352-8496-a2cc-a37426a478cc','72e86426-2377-8a9c-83e0-5077f3a35199','cash','sale','approved',2409,1800000000014,1,'{"id":"9719e1a8-5352-8496-a2cc-a37426a478cc","order":"72e86426-2377-8a9c-83e0-5077f3a35199","direction":"sale","tender":"cash","amount_cents":2409,"tip_cents":0,"change_cents":0,"state":"approved","terminal":"till-1","day":"2027-01-15","at_ms":1800000000014}');
INSERT INTO "payments" VALUES('b8bbe74a-066b-8822-a8e3-316d61050ca3','5d85e709-1613-81b3-989c-44617a3e35c7','card','sale','requested',1028,1800000000016,1,'{"id":"b8bbe74a-066b-8822-a8e3-316d61050ca3","order":"5d85e709-1613-81b3-989c-44617a3e35c7","direction":"sale","tender":"card","amount_cents":1028,"tip_cents":0,"state":"requested","last4":"4242","grant":"g-1","terminal":"till-1","day":"2027-01-15","at_ms":1800000000016}');
CREATE TABLE receipts (
    order_id TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    uploaded INTEGER NOT NULL,
    pdf BLOB NOT NULL
) STRICT;
INSERT INTO "receipts" VALUES('72e86426-2377-8a9c-83e0-5077f3a35199',1800000000016,0,X'255044462D312E37');
CREATE TABLE reconciled (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    report TEXT NOT NULL
) STRICT;
INSERT INTO "reconciled" VALUES(1,'{"from":"2027-01-15","to":"2027-01-15","at_ms":1,"equal":true,"payments":0,"device_cents":0,"cloud_cents":0,"device_card_cents":0,"provider_cents":0,"open":0,"unsent":0,"differences":[]}');
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
INSERT INTO "sold" VALUES('2027-01-15','burger','5d85e709-1613-81b3-989c-44617a3e35c7','till-1.1','Burger',1,950);
INSERT INTO "sold" VALUES('2027-01-15','burger','72e86426-2377-8a9c-83e0-5077f3a35199','till-1.1','Burger',2,1900);
INSERT INTO "sold" VALUES('2027-01-15','fries','72e86426-2377-8a9c-83e0-5077f3a35199','till-1.2','Fries',1,325);
CREATE TABLE stock (
    item TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    low_at INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "stock" VALUES('fries',19,2,1800000000013);
CREATE TABLE sync_age (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    lived_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL
) STRICT;
INSERT INTO "sync_age" VALUES(1,16,1800000000016);
CREATE TABLE sync_attention (
    operation TEXT PRIMARY KEY,
    kind TEXT,
    entity TEXT NOT NULL,
    attention TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "sync_attention" VALUES('74bdb8f3-a49e-8ec3-b36f-ce3b6c1d1027','inventory','fries','{"operation":{"id":"74bdb8f3-a49e-8ec3-b36f-ce3b6c1d1027","sequence":2,"after":"62d360ba-6d56-8c8b-a468-9b849d5e4673","kind":"inventory_count","entity":"fries","base_version":1,"payload":{"count":14,"counted":true,"low_at":2},"given_up":false,"created_at_ms":1800000000009,"value_cents":0},"why":{"rejected":"stale"}}');
CREATE TABLE sync_cursor (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    cursor TEXT NOT NULL,
    complete_to INTEGER NOT NULL
) STRICT;
INSERT INTO "sync_cursor" VALUES(1,'1.1.2',2);
CREATE TABLE sync_identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    device TEXT NOT NULL,
    location TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    next_sequence INTEGER NOT NULL,
    last TEXT
) STRICT;
INSERT INTO "sync_identity" VALUES(1,'till-1','loc-7',1,10,'b73e443f-f656-8eed-987c-410eac9245f8');
CREATE TABLE sync_outbox (
    sequence INTEGER PRIMARY KEY,
    operation TEXT NOT NULL UNIQUE,
    kind TEXT,
    entity TEXT NOT NULL,
    pending TEXT NOT NULL
) STRICT;
INSERT INTO "sync_outbox" VALUES(3,'75c9b6d3-d616-8a9e-b321-2e7fed7433f6','order','72e86426-2377-8a9c-83e0-5077f3a35199','{"operation":{"id":"75c9b6d3-d616-8a9e-b321-2e7fed7433f6","sequence":3,"after":"74bdb8f3-a49e-8ec3-b36f-ce3b6c1d1027","kind":"order_update","entity":"72e86426-2377-8a9c-83e0-5077f3a35199","base_version":0,"payload":{"currency":"USD","day":"2027-01-15","kitchen:till-1.1":{"fired_ms":1800000000013,"firing":1,"moved_ms":1800000000013,"state":"new"},"kitchen:till-1.2":{"fired_ms":1800000000013,"firing":1,"moved_ms":1800000000013,"state":"new"},"line:till-1.1":{"category":"food","item":"burger","line":"till-1.1","name":"Burger","quantity":2,"state":"held","unit_cents":950},"line:till-1.2":{"category":"food","item":"fries","line":"till-1.2","name":"Fries","quantity":1,"state":"held","unit_cents":325},"number":1,"opened_ms":1800000000013,"service":"counter","status":"open","tax_basis_points":825,"tax_included":false,"terminal":"till-1"},"given_up":false,"created_at_ms":1800000000013,"value_cents":0},"lived_ms":13,"given_up":false}');
INSERT INTO "sync_outbox" VALUES(4,'3f12066c-0122-8126-ba10-0c1f566f9616','inventory','fries','{"operation":{"id":"3f12066c-0122-8126-ba10-0c1f566f9616","sequence":4,"after":"75c9b6d3-d616-8a9e-b321-2e7fed7433f6","kind":"inventory_adjust","entity":"fries","base_version":2,"payload":{"by":-1},"given_up":false,"created_at_ms":1800000000013,"value_cents":0},"lived_ms":13,"given_up":false}');
INSERT INTO "sync_outbox" VALUES(5,'ad1f3717-10a9-8ab1-9f54-37bccba01ec7','order','72e86426-2377-8a9c-83e0-5077f3a35199','{"operation":{"id":"ad1f3717-10a9-8ab1-9f54-37bccba01ec7","sequence":5,"after":"3f12066c-0122-8126-ba10-0c1f566f9616","kind":"order_update","entity":"72e86426-2377-8a9c-83e0-5077f3a35199","base_version":0,"payload":{"closed:till-1":{"declined_cents":0,"tax_cents":184,"times":1,"total_cents":2409},"sold:till-1.1":{"category":"food","item":"burger","line":"till-1.1","name":"Burger","quantity":2,"state":"held","unit_cents":950},"sold:till-1.2":{"category":"food","item":"fries","line":"till-1.2","name":"Fries","quantity":1,"state":"held","unit_cents":325},"status":"paid"},"given_up":false,"created_at_ms":1800000000014,"value_cents":0},"lived_ms":14,"given_up":false}');
INSERT INTO "sync_outbox" VALUES(6,'28ba62c6-47d2-8769-9136-bc69578fb60d','payment','9719e1a8-5352-8496-a2cc-a37426a478cc','{"operation":{"id":"28ba62c6-47d2-8769-9136-bc69578fb60d","sequence":6,"after":"ad1f3717-10a9-8ab1-9f54-37bccba01ec7","kind":"payment","entity":"9719e1a8-5352-8496-a2cc-a37426a478cc","base_version":0,"payload":{"amount_cents":2409,"at_ms":1800000000014,"change_cents":0,"currency":"USD","day":"2027-01-15","direction":"sale","order":"72e86426-2377-8a9c-83e0-5077f3a35199","state":"approved","tender":"cash","terminal":"till-1","tip_cents":0},"given_up":false,"created_at_ms":1800000000014,"value_cents":2409},"lived_ms":14,"given_up":false}');
INSERT INTO "sync_outbox" VALUES(7,'1409ed2e-6d40-8467-bf88-31c2becce719','order','5d85e709-1613-81b3-989c-44617a3e35c7','{"operation":{"id":"1409ed2e-6d40-8467-bf88-31c2becce719","sequence":7,"after":"28ba62c6-47d2-8769-9136-bc69578fb60d","kind":"order_update","entity":"5d85e709-1613-81b3-989c-44617a3e35c7","base_version":0,"payload":{"currency":"USD","day":"2027-01-15","line:till-1.1":{"category":"food","item":"burger","line":"till-1.1","name":"Burger","quantity":1,"state":"held","unit_cents":950},"number":2,"opened_ms":1800000000015,"service":"counter","status":"open","tax_basis_points":825,"tax_included":false,"terminal":"till-1"},"given_up":false,"created_at_ms":1800000000015,"value_cents":0},"lived_ms":15,"given_up":false}');
INSERT INTO "sync_outbox" VALUES(8,'a08d393e-2139-8142-aa19-86a2e0ea5a31','order','5d85e709-1613-81b3-989c-44617a3e35c7','{"operation":{"id":"a08d393e-2139-8142-aa19-86a2e0ea5a31","sequence":8,"after":"1409ed2e-6d40-8467-bf88-31c2becce719","kind":"order_update","entity":"5d85e709-1613-81b3-989c-44617a3e35c7","base_version":0,"payload":{"closed:till-1":{"declined_cents":0,"tax_cents":78,"times":1,"total_cents":1028},"sold:till-1.1":{"category":"food","item":"burger","line":"till-1.1","name":"Burger","quantity":1,"state":"held","unit_cents":950},"status":"paid"},"given_up":false,"created_at_ms":1800000000016,"value_cents":0},"lived_ms":16,"given_up":false}');
INSERT INTO "sync_outbox" VALUES(9,'b73e443f-f656-8eed-987c-410eac9245f8','payment','b8bbe74a-066b-8822-a8e3-316d61050ca3','{"operation":{"id":"b73e443f-f656-8eed-987c-410eac9245f8","sequence":9,"after":"a08d393e-2139-8142-aa19-86a2e0ea5a31","kind":"payment","entity":"b8bbe74a-066b-8822-a8e3-316d61050ca3","base_version":0,"payload":{"amount_cents":1028,"at_ms":1800000000016,"card":"abababababababababababababababababababababababababababababababab","currency":"USD","day":"2027-01-15","direction":"sale","grant":"g-1","last4":"4242","order":"5d85e709-1613-81b3-989c-44617a3e35c7","sealed":"c2VhbGVk","state":"requested","tender":"card","terminal":"till-1","tip_cents":0},"given_up":false,"created_at_ms":1800000000016,"value_cents":1028},"lived_ms":16,"given_up":false}');
CREATE TABLE sync_rows (
    kind TEXT NOT NULL,
    entity TEXT NOT NULL,
    version INTEGER NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (kind, entity)
) STRICT;
INSERT INTO "sync_rows" VALUES('inventory','fries',2,'{"count":20,"counted":true,"low_at":2}');
CREATE TABLE tickets (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    done INTEGER NOT NULL,
    fired_ms INTEGER NOT NULL,
    moved_ms INTEGER NOT NULL,
    ticket TEXT NOT NULL
) STRICT;
INSERT INTO "tickets" VALUES('72e86426-2377-8a9c-83e0-5077f3a35199.1','72e86426-2377-8a9c-83e0-5077f3a35199',0,1800000000013,1800000000013,'{"id":"72e86426-2377-8a9c-83e0-5077f3a35199.1","order":"72e86426-2377-8a9c-83e0-5077f3a35199","number":1,"service":"counter","state":"new","fired_ms":1800000000013,"moved_ms":1800000000013,"lines":[{"line":"till-1.1","item":"burger","name":"Burger","quantity":2,"modifiers":[],"voided":false},{"line":"till-1.2","item":"fries","name":"Fries","quantity":1,"modifiers":[],"voided":false}]}');
CREATE INDEX sync_outbox_by_entity ON sync_outbox (entity, kind, sequence);
CREATE INDEX orders_by_time ON orders (opened_ms, id);
CREATE INDEX orders_by_day ON orders (day, opened_ms, id);
CREATE INDEX orders_open ON orders (opened_ms, id) WHERE status = 'open';
CREATE INDEX payments_by_order ON payments (order_id, at_ms, id);
CREATE INDEX tickets_by_order ON tickets (order_id);
CREATE INDEX tickets_waiting ON tickets (fired_ms, id) WHERE done = 0;
CREATE INDEX tickets_done ON tickets (moved_ms) WHERE done = 1;
CREATE TRIGGER ledger_is_not_changed BEFORE UPDATE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'the ledger only grows: post a correction');
END;
CREATE TRIGGER ledger_is_not_deleted BEFORE DELETE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'the ledger only grows: post a correction');
END;
CREATE TRIGGER sold_is_not_changed BEFORE UPDATE ON sold
BEGIN
    SELECT RAISE(ABORT, 'what was sold stays as it was sold');
END;
COMMIT;
