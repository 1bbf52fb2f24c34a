//! The world: time, the line to the provider, and what has to be true of it.

use crate::authority::{Authority, Call, Payment};
use crate::plant::Plant;
use crate::provider::{Provider, Request, reference};
use crate::rng::Rng;
use crate::summary::Run;
use crate::weather::{HOUR, MINUTE, Mood, Weather};
use olympus_core::settlement::{ANSWER_MS, Action, Event, LATE_MS, QUIET_MS};
use olympus_proto::pos::{Direction, PaymentState};
use olympus_proto::provider::Captured;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// The wall clock's start, so that it can be turned back.
const EPOCH: u64 = 1_800_000_000_000;
/// How long a request may be on its way.
const LIMIT_MS: u64 = ANSWER_MS + QUIET_MS - 1;

enum Happens {
    Taken(usize),
    Look,
    /// A capture comes to the provider: with its call.
    Arrives(Request, u64),
    Asked(usize, u64, u64),
    Reply(usize, u64, Said),
    Gone(usize, u64),
    Stop,
    Start,
    TurnBack,
}

enum Said {
    Captured(Captured),
    Found(Captured),
    Nothing(u64),
    Busy(Option<u64>),
    Error,
    /// An error that the planted authority takes for "busy".
    ErrorAfter,
}

pub(crate) fn run(seed: u64, plant: Option<Plant>) -> Run {
    let mut world = World::new(seed, plant);
    world.plan();
    world.live();
    world.judge();
    world.run
}

struct World {
    now_ms: u64,
    turned_back_ms: u64,
    heap: BinaryHeap<Reverse<(u64, u64)>>,
    happens: BTreeMap<u64, Happens>,
    number: u64,
    rng: Rng,
    weather: Weather,
    provider: Provider,
    authority: Authority,
    payments: Vec<Payment>,
    looks: BTreeSet<u64>,
    run: Run,
}

impl World {
    fn new(seed: u64, plant: Option<Plant>) -> Self {
        let mut rng = Rng::new(seed);
        let weather = Weather::draw(&mut rng);
        let memory_ms = if weather.forgetful { 0 } else { 24 * HOUR };
        let declines = rng.below(40);
        let down =
            |(from, to, mood): &(u64, u64, Mood)| *mood == Mood::Down && to - from >= 24 * HOUR;
        let run = Run {
            forgetful: u64::from(weather.forgetful),
            days_down: u64::from(weather.moods.iter().any(down)),
            ..Run::default()
        };
        Self {
            now_ms: 0,
            turned_back_ms: 0,
            heap: BinaryHeap::new(),
            happens: BTreeMap::new(),
            number: 0,
            rng,
            weather,
            provider: Provider::new(memory_ms, declines),
            authority: Authority::new(plant),
            payments: Vec::new(),
            looks: BTreeSet::new(),
            run,
        }
    }

    fn plan(&mut self) {
        let sales = 1 + self.rng.index(4);
        for _ in 0..sales {
            let id = self.payments.len();
            let cents = 100 + self.rng.below(9_900) as i64;
            self.payments.push(Payment {
                cents,
                refund_of: None,
            });
            let at = self.rng.below(10 * MINUTE);
            self.happen(at, Happens::Taken(id));
            if self.rng.chance(40) {
                let refund = self.payments.len();
                self.payments.push(Payment {
                    cents: cents / 2 + 1,
                    refund_of: Some(id),
                });
                let later = at + 1 + self.rng.below(self.weather.heals_ms / 2);
                self.happen(later, Happens::Taken(refund));
            }
        }
        for _ in 0..self.rng.index(3) {
            let at = self.rng.below(self.weather.heals_ms);
            self.happen(at, Happens::Stop);
        }
        if self.rng.chance(20) {
            let at = self.rng.below(self.weather.heals_ms);
            self.happen(at, Happens::TurnBack);
        }
        self.run.payments = self.payments.len() as u64;
    }

    /// Until everything is settled, or two days after all is well again.
    fn live(&mut self) {
        let end = self.weather.heals_ms + 48 * HOUR;
        while let Some(Reverse((at, number))) = self.heap.pop() {
            if at > end || !self.run.violations.is_empty() {
                break;
            }
            self.now_ms = at;
            if let Some(happens) = self.happens.remove(&number) {
                self.step(happens);
            }
        }
    }

    fn happen(&mut self, at: u64, what: Happens) {
        self.number += 1;
        self.heap.push(Reverse((at, self.number)));
        self.happens.insert(self.number, what);
    }

    fn look(&mut self, at: u64) {
        if self.looks.insert(at) {
            self.happen(at, Happens::Look);
        }
    }

    fn step(&mut self, happens: Happens) {
        match happens {
            Happens::Taken(id) if self.authority.up => {
                let clock = self.clock();
                self.authority.take(id, self.payments[id], clock);
                self.note(format!("{id} is taken"));
                self.look_at_all();
            }
            // The device sends it again.
            Happens::Taken(id) => self.happen(self.now_ms + MINUTE, Happens::Taken(id)),
            Happens::Look => {
                self.looks.remove(&self.now_ms);
                self.look_at_all();
            }
            Happens::Arrives(request, call) => self.arrives(request, call),
            Happens::Asked(id, call, asked_ms) => self.asked(id, call, asked_ms),
            Happens::Reply(id, call, said) => self.heard(id, call, Some(said)),
            Happens::Gone(id, call) => self.heard(id, call, None),
            Happens::Stop => self.stop(),
            Happens::Start => {
                self.authority.start();
                self.note("starts".to_owned());
                self.look_at_all();
            }
            Happens::TurnBack => {
                self.turned_back_ms += 1 + self.rng.below(30 * MINUTE);
                self.note("its clock is turned back".to_owned());
            }
        }
    }

    /// The authority's clock.
    fn clock(&self) -> u64 {
        EPOCH + self.now_ms - self.turned_back_ms.min(EPOCH)
    }

    fn note(&mut self, text: String) {
        let clock = self.now_ms;
        self.run.trace.push(format!("{clock:>12} {text}"));
    }

    fn violated(&mut self, text: String) {
        self.note(format!("VIOLATED: {text}"));
        self.run.violations.push(text);
    }

    fn healed(&self) -> bool {
        self.now_ms >= self.weather.heals_ms
    }

    fn mood(&self) -> Option<Mood> {
        self.weather.mood(self.now_ms).filter(|_| !self.healed())
    }

    fn chance(&mut self, percent: u64) -> bool {
        !self.healed() && self.rng.chance(percent)
    }

    /// It stops between two steps.
    fn stops_here(&mut self) -> bool {
        let stops = !self.healed() && self.rng.below(1_000) < self.weather.stop_permille;
        if stops {
            self.stop();
        }
        stops
    }

    fn stop(&mut self) {
        if !self.authority.up {
            return;
        }
        self.run.stops += 1;
        self.authority.stop();
        self.note("stops".to_owned());
        let away = match self.rng.below(10) {
            0 => self.rng.below(30 * HOUR),
            1..=4 => self.rng.below(10 * MINUTE),
            _ => self.rng.below(5_000),
        };
        self.happen(self.now_ms + away, Happens::Start);
    }

    fn look_at_all(&mut self) {
        for id in 0..self.payments.len() {
            if !self.authority.up {
                return;
            }
            self.look_at(id);
        }
    }

    fn look_at(&mut self, id: usize) {
        let clock = self.clock();
        match self.authority.next(id, clock) {
            Some(Action::Send { attempt }) => self.send(id, attempt),
            Some(Action::Ask) => self.ask(id),
            Some(Action::Wait(until)) => {
                let wait = until.saturating_sub(clock).max(1);
                self.look(self.now_ms + wait);
            }
            Some(Action::WaitForSale | Action::Done) | None => {}
        }
        self.flags(id, clock);
    }

    /// What takes long is shown.
    fn flags(&mut self, id: usize, clock: u64) {
        let Some(settlement) = self.authority.of(id) else {
            return;
        };
        let open = !settlement.state().is_settled();
        let late = clock >= settlement.since_ms() + LATE_MS;
        match (open && late, settlement.attention(clock)) {
            (true, None) => self.violated(format!("{id} is late, and nobody is told")),
            (true, Some(_)) => self.run.flagged += 1,
            _ => {}
        }
    }

    fn send(&mut self, id: usize, attempt: u32) {
        if self.stops_here() {
            return;
        }
        let clock = self.clock();
        self.authority.sending(id, clock);
        let too_early = self.authority.plants(Plant::SendsBeforeDurable);
        if !too_early {
            self.authority.commit(id);
            if self.stops_here() {
                return;
            }
        }
        let durable = self.authority.durable(id).map(|one| one.state());
        if durable != Some(PaymentState::Sent) && !self.authority.plants(Plant::PressesOnForDays) {
            self.violated(format!("{id} is sent, and its disk does not say so"));
        }
        let again = self.authority.plants(Plant::NewKeyEachTime);
        let key = format!("{}{}", reference(id), if again { attempt } else { 0 });
        self.send_capture(id, attempt, key);
        if !self.stops_here() && too_early {
            self.authority.commit(id);
        }
    }

    fn send_capture(&mut self, id: usize, attempt: u32, key: String) {
        let payment = self.payments[id];
        let request = Request {
            id,
            direction: payment
                .refund_of
                .map_or(Direction::Sale, |_| Direction::Refund),
            cents: payment.cents,
            key,
        };
        if attempt > 1 {
            self.run.sent_again += 1;
        }
        self.note(format!("{id} is sent, attempt {attempt}"));
        let call = self.authority.calls(id, Call::Capture { attempt });
        self.happen(self.now_ms + ANSWER_MS - 1, Happens::Gone(id, call));
        let copies = 1 + u64::from(self.chance(self.weather.copied_percent));
        self.run.copies += copies - 1;
        for _ in 0..copies {
            if self.chance(self.weather.lost_percent) {
                self.run.lost += 1;
                continue;
            }
            let delay = self.delay();
            self.run.late += u64::from(delay >= ANSWER_MS);
            let arrives = Happens::Arrives(request.clone(), call);
            self.happen(self.now_ms + delay, arrives);
        }
    }

    fn delay(&mut self) -> u64 {
        if !self.chance(self.weather.slow_percent) {
            20 + self.rng.below(500)
        } else if self.rng.chance(50) {
            self.rng.below(LIMIT_MS)
        } else {
            LIMIT_MS - self.rng.below(15_000)
        }
    }

    fn ask(&mut self, id: usize) {
        if self.stops_here() {
            return;
        }
        let clock = self.clock();
        let call = self.authority.calls(id, Call::Ask);
        self.happen(self.now_ms + ANSWER_MS - 1, Happens::Gone(id, call));
        if self.chance(self.weather.lost_percent) {
            self.run.lost += 1;
        } else {
            let delay = self.delay().min(20_000);
            self.happen(self.now_ms + delay, Happens::Asked(id, call, clock));
        }
    }

    fn arrives(&mut self, request: Request, call: u64) {
        let id = request.id;
        let mood = self.mood();
        if mood == Some(Mood::Down) {
            self.run.lost += 1;
            return;
        }
        if mood == Some(Mood::Busy) && self.rng.chance(95) {
            let retry = self.rng.chance(50).then(|| self.rng.below(2 * HOUR));
            self.reply(id, call, Said::Busy(retry));
            return;
        }
        if mood == Some(Mood::Failing) && self.rng.chance(40) {
            self.reply(id, call, Said::Error);
            return;
        }
        self.check_before(id);
        let now = self.now_ms;
        let captured = self.provider.capture(&request, now, &mut self.rng);
        self.note(format!("{id} is decided: {:?}", captured.state));
        if self.provider.approved(id) > 1 {
            self.violated(format!("{id} is captured twice"));
        }
        // It commits, and then fails.
        if mood == Some(Mood::Failing) && self.rng.chance(60) {
            self.reply(id, call, Said::ErrorAfter);
        } else {
            self.reply(id, call, Said::Captured(captured));
        }
    }

    /// What must be true when a capture is about to be decided.
    fn check_before(&mut self, id: usize) {
        if let Some(sale) = self.payments[id].refund_of
            && self.provider.approved(sale) == 0
        {
            self.violated(format!("{id} gives back what was never taken"));
        }
    }

    fn asked(&mut self, id: usize, call: u64, asked_ms: u64) {
        let said = match self.mood() {
            Some(Mood::Down) => return,
            Some(Mood::Busy) if self.rng.chance(80) => Said::Busy(None),
            Some(Mood::Failing) if self.rng.chance(50) => Said::Error,
            _ => match self.provider.find(id) {
                Some(captured) => Said::Found(captured),
                None => Said::Nothing(asked_ms),
            },
        };
        self.reply(id, call, said);
    }

    fn reply(&mut self, id: usize, call: u64, said: Said) {
        if self.chance(self.weather.lost_percent) {
            self.run.lost += 1;
            return;
        }
        let delay = self.delay().min(20_000);
        self.happen(self.now_ms + delay, Happens::Reply(id, call, said));
    }

    fn heard(&mut self, id: usize, number: u64, said: Option<Said>) {
        let waits = self.authority.waits.get(&id).copied();
        let waits = waits.filter(|(waits_for, _)| *waits_for == number);
        let Some((_, call)) = waits.filter(|_| self.authority.up) else {
            return;
        };
        if self.stops_here() {
            return;
        }
        self.authority.waits.remove(&id);
        let clock = self.clock();
        let busy_for_errors = self.authority.plants(Plant::TakesErrorsForBusy);
        let event = match &said {
            None => Event::NoAnswer,
            Some(Said::Captured(captured)) => Event::Answered(captured),
            Some(Said::Found(captured)) => Event::Found(captured),
            Some(Said::Nothing(asked_ms)) => self.nothing_found(*asked_ms, clock),
            Some(Said::Busy(retry_ms)) => Event::Busy {
                retry_ms: *retry_ms,
            },
            Some(Said::Error | Said::ErrorAfter) if busy_for_errors => {
                Event::Busy { retry_ms: None }
            }
            Some(Said::Error | Said::ErrorAfter) => Event::NoAnswer,
        };
        self.note(format!("{id} hears {event:?}"));
        self.authority.hear(id, event, clock, &self.payments);
        if !self.stops_here() {
            self.press_on(id, call, &said);
            self.look_at_all();
        }
    }

    fn nothing_found(&self, asked_ms: u64, clock: u64) -> Event<'static> {
        let asked_ms = match self.authority.plant {
            Some(Plant::TakesAnswersForNew) => clock,
            _ => asked_ms,
        };
        Event::NothingFound { asked_ms }
    }

    /// Mistakes of a shell that cannot wait.
    fn press_on(&mut self, id: usize, call: Call, said: &Option<Said>) {
        let (Call::Capture { attempt }, None) = (call, said) else {
            return;
        };
        let key = match self.authority.plant {
            Some(Plant::ResendsBlindly) => format!("{}-{attempt}-{}", reference(id), self.now_ms),
            Some(Plant::TrustsAnOldKey) => format!("{}0", reference(id)),
            _ => return,
        };
        self.send_capture(id, attempt.saturating_add(1), key);
    }

    /// After all is well again.
    fn judge(&mut self) {
        if !self.run.violations.is_empty() {
            return;
        }
        for id in 0..self.payments.len() {
            let state = self.authority.durable(id).map(|one| one.state());
            let approved = self.provider.approved(id);
            match (state, approved) {
                (Some(PaymentState::Approved), 1) => self.run.approved += 1,
                (Some(PaymentState::Declined), 0) => self.run.declined += 1,
                (state, _) => self.violated(format!(
                    "{id} ends as {state:?}, and was captured {approved} times"
                )),
            }
        }
    }
}
