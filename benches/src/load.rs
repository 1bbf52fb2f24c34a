//! Many clients at once: mixed requests, then the same while the menu changes every second, then
//! with one client that asks a hundred times as much as the others.
//!
//! Requests are due at times that do not wait for answers, and a latency counts from when its
//! request was due: a server that stalls is not spared the requests it kept from being sent. No two
//! requests ask the same, in no two parts, so that no cache answers for the model; the greedy client's do.

use crate::figures::percentile;
use crate::server::{Machine, Server};
use anyhow::Context as _;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What one client does with each of its requests in turn.
const ROUND: [Route; 10] = [
    Route::Search,
    Route::Suggest,
    Route::Intent,
    Route::Search,
    Route::Suggest,
    Route::Search,
    Route::Intent,
    Route::Suggest,
    Route::Search,
    Route::Intent,
];
const PARTS: usize = 3;
/// How much more the greedy client asks.
const GREED: f64 = 100.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Route {
    Intent,
    Search,
    Suggest,
}

/// How a load is put on.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Plan {
    /// Connections, each kept alive.
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// Requests a second of all clients together; the greedy client's come on top.
    #[arg(long, default_value_t = 400.0)]
    rate: f64,
    /// Length of each of the three parts.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

impl Plan {
    /// Questions of a part, those of the greedy client apart: one for each client's turn, and one turn more.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a count"
    )]
    fn questions(self) -> usize {
        let turns = (self.rate * self.seconds as f64 / self.clients as f64).ceil() as usize + 1;
        turns * self.stride()
    }

    /// Between two questions of a client: the others' and the greedy one's.
    fn stride(self) -> usize {
        self.clients + 1
    }

    /// Questions of all parts.
    pub(crate) fn requests(self) -> usize {
        self.questions() * PARTS
    }
}

/// What clients ask.
pub(crate) struct Questions {
    pub(crate) texts: Vec<String>,
    pub(crate) queries: Vec<String>,
}

/// The questions of one part.
#[derive(Clone, Copy)]
struct Share<'a> {
    of: &'a Questions,
    first: usize,
    /// Between two questions of a client.
    stride: usize,
}

impl Share<'_> {
    /// A text and a query for a client's turn.
    fn at(&self, turn: usize, client: usize) -> (&str, &str) {
        let at = self.first + turn * self.stride + client;
        let of = |texts: &[String]| at % texts.len();
        (
            &self.of.texts[of(&self.of.texts)],
            &self.of.queries[of(&self.of.queries)],
        )
    }
}

/// What came of one part.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    name: &'static str,
    seconds: f64,
    /// Processor seconds of the server.
    busy: f64,
    /// Share of the machine's cores that were at work, clients and others included.
    machine: f64,
    /// Milliseconds of good answers.
    latency: BTreeMap<Route, Vec<f64>>,
    /// 429 and 503.
    rejected: u64,
    /// No answer, or any other status.
    failed: u64,
    /// Menus put in use meanwhile.
    menus: u64,
}

/// One client's share of an [`Outcome`].
#[derive(Default)]
struct Seen {
    latency: Vec<(Route, f64)>,
    rejected: u64,
    failed: u64,
}

/// Runs the three parts one after the other.
pub(crate) fn run(
    server: &Server,
    plan: Plan,
    questions: &Questions,
) -> anyhow::Result<Vec<Outcome>> {
    Ok(vec![
        part("mixed", server, plan, questions, Extra::None)?,
        part(
            "a new menu every second",
            server,
            plan,
            questions,
            Extra::Menus,
        )?,
        part(
            "one client asks 100 times as much",
            server,
            plan,
            questions,
            Extra::Greed,
        )?,
    ])
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extra {
    None,
    Menus,
    Greed,
}

fn part(
    name: &'static str,
    server: &Server,
    plan: Plan,
    questions: &Questions,
    extra: Extra,
) -> anyhow::Result<Outcome> {
    let questions = Share {
        of: questions,
        first: plan.questions() * extra as usize,
        stride: plan.stride(),
    };
    eprintln!("{name}: {} s", plan.seconds);
    let pause = Duration::from_secs_f64(plan.clients as f64 / plan.rate);
    let greedy = pause.div_f64(GREED);
    let busy = server.processor_seconds()?;
    let machine = Machine::now()?;
    let start = Instant::now();
    let end = start + Duration::from_secs(plan.seconds);
    let done = AtomicBool::new(false);
    let mut outcome = Outcome {
        name,
        ..Outcome::default()
    };
    std::thread::scope(|scope| -> anyhow::Result<()> {
        let clients: Vec<_> = (0..plan.clients)
            .map(|client| {
                // Clients start evenly spread over a pause.
                let first = start + pause.mul_f64(client as f64 / plan.clients as f64);
                scope.spawn(move || ask(server, &questions, client, first, pause, end))
            })
            .collect();
        let other = (extra == Extra::Greed)
            .then(|| scope.spawn(|| ask(server, &questions, plan.clients, start, greedy, end)));
        let menus = (extra == Extra::Menus).then(|| scope.spawn(|| swap_menus(server, &done)));
        for client in clients {
            outcome.add(
                client
                    .join()
                    .map_err(|_| anyhow::anyhow!("a client panicked"))?,
            );
        }
        done.store(true, Ordering::Release);
        if let Some(menus) = menus {
            outcome.menus = menus
                .join()
                .map_err(|_| anyhow::anyhow!("the menu's thread panicked"))??;
        }
        // What the greedy one suffered is its own affair; the others' figures are the question.
        if let Some(other) = other {
            let seen = other
                .join()
                .map_err(|_| anyhow::anyhow!("a client panicked"))?;
            eprintln!(
                "  the greedy client: {} answered, {} rejected, {} failed",
                seen.latency.len(),
                seen.rejected,
                seen.failed
            );
        }
        Ok(())
    })?;
    outcome.seconds = start.elapsed().as_secs_f64();
    outcome.busy = server.processor_seconds()? - busy;
    outcome.machine = Machine::now()?.busy_since(machine);
    Ok(outcome)
}

/// One client: a request each `pause`, late ones at once.
fn ask(
    server: &Server,
    questions: &Share<'_>,
    client: usize,
    first: Instant,
    pause: Duration,
    end: Instant,
) -> Seen {
    let agent = Server::patient();
    let mut seen = Seen::default();
    let mut due = first;
    for turn in 0.. {
        if due >= end || Instant::now() >= end {
            break;
        }
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let route = ROUND[(client + turn) % ROUND.len()];
        let (text, query) = questions.at(turn, client);
        let status = match route {
            Route::Intent => server.status(&agent, "/v1/intent", &json!({"text": text})),
            Route::Search => server.status(&agent, "/v1/menu/search", &json!({"query": query})),
            Route::Suggest => server.suggest_status(&agent, query),
        };
        match status {
            Ok(200) => seen
                .latency
                .push((route, due.elapsed().as_secs_f64() * 1e3)),
            Ok(429 | 503) => seen.rejected += 1,
            _ => seen.failed += 1,
        }
        due += pause;
    }
    seen
}

/// Changes one price each second; how many menus went into use.
fn swap_menus(server: &Server, done: &AtomicBool) -> anyhow::Result<u64> {
    let mut items = server.items()?;
    let mut count = 0;
    while !done.load(Ordering::Acquire) {
        std::thread::sleep(Duration::from_secs(1));
        let item = items.first_mut().context("the menu is empty")?;
        item["price_cents"] = Value::from(500 + count);
        server.put_menu(&items)?;
        count += 1;
    }
    Ok(count)
}

impl Outcome {
    fn add(&mut self, seen: Seen) {
        for (route, ms) in seen.latency {
            self.latency.entry(route).or_default().push(ms);
        }
        self.rejected += seen.rejected;
        self.failed += seen.failed;
    }

    fn answered(&self) -> usize {
        self.latency.values().map(Vec::len).sum()
    }

    /// For machines.
    pub(crate) fn json(&self) -> Value {
        let latency: BTreeMap<String, Value> = self
            .latency
            .iter()
            .map(|(route, ms)| {
                let at = |share| percentile(ms, share);
                let value = json!({"count": ms.len(), "p50_ms": at(0.5), "p99_ms": at(0.99), "p999_ms": at(0.999)});
                (route.to_string(), value)
            })
            .collect();
        json!({
            "name": self.name,
            "answered_per_second": self.answered() as f64 / self.seconds,
            "cores_busy": self.busy / self.seconds,
            "machine_busy": self.machine,
            "rejected": self.rejected,
            "failed": self.failed,
            "menus": self.menus,
            "latency": latency,
        })
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Route::Intent => "intent",
            Route::Search => "menu search",
            Route::Suggest => "suggest",
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {:.0} answers a second, {:.2} cores busy in the server, the machine {:.0} % busy, {} rejected, {} failed, {} menus",
            self.name,
            self.answered() as f64 / self.seconds,
            self.busy / self.seconds,
            self.machine * 100.0,
            self.rejected,
            self.failed,
            self.menus
        )?;
        writeln!(
            f,
            "{:<14}{:>9}{:>9}{:>9}{:>9}",
            "ms", "answers", "p50", "p99", "p99.9"
        )?;
        for (route, ms) in &self.latency {
            let at = |share| percentile(ms, share);
            writeln!(
                f,
                "{route:<14}{:>9}{:>9.2}{:>9.2}{:>9.2}",
                ms.len(),
                at(0.5),
                at(0.99),
                at(0.999)
            )?;
        }
        Ok(())
    }
}
