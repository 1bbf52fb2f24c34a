//! Several clients, a server that is thrown out of memory now and then, and a line that repeats
//! and reorders: all end with one cart.

use super::super::{Applied, MAX_CENTS};
use super::*;
use proptest::prelude::*;

const CLIENTS: usize = 3;

#[derive(Debug, Clone)]
enum Step {
    /// A client edits what it shows.
    Edit(usize, Edit),
    /// An operation on its way arrives; a copy may stay on its way.
    Arrive(prop::sample::Index, bool),
    /// A client hears so many operations, the latest it knows again among them.
    Hear(usize, usize),
    /// The server is evicted and comes back from what it wrote.
    Evict,
}

fn cents() -> impl Strategy<Value = Cents> {
    prop_oneof![
        8 => (0_i64..5_000).prop_map(Cents),
        1 => (-600_i64..0).prop_map(Cents),
        1 => any::<i64>().prop_map(Cents),
        1 => Just(MAX_CENTS),
    ]
}

fn line_id() -> impl Strategy<Value = LineId> {
    (0..6).prop_map(|number| LineId(format!("l{number}")))
}

fn choices() -> impl Strategy<Value = Vec<LineModifier>> {
    let one = ("[a-c]", cents()).prop_map(|(id, price_cents)| LineModifier {
        group: "g".to_owned(),
        name: id.clone(),
        id,
        price_cents,
    });
    prop::collection::vec(one, 0..3)
}

fn edit() -> impl Strategy<Value = Edit> {
    let quantity = || prop_oneof![9 => 1_u8..100, 1 => any::<u8>()];
    prop_oneof![
        4 => (line_id(), "[ab]", cents(), quantity(), choices()).prop_map(
            |(line, item, unit_price_cents, quantity, modifiers)| Edit::AddLine {
                line,
                name: item.clone(),
                item: ItemId(item),
                unit_price_cents,
                quantity,
                modifiers,
                note: String::new(),
            }
        ),
        3 => (line_id(), quantity())
            .prop_map(|(line, quantity)| Edit::SetQuantity { line, quantity }),
        2 => (line_id(), choices())
            .prop_map(|(line, modifiers)| Edit::SetModifiers { line, modifiers }),
        2 => (line_id(), ".{0,8}").prop_map(|(line, note)| Edit::SetNote { line, note }),
        2 => line_id().prop_map(|line| Edit::RemoveLine { line }),
        1 => Just(Edit::Clear {}),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..CLIENTS, edit()).prop_map(|(client, edit)| Step::Edit(client, edit)),
        4 => (any::<prop::sample::Index>(), any::<bool>())
            .prop_map(|(at, copy)| Step::Arrive(at, copy)),
        3 => (0..CLIENTS, 0_usize..6).prop_map(|(client, most)| Step::Hear(client, most)),
        1 => Just(Step::Evict),
    ]
}

#[derive(Default)]
struct Client {
    confirmed: Snapshot,
    pending: Vec<Operation>,
}

fn author(client: usize) -> Author {
    Author(format!("client{client}"))
}

/// The server, the clients, and what is between them.
#[derive(Default)]
struct World {
    cart: Cart,
    clients: [Client; CLIENTS],
    on_their_way: Vec<(usize, Operation)>,
    made: usize,
}

impl World {
    fn edit(&mut self, client: usize, edit: Edit) {
        self.made += 1;
        let at = &mut self.clients[client];
        let operation = operation(&format!("op{}", self.made), at.confirmed.version, edit);
        at.pending.push(operation.clone());
        self.on_their_way.push((client, operation));
    }

    fn arrive(&mut self, at: usize, copy: bool) {
        let (client, operation) = self.on_their_way[at].clone();
        if !copy {
            self.on_their_way.remove(at);
        }
        let known = self.cart.outcome(&operation.id);
        let before = self.cart.clone();
        let outcome = self.cart.apply(operation.clone(), author(client));
        if let Some(known) = known {
            assert_eq!((outcome, &self.cart), (known, &before), "done twice");
        }
        match outcome {
            Outcome::Applied { version } => {
                assert_eq!(version, before.version() + 1);
                assert_eq!(self.cart.version(), version);
            }
            Outcome::Repeated { .. } => assert_eq!(self.cart.snapshot(), before.snapshot()),
            Outcome::Refused { .. } => {
                assert_eq!(self.cart.snapshot(), before.snapshot());
                // Nothing will be heard of it.
                self.answered(client, &operation.id);
            }
        }
    }

    fn answered(&mut self, client: usize, id: &OpId) {
        self.clients[client].pending.retain(|one| one.id != *id);
    }

    fn hear(&mut self, client: usize, most: usize) {
        let known = self.clients[client].confirmed.version;
        let news: Vec<Applied> = self
            .cart
            .since(known.saturating_sub(1))
            .expect("remembered")
            .into_iter()
            .take(most)
            .collect();
        for applied in &news {
            let new = self.clients[client].confirmed.follow(applied);
            assert_eq!(new, Ok(applied.version > known));
            self.answered(client, &applied.operation.id);
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Edit(client, edit) => self.edit(client, edit),
            Step::Arrive(at, copy) => {
                if !self.on_their_way.is_empty() {
                    self.arrive(at.index(self.on_their_way.len()), copy);
                }
            }
            Step::Hear(client, most) => self.hear(client, most),
            Step::Evict => {
                let kept = serde_json::to_string(&self.cart).expect("serialises");
                let back: Cart = serde_json::from_str(&kept).expect("reads");
                assert_eq!(back, self.cart);
                self.cart = back;
            }
        }
    }

    /// Whatever the moment: the total is the sum, and what stands in the cart is allowed.
    fn check(&self) {
        let lines = self.cart.lines().values();
        let sum: i128 = lines
            .map(|line| {
                let extras: i128 = line
                    .modifiers
                    .iter()
                    .map(|m| i128::from(m.price_cents.0))
                    .sum();
                (i128::from(line.unit_price_cents.0) + extras) * i128::from(line.quantity)
            })
            .sum();
        assert_eq!(sum, i128::from(self.cart.total().0));
        assert!((0..=i128::from(MAX_CENTS.0)).contains(&sum));
    }
}

proptest! {
    #[test]
    fn whatever_is_done_in_whatever_order_all_end_with_one_cart(
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let mut world = World::default();
        for step in steps {
            world.step(step);
            world.check();
        }
        while !world.on_their_way.is_empty() {
            world.arrive(0, false);
        }
        for client in 0..CLIENTS {
            world.hear(client, usize::MAX);
            let at = &world.clients[client];
            prop_assert_eq!(&at.confirmed, world.cart.snapshot());
            // An addition of a line that was there already is answered, and never heard of.
            let open = at.pending.iter().filter(|one| {
                !matches!(world.cart.outcome(&one.id), Some(Outcome::Repeated { .. }))
            });
            let rebased = rebase(&at.confirmed, open, &author(client));
            prop_assert_eq!(&rebased.shown, world.cart.snapshot());
        }
    }

    #[test]
    fn applying_twice_changes_nothing(edits in prop::collection::vec(edit(), 1..40)) {
        let mut cart = Cart::new();
        for (number, edit) in edits.into_iter().enumerate() {
            let operation = operation(&number.to_string(), cart.version(), edit);
            let first = cart.apply(operation.clone(), author(0));
            let after = cart.clone();
            let second = cart.apply(operation, author(1));
            prop_assert_eq!(&cart, &after);
            match first {
                Outcome::Applied { version } => {
                    prop_assert_eq!(second, Outcome::Repeated { version });
                }
                other => prop_assert_eq!(second, other),
            }
        }
    }

    #[test]
    fn an_operation_survives_a_round_trip(edit in edit(), base_version in any::<u64>()) {
        let operation = operation("1", base_version, edit);
        let json = serde_json::to_string(&operation).expect("serialises");
        prop_assert_eq!(&serde_json::from_str::<Operation>(&json).expect("reads"), &operation);
        let applied = Applied { version: base_version, author: author(0), operation };
        let json = serde_json::to_string(&applied).expect("serialises");
        prop_assert_eq!(serde_json::from_str::<Applied>(&json).expect("reads"), applied);
    }
}
