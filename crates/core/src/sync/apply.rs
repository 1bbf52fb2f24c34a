//! What an operation does to a row's fields: the same on the device, over pending operations, and
//! at the authority.

use olympus_proto::sync::{Fields, Operation, OperationKind, Rejection, Row};
use serde_json::Value;

/// The row with the operations over it that the authority has not decided yet, oldest first.
///
/// One that does not fit, because the row has changed under it, is passed over: the authority will
/// say so.
#[must_use]
pub fn view<'a>(base: Option<&Row>, pending: impl Iterator<Item = &'a Operation>) -> Fields {
    let mut fields = base.map(|row| row.fields.clone()).unwrap_or_default();
    for operation in pending {
        if let Ok(set) = changes(&fields, operation) {
            fields.extend(set);
        }
    }
    fields
}

/// The fields that the operation sets, given those there are.
pub(super) fn changes(fields: &Fields, operation: &Operation) -> Result<Fields, Rejection> {
    let payload = &operation.payload;
    match operation.kind {
        OperationKind::OrderUpdate | OperationKind::MenuChange => {
            if payload.is_empty() || operation.entity.is_empty() {
                return Err(Rejection::Malformed);
            }
            Ok(payload.clone())
        }
        OperationKind::InventoryCount => count(payload),
        OperationKind::InventoryAdjust => {
            let by = whole(payload, "by")?;
            let count = fields.get("count").and_then(Value::as_i64).unwrap_or(0);
            let count = count.checked_add(by).ok_or(Rejection::Malformed)?;
            Ok(Fields::from([("count".to_owned(), Value::from(count))]))
        }
        OperationKind::Payment => payment(fields, operation),
        OperationKind::Unknown => Err(Rejection::UnknownKind),
    }
}

/// How much there is; and, where it is said, at which count it is low and whether it goes on being
/// counted.
fn count(payload: &Fields) -> Result<Fields, Rejection> {
    let count = whole(payload, "count")?;
    let mut set = Fields::from([("count".to_owned(), Value::from(count))]);
    if payload.contains_key("low_at") {
        set.insert("low_at".to_owned(), Value::from(whole(payload, "low_at")?));
    }
    if let Some(counted) = payload.get("counted") {
        let counted = counted.as_bool().ok_or(Rejection::Malformed)?;
        set.insert("counted".to_owned(), Value::from(counted));
    }
    Ok(set)
}

/// A payment is recorded with its amount, which then stands.
fn payment(fields: &Fields, operation: &Operation) -> Result<Fields, Rejection> {
    let told = operation.payload.get("amount_cents");
    match (fields.get("amount_cents"), told) {
        (None, None) => Err(Rejection::Malformed),
        (None, Some(amount)) if amount.as_i64() != Some(operation.value_cents.0) => {
            Err(Rejection::Malformed)
        }
        (Some(stands), Some(amount)) if stands != amount => Err(Rejection::AmountFixed),
        _ => Ok(operation.payload.clone()),
    }
}

fn whole(payload: &Fields, name: &str) -> Result<i64, Rejection> {
    payload
        .get(name)
        .and_then(Value::as_i64)
        .ok_or(Rejection::Malformed)
}

#[cfg(test)]
mod tests {
    use super::{changes, view};
    use olympus_proto::Cents;
    use olympus_proto::sync::{
        Entity, EntityKind, Fields, Operation, OperationId, OperationKind, Rejection, Row,
    };
    use serde_json::json;

    fn fields(value: serde_json::Value) -> Fields {
        serde_json::from_value(value).expect("an object")
    }

    fn operation(kind: OperationKind, payload: serde_json::Value, value_cents: i64) -> Operation {
        Operation {
            id: OperationId("a".to_owned()),
            sequence: 1,
            after: None,
            kind,
            entity: "x".to_owned(),
            base_version: 0,
            payload: fields(payload),
            given_up: false,
            created_at_ms: 0,
            value_cents: Cents(value_cents),
        }
    }

    #[test]
    fn each_kind_sets_its_fields_or_says_why_not() {
        use OperationKind::{InventoryAdjust, InventoryCount, OrderUpdate, Payment, Unknown};
        let cases = [
            (OrderUpdate, json!({"table": 4}), 0, Ok(json!({"table": 4}))),
            (OrderUpdate, json!({}), 0, Err(Rejection::Malformed)),
            (
                InventoryCount,
                json!({"count": 9}),
                0,
                Ok(json!({"count": 9})),
            ),
            (
                InventoryCount,
                json!({"count": "9"}),
                0,
                Err(Rejection::Malformed),
            ),
            (
                InventoryCount,
                json!({"count": 9, "low_at": 2, "counted": true, "by": 1}),
                0,
                Ok(json!({"count": 9, "low_at": 2, "counted": true})),
            ),
            (
                InventoryCount,
                json!({"count": 9, "counted": 1}),
                0,
                Err(Rejection::Malformed),
            ),
            (
                InventoryAdjust,
                json!({"by": -2}),
                0,
                Ok(json!({"count": 3})),
            ),
            (
                InventoryAdjust,
                json!({"by": i64::MAX}),
                0,
                Err(Rejection::Malformed),
            ),
            (
                Payment,
                json!({"amount_cents": 700}),
                700,
                Ok(json!({"amount_cents": 700})),
            ),
            (
                Payment,
                json!({"amount_cents": 700}),
                600,
                Err(Rejection::Malformed),
            ),
            (
                Payment,
                json!({"state": "approved"}),
                0,
                Err(Rejection::Malformed),
            ),
            (Unknown, json!({}), 0, Err(Rejection::UnknownKind)),
        ];
        let held = fields(json!({"count": 5}));
        for (kind, payload, value, wanted) in cases {
            let got = changes(&held, &operation(kind, payload.clone(), value));
            assert_eq!(got, wanted.map(fields), "{kind:?} {payload}");
        }
    }

    #[test]
    fn a_payment_moves_on_and_keeps_its_amount() {
        let held = fields(json!({"amount_cents": 700, "state": "sent"}));
        let on = operation(OperationKind::Payment, json!({"state": "approved"}), 0);
        assert_eq!(
            changes(&held, &on),
            Ok(fields(json!({"state": "approved"})))
        );
        let other = operation(OperationKind::Payment, json!({"amount_cents": 1}), 1);
        assert_eq!(changes(&held, &other), Err(Rejection::AmountFixed));
    }

    #[test]
    fn pending_operations_lie_over_the_row() {
        let base = Row {
            entity: Entity {
                kind: EntityKind::Inventory,
                id: "x".to_owned(),
            },
            version: 3,
            fields: fields(json!({"count": 10})),
        };
        let pending = [
            operation(OperationKind::InventoryAdjust, json!({"by": -1}), 0),
            operation(OperationKind::InventoryCount, json!({}), 0),
            operation(OperationKind::InventoryAdjust, json!({"by": -2}), 0),
        ];
        assert_eq!(
            view(Some(&base), pending.iter()),
            fields(json!({"count": 7}))
        );
        assert_eq!(view(None, pending.iter()), fields(json!({"count": -3})));
    }
}
