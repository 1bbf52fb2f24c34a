//! The simulated location, asked over its line.

use super::super::super::error::CloudError;
use super::super::super::location::{Held, LocationApi, OfTerminal, ReceiptAsk, TillEvents};
use super::super::super::{Calling, CloudAsk};
use super::{Heard, SimulatedLocation, State, now_ms, payment_state, signed_cents};
use olympus_core::grant::Refusal;
use olympus_proto::edge::PublishRequest;
use olympus_proto::grant::TerminalId;
use olympus_proto::location::{
    Documents, GrantRequest, ReconcileAnswer, ReconcileUpload, ReconciledPayment, TerminalReport,
    TerminalWelcome,
};
use olympus_proto::pos::PaymentId;
use olympus_proto::sync::{EntityKind, Pull, PullAnswer, Push, PushAnswer, Register, Registered};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

/// What becomes of one request.
struct Fate {
    after: Duration,
    back: Duration,
    lost: bool,
    unanswered: bool,
    doubled: bool,
    broken: bool,
}

impl SimulatedLocation {
    fn fate(&self) -> Fate {
        let mut state = self.state();
        state.calls += 1;
        let State { wire, draw, .. } = &mut *state;
        // Each is drawn always, so that one rate does not change the others' draws.
        let [after, back] = [(); 2].map(|()| wire.delay.mul_f64(draw.f64() / 2.0));
        let [lost, unanswered, doubled, broken] =
            [wire.lost, wire.unanswered, wire.doubled, wire.broken].map(|rate| draw.f64() < rate);
        Fate {
            after,
            back,
            lost: lost || wire.cut,
            unanswered,
            doubled,
            broken,
        }
    }

    /// A request and its answer, over the line.
    async fn over<Q, A>(
        &self,
        ask: &CloudAsk<Q>,
        work: impl Fn(&mut State, &Q) -> Result<A, CloudError>,
    ) -> Result<A, CloudError> {
        let fate = self.fate();
        let down = || CloudError::unreachable("the simulated line is down");
        let passed = async {
            tokio::time::sleep(fate.after).await;
            if fate.lost {
                return Err(down());
            }
            if fate.broken {
                return Err(refused(500, "internal", "the simulated authority fails"));
            }
            let mut answer = work(&mut self.state(), &ask.what);
            if fate.doubled {
                tokio::time::sleep(fate.back).await;
                answer = work(&mut self.state(), &ask.what);
            }
            tokio::time::sleep(fate.back).await;
            if fate.unanswered || self.state().wire.cut {
                return Err(down());
            }
            answer
        };
        tokio::time::timeout(ask.timeout, passed)
            .await
            .map_err(|_| CloudError::TimedOut(ask.timeout))?
    }
}

fn refused(status: u16, code: &str, message: &str) -> CloudError {
    CloudError::Refused {
        status,
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

fn unsealed(why: Refusal) -> CloudError {
    refused(500, "internal", why.code())
}

impl State {
    fn knows(&self, terminal: &TerminalId) -> Result<(), CloudError> {
        match self.terminals.contains(terminal) {
            true => Ok(()),
            false => Err(refused(404, "not_found", "the terminal was never welcomed")),
        }
    }

    fn compare(&mut self, upload: &ReconcileUpload) -> ReconcileAnswer {
        let named = self.uploads.entry(upload.upload.clone()).or_default();
        named.extend(upload.payments.iter().map(|it| it.payment.clone()));
        let named = named.clone();
        let rows: Vec<_> = self.book.rows(EntityKind::Payment).collect();
        let of = |payment: &PaymentId| {
            let row = rows.iter().find(|row| row.entity.id == payment.as_str());
            ReconciledPayment {
                payment: payment.clone(),
                cloud_cents: row.map(|row| signed_cents(row)),
                state: row.and_then(|row| payment_state(row)),
                provider_cents: self.taken.get(payment).copied(),
            }
        };
        let mut payments: Vec<_> = upload.payments.iter().map(|it| of(&it.payment)).collect();
        if upload.last {
            let text = |row: &&&olympus_proto::sync::Row, name: &str| {
                let value = row.fields.get(name).and_then(|value| value.as_str());
                value.unwrap_or_default().to_owned()
            };
            let of_it = |row: &&&olympus_proto::sync::Row| {
                let day = text(row, "day");
                let within = upload.from <= day && day <= upload.to;
                within && text(row, "terminal") == upload.terminal.as_str()
            };
            let ids = rows.iter().filter(of_it).map(|row| row.entity.id.as_str());
            let unnamed = ids.map(PaymentId::from).filter(|id| !named.contains(id));
            payments.extend(unnamed.map(|id| of(&id)));
        }
        ReconcileAnswer { payments }
    }
}

impl LocationApi for SimulatedLocation {
    fn register<'a>(&'a self, ask: &'a CloudAsk<Register>) -> Calling<'a, Registered> {
        Box::pin(self.over(ask, |state, register| Ok(state.book.register(register))))
    }

    fn push<'a>(&'a self, ask: &'a CloudAsk<Push>) -> Calling<'a, PushAnswer> {
        Box::pin(self.over(ask, |state, push| Ok(state.book.push(push))))
    }

    fn pull<'a>(&'a self, ask: &'a CloudAsk<Pull>) -> Calling<'a, PullAnswer> {
        Box::pin(self.over(ask, |state, pull| Ok(state.book.pull(pull))))
    }

    fn welcome<'a>(&'a self, ask: &'a CloudAsk<TerminalId>) -> Calling<'a, TerminalWelcome> {
        Box::pin(self.over(ask, |state, terminal| {
            state.terminals.insert(terminal.clone());
            Ok(TerminalWelcome {
                terminal: terminal.clone(),
                keys: state.seals.pinned(now_ms()).map_err(unsealed)?,
                server_ms: now_ms(),
            })
        }))
    }

    fn grant<'a>(&'a self, ask: &'a CloudAsk<OfTerminal<GrantRequest>>) -> Calling<'a, Documents> {
        Box::pin(self.over(ask, |state, asked| {
            state.knows(&asked.terminal)?;
            let given = state.seals.grant(&asked.terminal, &asked.what, now_ms());
            given.map_err(unsealed)
        }))
    }

    fn documents<'a>(&'a self, ask: &'a CloudAsk<OfTerminal<Held>>) -> Calling<'a, Documents> {
        Box::pin(self.over(ask, |state, asked| {
            state.knows(&asked.terminal)?;
            let newer = state.seals.documents(asked.what, now_ms());
            newer.map_err(unsealed)
        }))
    }

    fn report<'a>(&'a self, ask: &'a CloudAsk<OfTerminal<TerminalReport>>) -> Calling<'a, ()> {
        Box::pin(self.over(ask, |state, asked| {
            state.knows(&asked.terminal)?;
            state.reports.push(asked.what.clone());
            Ok(())
        }))
    }

    fn reconcile<'a>(&'a self, ask: &'a CloudAsk<ReconcileUpload>) -> Calling<'a, ReconcileAnswer> {
        Box::pin(self.over(ask, |state, upload| Ok(state.compare(upload))))
    }

    fn receipt<'a>(&'a self, ask: &'a CloudAsk<ReceiptAsk>) -> Calling<'a, ()> {
        Box::pin(self.over(ask, |state, receipt| {
            if state.unwanted.iter().any(|id| receipt.id.starts_with(id)) {
                return Err(refused(400, "invalid_request", "this is no receipt"));
            }
            let kept = state.receipts.entry(receipt.id.clone());
            let kept = kept.or_insert_with(|| receipt.pdf.to_vec());
            match *kept == receipt.pdf.as_ref() {
                true => Ok(()),
                false => Err(refused(409, "conflict", "another receipt has this id")),
            }
        }))
    }

    fn menu<'a>(
        &'a self,
        ask: &'a CloudAsk<Option<String>>,
    ) -> Calling<'a, Option<PublishRequest>> {
        Box::pin(self.over(ask, |state, held| {
            let other = |menu: &&PublishRequest| held.as_ref() != Some(&menu.digest);
            Ok(state.menu.as_ref().filter(other).cloned())
        }))
    }

    fn listen<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, TillEvents> {
        Box::pin(async move {
            self.over(ask, |state, ()| match state.wire.deaf {
                true => Err(CloudError::unreachable("the simulated location is deaf")),
                false => Ok(()),
            })
            .await?;
            let mut news = self.news.subscribe();
            let (sender, receiver) = mpsc::channel(16);
            tokio::spawn(async move {
                loop {
                    let heard = tokio::select! {
                        heard = news.recv() => heard,
                        () = sender.closed() => break,
                    };
                    match heard {
                        Ok(Heard::Event(event)) if sender.send(event).await.is_ok() => {}
                        Err(RecvError::Lagged(_)) => {}
                        _ => break,
                    }
                }
            });
            Ok(receiver)
        })
    }
}
