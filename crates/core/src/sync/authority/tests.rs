use super::{Authority, Decision, DeviceMark, Loaded, PullPlan, Write};
use olympus_proto::Cents;
use olympus_proto::sync::{
    self, Cursor, DeviceId, Entity, EntityKind, Incarnation, Operation, OperationId, OperationKind,
    Outcome, Pull, PullAnswer, Push, PushAnswer, Refusal, Rejection,
};
use serde_json::json;
use std::collections::BTreeMap;

fn operation(
    id: &str,
    sequence: u64,
    kind: OperationKind,
    payload: serde_json::Value,
) -> Operation {
    Operation {
        id: OperationId(id.to_owned()),
        sequence,
        after: None,
        kind,
        entity: "x".to_owned(),
        base_version: 0,
        payload: serde_json::from_value(payload).expect("an object"),
        given_up: false,
        created_at_ms: 0,
        value_cents: Cents(0),
    }
}

fn order(id: &str, sequence: u64, payload: serde_json::Value) -> Operation {
    operation(id, sequence, OperationKind::OrderUpdate, payload)
}

fn given_up(operation: Operation) -> Operation {
    Operation {
        given_up: true,
        ..operation
    }
}

/// The state in memory, and what is pushed to it.
#[derive(Default)]
struct World {
    authority: Authority,
    state: Loaded,
    marks: Vec<DeviceMark>,
    dead: usize,
    /// What each device has said, by sequence.
    story: BTreeMap<(DeviceId, u64, u64), OperationId>,
}

impl World {
    fn push(&mut self, device: &str, operations: Vec<Operation>) -> PushAnswer {
        self.push_as(device, 1, 2, operations)
    }

    fn push_as(
        &mut self,
        device: &str,
        incarnation: u64,
        version: u16,
        mut operations: Vec<Operation>,
    ) -> PushAnswer {
        let device = DeviceId(device.to_owned());
        for operation in &mut operations {
            let at = |sequence| (device.clone(), incarnation, sequence);
            operation.after = self.story.get(&at(operation.sequence - 1)).cloned();
            let told = self.story.entry(at(operation.sequence));
            told.or_insert_with(|| operation.id.clone());
        }
        if !self.marks.iter().any(|mark| mark.device == device) {
            self.marks.push(DeviceMark {
                device: device.clone(),
                incarnation: Incarnation(1),
                sequence: 0,
                last: None,
            });
        }
        let mut loaded = self.state.clone();
        loaded.mark = self.marks.iter().find(|it| it.device == device).cloned();
        let push = Push {
            version,
            device,
            incarnation: Incarnation(incarnation),
            operations,
        };
        let Decision { writes, answer } = self.authority.push(loaded, &push);
        self.write(writes);
        answer
    }

    fn write(&mut self, writes: Vec<Write>) {
        for write in writes {
            match write {
                Write::Mark(mark) => {
                    self.marks.retain(|it| it.device != mark.device);
                    self.marks.push(mark);
                }
                Write::Outcome(it) => {
                    let before = self.state.outcomes.insert(it.operation, it.outcome);
                    assert_eq!(before, None, "an outcome is written once");
                }
                Write::Record(record) => {
                    self.state.records.insert(record.row.entity.clone(), record);
                }
                Write::Head(head) => self.state.head = head,
                Write::DeadLetter(..) => self.dead += 1,
                Write::Remove(entity) => drop(self.state.records.remove(&entity)),
                Write::Floor(_) => {}
            }
        }
    }
}

fn outcomes(answer: &PushAnswer) -> Vec<Outcome> {
    answer.settled.iter().map(|it| it.outcome.clone()).collect()
}

#[test]
fn takes_the_next_tells_the_older_again_and_stops_at_a_gap() {
    let mut world = World::default();
    let first = world.push(
        "a",
        vec![
            order("1", 1, json!({"n": 1})),
            order("3", 3, json!({"n": 3})),
        ],
    );
    assert_eq!(outcomes(&first), [Outcome::Applied { version: 1 }]);
    assert_eq!(first.refused, Some(Refusal::Gap { expected: 2 }));
    let again = world.push(
        "a",
        vec![
            order("1", 1, json!({"n": 1})),
            order("2", 2, json!({"n": 2})),
        ],
    );
    assert_eq!(
        outcomes(&again),
        [
            Outcome::Applied { version: 1 },
            Outcome::Applied { version: 2 }
        ]
    );
    assert_eq!(again.refused, None);
    assert_eq!(again.rows.len(), 1, "a row once, as it is now");
    assert_eq!(world.state.head, 2, "nothing is done twice");
}

#[test]
fn refuses_an_old_incarnation_and_a_reused_sequence() {
    let mut world = World::default();
    world.push("a", vec![order("1", 1, json!({"n": 1}))]);
    let reused = world.push("a", vec![order("other", 1, json!({"n": 9}))]);
    assert_eq!(reused.refused, Some(Refusal::SequenceReused));
    let register = olympus_proto::sync::Register {
        version: 2,
        device: DeviceId("a".to_owned()),
        location: "loc".into(),
    };
    let decision = world
        .authority
        .register(world.marks.first().cloned(), &register);
    assert_eq!(decision.answer.incarnation, Incarnation(2));
    world.write(decision.writes);
    let old = world.push("a", vec![order("2", 2, json!({"n": 2}))]);
    assert_eq!(old.refused, Some(Refusal::OldIncarnation));
    // What the device did before it was registered again counts as another's: it is another disk,
    // for all that is known.
    let mut second = order("2", 2, json!({"n": 2}));
    second.base_version = 1;
    let new = world.push_as("a", 2, 2, vec![order("1", 1, json!({"n": 1})), second]);
    assert_eq!(
        outcomes(&new),
        [
            Outcome::Applied { version: 1 },
            Outcome::Applied { version: 2 }
        ]
    );
}

#[test]
fn refuses_a_clone_that_goes_on_where_the_other_has_stopped() {
    let mut world = World::default();
    world.push("a", vec![order("1", 1, json!({"n": 1}))]);
    let key = (DeviceId("a".to_owned()), 1, 1);
    world
        .story
        .insert(key, OperationId("of the clone".to_owned()));
    let clone = world.push("a", vec![order("2", 2, json!({"n": 2}))]);
    assert_eq!(clone.refused, Some(Refusal::SequenceReused));
    assert_eq!(world.state.head, 1);
}

#[test]
fn orders_merge_by_field_and_say_so_in_the_version_that_knows_it() {
    for (version, wanted) in [
        (
            2,
            Outcome::Merged {
                version: 3,
                over: vec!["table".to_owned()],
            },
        ),
        (1, Outcome::Applied { version: 3 }),
    ] {
        let mut world = World::default();
        world.push("a", vec![order("1", 1, json!({"table": 1, "guests": 2}))]);
        world.push("b", vec![order("2", 1, json!({"table": 2}))]);
        // `a` writes over its own guests, which is no conflict, and over b's table, which is.
        let mut late = order("3", 2, json!({"table": 3, "guests": 4}));
        late.base_version = 1;
        let answer = world.push_as("a", 1, version, vec![late]);
        assert_eq!(outcomes(&answer), [wanted]);
        let row = answer.rows.first().expect("the row");
        assert_eq!(json!(row.fields), json!({"table": 3, "guests": 4}));
    }
}

#[test]
fn counts_menu_and_payments_are_refused_over_an_older_row() {
    let cases = [
        (OperationKind::InventoryCount, json!({"count": 5})),
        (OperationKind::MenuChange, json!({"price": 5})),
        (OperationKind::Payment, json!({"amount_cents": 0})),
    ];
    for (kind, payload) in cases {
        let mut world = World::default();
        let own = [1, 2].map(|n| operation(&format!("a{n}"), n, kind, payload.clone()));
        let answer = world.push("a", own.to_vec());
        assert_eq!(answer.settled.len(), 2);
        let fine = |it: &Outcome| matches!(it, Outcome::Applied { .. });
        assert!(
            outcomes(&answer).iter().all(fine),
            "one's own change is no conflict"
        );
        let stale = world.push("b", vec![operation("b1", 1, kind, payload.clone())]);
        let reason = Rejection::Stale;
        assert_eq!(outcomes(&stale), [Outcome::Rejected { reason }], "{kind:?}");
        assert_eq!(stale.rows.len(), 1, "with the row as it is");
        let mut fresh = operation("b2", 2, kind, payload);
        fresh.base_version = 2;
        assert!(outcomes(&world.push("b", vec![fresh])).iter().all(fine));
    }
}

#[test]
fn what_cannot_be_read_is_put_aside_and_the_next_goes_on() {
    let mut world = World::default();
    let answer = world.push(
        "a",
        vec![
            operation("1", 1, OperationKind::Unknown, json!({})),
            operation(
                "2",
                2,
                OperationKind::InventoryCount,
                json!({"count": "many"}),
            ),
            given_up(order("3", 3, json!({}))),
            order("4", 4, json!({"n": 1})),
        ],
    );
    assert_eq!(
        outcomes(&answer),
        [
            Outcome::Rejected {
                reason: Rejection::UnknownKind
            },
            Outcome::Rejected {
                reason: Rejection::Malformed
            },
            Outcome::Skipped,
            Outcome::Applied { version: 1 },
        ]
    );
    assert_eq!(world.dead, 2);
}

#[test]
fn what_was_decided_before_it_was_given_up_stands_and_comes_with_its_row() {
    let mut world = World::default();
    let one = order("1", 1, json!({"n": 1}));
    world.push("a", vec![one.clone()]);
    let answer = world.push("a", vec![given_up(one)]);
    assert_eq!(outcomes(&answer), [Outcome::Applied { version: 1 }]);
    assert_eq!(answer.rows.len(), 1);
}

#[test]
fn rows_that_were_put_away_are_gone_and_their_cursors_expired() {
    let mut world = World::default();
    world.push("a", vec![order("1", 1, json!({"n": 1}))]);
    let entity = Entity {
        kind: EntityKind::Order,
        id: "x".to_owned(),
    };
    let decision = world.authority.put_away(world.state.head, vec![entity]);
    world.write(decision.writes);
    let mut late = order("2", 2, json!({"n": 2}));
    late.base_version = 1;
    let reason = Rejection::Gone;
    assert_eq!(
        outcomes(&world.push("a", vec![late])),
        [Outcome::Rejected { reason }]
    );
    let pull = |cursor: Option<&str>| Pull {
        version: 2,
        cursor: cursor.map(|text| Cursor(text.to_owned())),
        limit: 10,
    };
    let expired = PullPlan::Answer(PullAnswer::Expired);
    let authority = Authority::default();
    for text in ["1.1.1", "1.2.2", "2.1.2", "1.1.2.3", "1.1.3", "", "x"] {
        assert_eq!(authority.pull(&pull(Some(text)), 2, 2), expired, "{text}");
    }
    let since = PullPlan::Since {
        version: 2,
        limit: 10,
    };
    assert_eq!(authority.pull(&pull(Some("1.1.2")), 2, 2), since);
    assert_eq!(authority.pull(&pull(None), 2, 2), PullPlan::All);
}

#[test]
fn a_version_that_is_not_spoken_is_told_which_ones_are() {
    let mut world = World::default();
    for version in [0, sync::NEWEST + 1] {
        let answer = world.push_as("a", 1, version, vec![order("1", 1, json!({"n": 1}))]);
        assert_eq!(
            answer.refused,
            Some(Refusal::Version {
                oldest: 1,
                newest: sync::NEWEST
            })
        );
        assert_eq!(world.state.head, 0);
    }
}
