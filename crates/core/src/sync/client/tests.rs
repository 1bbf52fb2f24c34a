use super::{
    AgeMark, Client, ClientConfig, Draft, Effects, Event, Failure, NotRecorded, Notice, Now,
    Pressure, Send, Stored, Why, Write,
};
use crate::route::{Draw, Moment};
use olympus_proto::Cents;
use olympus_proto::sync::{
    Cursor, DeviceId, Entity, EntityKind, Fields, Gone, Incarnation, OperationId, OperationKind,
    Outcome, PullAnswer, Push, PushAnswer, Refusal, Registered, Rejection, Row, Settled,
};
use serde_json::json;
use std::time::Duration;

fn at(ms: u64) -> Now {
    Now {
        moment: Moment::from_millis(ms),
        wall_ms: 1_800_000_000_000 + ms as i64,
        draw: Draw(0),
    }
}

fn id(text: &str) -> OperationId {
    OperationId(text.to_owned())
}

fn draft(text: &str, value: i64) -> Draft {
    Draft {
        id: id(text),
        kind: OperationKind::OrderUpdate,
        entity: "o".to_owned(),
        base_version: 0,
        payload: Fields::from([("n".to_owned(), json!(1))]),
        value_cents: Cents(value),
    }
}

fn push(effects: &Effects) -> Option<(u64, &Push)> {
    effects.send.iter().find_map(|send| match send {
        Send::Push(request, push) => Some((*request, push)),
        _ => None,
    })
}

fn sequences(effects: &Effects) -> Vec<u64> {
    let pushes = effects.send.iter().filter_map(|send| match send {
        Send::Push(_, push) => Some(push),
        _ => None,
    });
    let operations = pushes.flat_map(|push| &push.operations);
    operations.map(|operation| operation.sequence).collect()
}

fn registered(config: ClientConfig) -> Client {
    let device = DeviceId("till".to_owned());
    let (mut client, effects) = Client::set_up(config, device, "loc".into(), at(0));
    assert!(matches!(effects.persist.as_slice(), [Write::Identity(_)]));
    let effects = client.on(Event::Tick, at(0));
    let Some(Send::Register(request, _)) = effects.send.first() else {
        panic!("{effects:?}");
    };
    let answer = Registered {
        newest: 2,
        incarnation: Incarnation(1),
    };
    let request = *request;
    let effects = client.on(Event::Registered { request, answer }, at(1));
    assert_eq!(effects.notices, [Notice::Registered(Incarnation(1))]);
    client
}

fn answer(settled: &[(&str, Outcome)], refused: Option<Refusal>) -> PushAnswer {
    let settled = settled.iter().map(|(text, outcome)| Settled {
        operation: id(text),
        outcome: outcome.clone(),
    });
    PushAnswer {
        newest: 2,
        settled: settled.collect(),
        rows: Vec::new(),
        refused,
    }
}

const DONE: Outcome = Outcome::Applied { version: 1 };

#[test]
fn what_is_recorded_is_persisted_in_the_effects_that_send_it() {
    let mut client = registered(ClientConfig::default());
    let effects = client.record(draft("a", 0), at(2)).expect("room");
    let put = |write: &Write| matches!(write, Write::Put(it) if it.operation.id == id("a"));
    assert!(effects.persist.iter().any(put));
    let next = |write: &Write| matches!(write, Write::Identity(it) if it.next_sequence == 2);
    assert!(
        effects.persist.iter().any(next),
        "the place is never given again"
    );
    assert_eq!(sequences(&effects), [1]);
    assert_eq!(client.record(draft("a", 0), at(3)), Err(NotRecorded::Again));
    assert_eq!(client.pending().count(), 1);
}

#[test]
fn an_operation_leaves_the_outbox_once_and_by_its_id() {
    let mut client = registered(ClientConfig::default());
    let _ = client.record(draft("a", 0), at(2)).expect("room");
    // An answer to a request that nobody remembers.
    let event = |request| Event::Pushed {
        request,
        answer: answer(&[("a", DONE), ("unknown", DONE)], None),
    };
    let effects = client.on(event(99), at(3));
    assert_eq!(effects.persist, [Write::Delete(id("a"))]);
    assert_eq!(client.on(event(99), at(4)).persist, []);
}

#[test]
fn silence_is_waited_for_and_then_everything_is_sent_again_with_its_id() {
    let mut client = registered(ClientConfig::default());
    let first = client.record(draft("a", 0), at(2)).expect("room");
    let (_, sent) = push(&first).expect("a push");
    let late = client.on(Event::Tick, at(20_002));
    assert!(sequences(&late).is_empty(), "after a wait");
    let wake = late.wake.expect("a wake");
    assert!(wake > Moment::from_millis(20_002));
    let now = Now {
        moment: wake,
        ..at(20_002)
    };
    let again = client.on(Event::Tick, now);
    let (_, resent) = push(&again).expect("a push");
    assert_eq!(resent, sent);
}

#[test]
fn rejected_operations_are_shown_until_they_are_settled() {
    let mut client = registered(ClientConfig::default());
    let reason = Rejection::Stale;
    let _ = client.record(draft("a", 0), at(2)).expect("room");
    let rejected = answer(&[("a", Outcome::Rejected { reason })], None);
    let event = Event::Pushed {
        request: 2,
        answer: rejected,
    };
    let effects = client.on(event, at(3));
    let Some(Write::Attend(attention)) = effects.persist.get(1) else {
        panic!("{effects:?}");
    };
    assert_eq!(attention.why, Why::Rejected(reason));
    assert_eq!(effects.notices, [Notice::NotDone(id("a"))]);
    assert_eq!(client.standing(at(4)).attention, 1);
    assert_eq!(
        client.again(&id("b"), draft("c", 0), at(4)),
        Err(NotRecorded::NotThere)
    );
    let effects = client.again(&id("a"), draft("c", 0), at(4)).expect("room");
    assert_eq!(effects.persist.last(), Some(&Write::Settle(id("a"))));
    assert_eq!(client.standing(at(4)).attention, 0);
    assert_eq!(client.dismiss(&id("a")), None);
}

#[test]
fn poison_is_found_alone_given_up_and_does_not_block() {
    let config = ClientConfig {
        poison_after: 2,
        ..ClientConfig::default()
    };
    let mut client = registered(config);
    let _ = client.on(
        Event::Failed {
            request: 2,
            failure: Failure::Silent,
        },
        at(2),
    );
    for (n, text) in ["a", "b", "c"].into_iter().enumerate() {
        let _ = client
            .record(draft(text, 0), at(3 + n as u64))
            .expect("room");
    }
    // The authority fails on `b` and answers everything else.
    let mut now_ms = 20_000;
    let mut skipped = false;
    for _ in 0..60 {
        let mut effects = client.on(Event::Tick, at(now_ms));
        effects = pulls_answered(&mut client, effects, now_ms);
        while let Some((request, sent)) = push(&effects) {
            let event = if sent
                .operations
                .iter()
                .any(|it| it.id == id("b") && !it.given_up)
            {
                let failure = Failure::Broken;
                Event::Failed { request, failure }
            } else {
                let outcome = |it: &olympus_proto::sync::Operation| Settled {
                    operation: it.id.clone(),
                    outcome: if !it.given_up { DONE } else { Outcome::Skipped },
                };
                let settled = sent.operations.iter().map(outcome).collect();
                let answer = PushAnswer {
                    settled,
                    ..answer(&[], None)
                };
                Event::Pushed { request, answer }
            };
            effects = client.on(event, at(now_ms));
            skipped |= effects
                .persist
                .iter()
                .any(|it| matches!(it, Write::Attend(_)));
        }
        now_ms += 5_000;
    }
    assert_eq!(client.pending().count(), 0);
    let dead: Vec<_> = client.attention().collect();
    assert!(skipped && dead.len() == 1, "{dead:?}");
    assert_eq!(
        (dead[0].why, &dead[0].operation.id),
        (Why::DeadLetter, &id("b"))
    );
    assert_eq!(
        dead[0].operation.payload,
        draft("b", 0).payload,
        "as it was"
    );
}

#[test]
fn a_snapshot_in_pages_is_written_at_its_last_one() {
    let mut client = registered(ClientConfig::default());
    let row = |id: &str, version| Row {
        entity: Entity {
            kind: EntityKind::Order,
            id: id.to_owned(),
        },
        version,
        fields: Fields::new(),
    };
    let page = |rows, gone, version, more| PullAnswer::Snapshot {
        rows,
        gone,
        cursor: Cursor(format!("c{version}")),
        complete_to: version,
        more,
    };
    let pulls = |effects: &Effects| {
        let pull = effects.send.iter().find_map(|send| match send {
            Send::Pull(request, pull) => Some((*request, pull.cursor.clone())),
            _ => None,
        });
        pull.expect("a pull")
    };
    let answer = page(vec![row("a", 1), row("b", 2)], Vec::new(), 2, true);
    let effects = client.on(Event::Pulled { request: 2, answer }, at(2));
    assert_eq!(effects.persist, [], "nothing is known yet");
    let (request, cursor) = pulls(&effects);
    assert_eq!(cursor, Some(Cursor("c2".to_owned())));
    // A page that is lost is asked for again, from where it was.
    let failure = Failure::Silent;
    let _ = client.on(Event::Failed { request, failure }, at(3));
    let (request, cursor) = pulls(&client.on(Event::Tick, at(2_000)));
    assert_eq!(cursor, Some(Cursor("c2".to_owned())));
    let gone = Gone {
        entity: row("b", 2).entity,
        version: 4,
    };
    let answer = page(vec![row("a", 3)], vec![gone.clone()], 4, false);
    let effects = client.on(Event::Pulled { request, answer }, at(2_001));
    assert_eq!(
        effects.persist,
        [
            Write::Replace(vec![row("a", 3)], 4),
            Write::Cursor(Cursor("c4".to_owned()), 4),
        ]
    );
    // From then on what goes is told by its name.
    let (request, _) = pulls(&client.on(Event::Changed, at(3_000)));
    let answer = PullAnswer::Changes {
        from: Cursor("c4".to_owned()),
        rows: Vec::new(),
        gone: vec![gone.clone()],
        cursor: Cursor("c5".to_owned()),
        complete_to: 5,
        more: false,
    };
    let effects = client.on(Event::Pulled { request, answer }, at(3_001));
    assert_eq!(effects.persist.first(), Some(&Write::Gone(gone)));
}

/// Answers the pull among them, where there is one; what is to be done then.
fn pulls_answered(client: &mut Client, mut effects: Effects, now_ms: u64) -> Effects {
    let pull = effects.send.iter().find_map(|send| match send {
        Send::Pull(request, _) => Some(*request),
        _ => None,
    });
    if let Some(request) = pull {
        let answer = PullAnswer::Expired;
        let more = client.on(Event::Pulled { request, answer }, at(now_ms));
        effects.send.extend(more.send);
    }
    effects
}

/// What an authority does that fails on every push for a while, and whether anything is given up
/// then: answers to `pulls` are good, or failures as well.
fn given_up_in_an_outage(pulls: bool, rounds: u64) -> u32 {
    let mut client = registered(ClientConfig::default());
    let first = client.record(draft("a", 500), at(1)).expect("room");
    let mut given_up = 0;
    let (mut now_ms, mut request) = (1, push(&first).expect("a push").0);
    for _ in 0..rounds {
        let failure = Failure::Broken;
        let effects = client.on(Event::Failed { request, failure }, at(now_ms));
        given_up += u32::from(
            effects
                .persist
                .iter()
                .any(|it| matches!(it, Write::Put(pending) if pending.given_up)),
        );
        now_ms += 61_000;
        let mut effects = client.on(Event::Tick, at(now_ms));
        if pulls {
            effects = pulls_answered(&mut client, effects, now_ms);
        } else {
            for send in &effects.send {
                if let Send::Pull(request, _) = *send {
                    let _ = client.on(Event::Failed { request, failure }, at(now_ms));
                }
            }
        }
        request = push(&effects).expect("it is tried again").0;
    }
    assert_eq!(client.attention().count(), 0);
    given_up
}

#[test]
fn an_authority_that_fails_on_everything_makes_no_poison() {
    assert_eq!(given_up_in_an_outage(false, 200), 0);
    // One that can still be read is doubted more each time.
    let often = given_up_in_an_outage(true, 200);
    assert!((3..=6).contains(&often), "{often} of 200");
}

#[test]
fn a_new_incarnation_numbers_what_is_left_in_its_order() {
    let mut client = registered(ClientConfig::default());
    for text in ["a", "b", "c"] {
        let _ = client.record(draft(text, 0), at(2)).expect("room");
    }
    let refused = answer(&[("a", DONE)], Some(Refusal::SequenceReused));
    let event = Event::Pushed {
        request: 3,
        answer: refused,
    };
    let effects = client.on(event, at(3));
    assert_eq!(effects.notices, [Notice::SequenceReused]);
    let Some(Send::Register(request, _)) = effects.send.first() else {
        panic!("{effects:?}");
    };
    let answer = |incarnation| Registered {
        newest: 2,
        incarnation: Incarnation(incarnation),
    };
    let request = *request;
    let event = |incarnation| Event::Registered {
        request,
        answer: answer(incarnation),
    };
    assert_eq!(client.on(event(1), at(4)).persist, [], "not one it had");
    let effects = client.on(event(7), at(5));
    let (_, sent) = push(&effects).expect("a push");
    assert_eq!(sent.incarnation, Incarnation(7));
    let told: Vec<_> = sent
        .operations
        .iter()
        .map(|it| (it.id.clone(), it.sequence, it.after.clone()))
        .collect();
    assert_eq!(told, [(id("b"), 1, None), (id("c"), 2, Some(id("b")))]);
    assert_eq!(
        effects.persist.len(),
        3,
        "both and the identity: {:?}",
        effects.persist
    );
}

#[test]
fn rows_come_with_their_cursor_and_only_for_the_one_asked_with() {
    let mut client = registered(ClientConfig::default());
    let cursor = |text: &str| Cursor(text.to_owned());
    let row = |version| Row {
        entity: Entity {
            kind: EntityKind::Menu,
            id: "d".to_owned(),
        },
        version,
        fields: Fields::new(),
    };
    let snapshot = PullAnswer::Snapshot {
        rows: vec![row(3)],
        gone: Vec::new(),
        cursor: cursor("c3"),
        complete_to: 3,
        more: false,
    };
    let effects = client.on(
        Event::Pulled {
            request: 2,
            answer: snapshot,
        },
        at(2),
    );
    assert_eq!(
        effects.persist,
        [
            Write::Replace(vec![row(3)], 3),
            Write::Cursor(cursor("c3"), 3)
        ]
    );
    let effects = client.on(Event::Changed, at(3));
    let Some(Send::Pull(request, pull)) = effects.send.first() else {
        panic!("{effects:?}");
    };
    assert_eq!(pull.cursor, Some(cursor("c3")));
    let changes = |from| PullAnswer::Changes {
        from: cursor(from),
        rows: vec![row(4)],
        gone: Vec::new(),
        cursor: cursor("c4"),
        complete_to: 4,
        more: false,
    };
    let request = *request;
    let stale = client.on(
        Event::Pulled {
            request,
            answer: changes("c1"),
        },
        at(4),
    );
    assert_eq!(stale.persist, []);
    let effects = client.on(Event::Changed, at(5));
    let Some(Send::Pull(request, _)) = effects.send.first() else {
        panic!("{effects:?}");
    };
    let expired = Event::Pulled {
        request: *request,
        answer: PullAnswer::Expired,
    };
    let effects = client.on(expired, at(6));
    let all = |send: &Send| matches!(send, Send::Pull(_, pull) if pull.cursor.is_none());
    assert!(effects.send.iter().any(all), "asks for everything");
}

#[test]
fn caps_tell_first_and_then_refuse_what_is_of_value() {
    let hour = 3_600_000;
    let config = ClientConfig {
        most_operations: 4,
        most_value: Cents(1_000),
        ..ClientConfig::default()
    };
    let mut client = registered(config);
    let _ = client.record(draft("a", 300), at(2)).expect("room");
    assert_eq!(client.standing(at(2)).pressure, Pressure::None);
    assert_eq!(client.standing(at(24 * hour + 2)).pressure, Pressure::Soft);
    let late = at(72 * hour + 2);
    assert_eq!(client.standing(late).pressure, Pressure::Hard);
    assert_eq!(client.record(draft("b", 1), late), Err(NotRecorded::Age));
    // The wall clock has no say in it.
    for skew in [-10, 10] {
        let now = Now {
            wall_ms: late.wall_ms + skew * 365 * 24 * hour as i64,
            ..at(3)
        };
        assert_eq!(client.standing(now).pressure, Pressure::None);
    }
    assert_eq!(
        client.record(draft("b", -701), at(3)),
        Err(NotRecorded::Value),
        "a refund too"
    );
    for text in ["b", "c", "d"] {
        let _ = client
            .record(draft(text, 0), late)
            .expect("an order is finished");
    }
    assert_eq!(client.standing(late).pressure, Pressure::Full);
    assert_eq!(client.record(draft("e", 0), late), Err(NotRecorded::Count));
    let standing = client.standing(late);
    assert_eq!((standing.queue_size, standing.value), (4, Cents(300)));
    assert_eq!(standing.oldest, Some(Duration::from_millis(72 * hour)));
}

#[test]
fn the_age_counts_on_after_a_restart() {
    let mut client = registered(ClientConfig::default());
    let effects = client.record(draft("a", 300), at(5_000)).expect("room");
    let age = effects.persist.iter().find_map(|write| match write {
        Write::Age(mark) => Some(*mark),
        _ => None,
    });
    let age: AgeMark = age.expect("beside the operation");
    let stored = Stored {
        identity: client.identity().clone(),
        outbox: client.pending().cloned().collect(),
        attention: Vec::new(),
        cursor: None,
        age,
    };
    let boot = Now {
        moment: Moment::START,
        ..at(65_000)
    };
    let (client, _) = Client::restore(ClientConfig::default(), stored, boot);
    assert_eq!(client.standing(boot).oldest, Some(Duration::from_secs(60)));
}

#[test]
fn a_version_that_both_speak_is_found() {
    let mut client = registered(ClientConfig::default());
    let effects = client.record(draft("a", 0), at(2)).expect("room");
    let (request, _) = push(&effects).expect("a push");
    let refused = Some(Refusal::Version {
        oldest: 1,
        newest: 1,
    });
    let _ = client.on(
        Event::Pushed {
            request,
            answer: answer(&[], refused),
        },
        at(3),
    );
    let effects = client.on(Event::Tick, at(10_000));
    let (request, sent) = push(&effects).expect("a push");
    assert_eq!(sent.version, 1);
    let refused = Some(Refusal::Version {
        oldest: 4,
        newest: 5,
    });
    let effects = client.on(
        Event::Pushed {
            request,
            answer: answer(&[], refused),
        },
        at(10_001),
    );
    assert_eq!(
        effects.notices,
        [Notice::Incompatible {
            oldest: 4,
            newest: 5
        }]
    );
    assert_eq!(client.pending().count(), 1, "and everything waits");
}

#[test]
fn what_waits_for_the_line_goes_out_once_it_is_reached() {
    let mut client = registered(ClientConfig::default());
    let effects = client.record(draft("a", 1), at(1)).expect("records");
    let (request, _) = push(&effects).expect("a push");
    let failure = Failure::Silent;
    let effects = client.on(Event::Failed { request, failure }, at(3));
    assert!(push(&effects).is_none(), "it waits");
    let effects = client.on(Event::Reached, at(4));
    let (request, _) = push(&effects).expect("the same again");
    let failure = Failure::Busy(Duration::from_secs(9));
    let effects = client.on(Event::Failed { request, failure }, at(5));
    assert!(push(&effects).is_none());
    let effects = client.on(Event::Reached, at(6));
    assert!(push(&effects).is_none(), "it was asked to wait");
    assert!(push(&client.on(Event::Tick, at(9_005))).is_some());
}

#[test]
fn room_for_several_is_told_before_any_is_recorded() {
    let config = ClientConfig {
        most_operations: 3,
        most_value: Cents(100),
        ..ClientConfig::default()
    };
    let mut client = registered(config);
    let room =
        |client: &Client, operations, cents| client.room_for(operations, Cents(cents), at(1));
    assert_eq!(room(&client, 3, 100), Ok(()));
    assert_eq!(room(&client, 4, 0), Err(NotRecorded::Count));
    assert_eq!(room(&client, 1, 101), Err(NotRecorded::Value));
    client.record(draft("a", 60), at(1)).expect("records");
    assert_eq!(room(&client, 2, 40), Ok(()));
    assert_eq!(room(&client, 3, 0), Err(NotRecorded::Count));
    assert_eq!(room(&client, 1, -41), Err(NotRecorded::Value));
    assert_eq!(
        client.pending().count(),
        1,
        "nothing was recorded by asking"
    );
}

#[test]
fn what_waits_is_summed_as_it_comes_and_goes() {
    let mut client = registered(ClientConfig::default());
    let effects = client.record(draft("a", 700), at(1)).expect("records");
    let (request, _) = push(&effects).expect("a push");
    client.record(draft("b", -300), at(1)).expect("records");
    client.record(draft("c", 0), at(1)).expect("records");
    assert_eq!(client.standing(at(2)).value, Cents(1_000));
    let answer = PushAnswer {
        newest: 2,
        settled: vec![Settled {
            operation: id("a"),
            outcome: Outcome::Applied { version: 1 },
        }],
        rows: Vec::new(),
        refused: None,
    };
    let _ = client.on(Event::Pushed { request, answer }, at(3));
    assert_eq!(client.standing(at(3)).value, Cents(300));
    let stored = Stored {
        identity: client.identity().clone(),
        outbox: client.pending().cloned().collect(),
        attention: Vec::new(),
        cursor: None,
        age: AgeMark::default(),
    };
    let (again, _) = Client::restore(ClientConfig::default(), stored, at(4));
    assert_eq!(again.standing(at(4)).value, Cents(300));
}

#[test]
fn cash_is_taken_until_no_more_may_wait_and_tips_count() {
    let hour = 60 * 60 * 1_000;
    let config = ClientConfig {
        most_operations: 5,
        most_value: Cents(1_000),
        ..ClientConfig::default()
    };
    let mut client = registered(config);
    let paid = |text: &str, value: i64, tip: i64, tender: &str| {
        let payload = [
            ("amount_cents", json!(value)),
            ("tip_cents", json!(tip)),
            ("tender", json!(tender)),
        ];
        Draft {
            kind: OperationKind::Payment,
            payload: payload.map(|(name, value)| (name.to_owned(), value)).into(),
            ..draft(text, value)
        }
    };
    let _ = client
        .record(paid("a", 800, 150, "card"), at(1))
        .expect("room");
    assert_eq!(client.standing(at(1)).value, Cents(950));
    let more = client.record(paid("b", 40, 11, "card"), at(2));
    assert_eq!(more, Err(NotRecorded::Value), "the tip counts");
    let _ = client
        .record(paid("b", 9_000, 0, "cash"), at(2))
        .expect("cash");
    assert_eq!(client.standing(at(2)).pressure, Pressure::Soft);
    let late = at(72 * hour + 2);
    let card = client.record(paid("c", 1, 0, "card"), late);
    assert_eq!(card, Err(NotRecorded::Age));
    for text in ["c", "d", "e"] {
        let _ = client
            .record(paid(text, 500, 0, "cash"), late)
            .expect("cash");
    }
    let full = client.record(paid("f", 1, 0, "cash"), late);
    assert_eq!(full, Err(NotRecorded::Count));
    assert_eq!(client.standing(late).value, Cents(950 + 9_000 + 3 * 500));
}
