//! The queue, and what a thread that fails costs.

use super::{Handle, Setup, Shelf, TillMetrics};
use crate::service;
use jiff::tz::TimeZone;
use olympus_proto::ErrorCode;
use olympus_proto::pos::NewOrder;
use olympus_store::{Asked, Command, Reply};
use prometheus_client::registry::Registry;
use std::sync::mpsc;
use std::time::{Duration, Instant};

fn till() -> Handle {
    let shelf = Shelf::new(&service::Options::default(), TimeZone::UTC);
    let metrics = TillMetrics::register(&mut Registry::default());
    Handle::start(Setup::temporary(), shelf, metrics).expect("starts")
}

fn order(key: &str) -> Asked {
    Asked {
        key: key.to_owned(),
        digest: [7; 32],
        if_match: None,
        command: Command::OpenOrder(NewOrder::default()),
    }
}

fn number(reply: &Reply) -> u32 {
    match reply {
        Reply::Order(order) => order.number,
        other => panic!("{other:?}"),
    }
}

/// Keeps the thread busy until the sender is dropped.
async fn hold(till: &Handle) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel::<()>();
    let (begun, begins) = tokio::sync::oneshot::channel();
    let busy = till.clone();
    tokio::spawn(async move {
        let wait = move |_: &mut _, _: &_| {
            let _ = begun.send(());
            let _ = held.recv();
        };
        busy.with(wait).await
    });
    begins.await.expect("is begun");
    release
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_at_once_and_what_waits_is_done_in_its_order() {
    let till = till();
    let held = hold(&till).await;
    let mut asking = tokio::task::JoinSet::new();
    for n in 0..400 {
        let till = till.clone();
        asking.spawn(async move {
            let begun = Instant::now();
            (
                till.ask(order(&format!("k{n}")), None).await,
                begun.elapsed(),
            )
        });
    }
    let mut refused = 0;
    while refused < 400 - super::handle::QUEUE {
        let (answer, took) = asking.join_next().await.expect("one ends").expect("ends");
        let error = answer.expect_err("the queue is full");
        assert_eq!(error.code, ErrorCode::Overloaded);
        assert!(took < Duration::from_secs(20), "it does not wait");
        refused += 1;
    }
    drop(held);
    let mut numbers = Vec::new();
    while let Some(one) = asking.join_next().await {
        let (answer, _) = one.expect("ends");
        numbers.push(number(&answer.expect("is done").reply));
    }
    numbers.sort_unstable();
    let all: Vec<u32> = (1..).take(super::handle::QUEUE).collect();
    assert_eq!(numbers, all, "each was done once");
    till.close().await;
}

#[tokio::test]
async fn what_is_late_when_its_turn_comes_is_not_done() {
    let till = till();
    let held = hold(&till).await;
    let late = till.ask(order("late"), Some(Instant::now()));
    let release = async {
        tokio::task::yield_now().await;
        drop(held);
    };
    let (late, ()) = tokio::join!(late, release);
    assert_eq!(late.expect_err("is late").code, ErrorCode::DeadlineExceeded);
    let next = till.ask(order("next"), None).await.expect("is done");
    assert_eq!(number(&next.reply), 1);
    till.close().await;
}

#[tokio::test]
async fn a_job_that_panics_costs_nobody_a_sale() {
    let till = till();
    let first = till.ask(order("a"), None).await.expect("is done");
    let broke = till.with(|_, _| panic!("planted")).await;
    assert_eq!(broke.expect_err("broke").code, ErrorCode::Internal);
    let again = till.ask(order("a"), None).await.expect("is known");
    assert!(again.replayed);
    assert_eq!(again.reply, first.reply);
    let second = till.ask(order("b"), None).await.expect("is done");
    assert_eq!(number(&second.reply), 2);
    till.close().await;
    let ended = till.ask(order("c"), None).await.expect_err("it is closed");
    assert_eq!(ended.code, ErrorCode::NotReady);
}
