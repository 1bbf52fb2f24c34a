use super::{Nearness, Rows, Shortlist, counts, rows_within};
use crate::vectors::Vectors;
use olympus_proto::SpaceId;
use proptest::prelude::*;
use pulp::Arch;
use std::collections::BTreeSet;

const EXACT: Shortlist = Shortlist {
    many: usize::MAX,
    likely: 0,
};

fn unit(values: &[f32]) -> Vec<f32> {
    let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
    values.iter().map(|v| v / length).collect()
}

/// Directions in which synthetic rows differ: sentence vectors fill few of their dimensions.
const DIRECTIONS: usize = 32;

/// Two rows for each item: a mixture of the same few directions and some noise.
fn menu(items: usize, dim: usize, seed: u64) -> Vectors {
    let draw = |state: &mut u64, count: usize| -> Vec<f32> {
        let next = |_| {
            *state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (*state >> 40) as f32 / (1 << 24) as f32 - 0.5
        };
        (0..count).map(next).collect()
    };
    let directions = draw(&mut 99, DIRECTIONS * dim);
    let mut state = seed;
    let mut data = Vec::with_capacity(items * 2 * dim);
    for _ in 0..items * 2 {
        let mut row = draw(&mut state, dim);
        let shares = draw(&mut state, DIRECTIONS);
        for (share, direction) in shares.iter().zip(directions.chunks_exact(dim)) {
            for (value, part) in row.iter_mut().zip(direction) {
                *value += share * part;
            }
        }
        data.extend(unit(&row));
    }
    Vectors {
        space: SpaceId::from("s"),
        dim,
        data,
        owner: (0..items as u32).flat_map(|item| [item, item]).collect(),
    }
}

fn cosines(vectors: &Vectors, query: &[f32]) -> Vec<f32> {
    let mut best = vec![0.0_f32; vectors.owner.len() / 2];
    for (row, owner) in vectors.data.chunks_exact(vectors.dim).zip(&vectors.owner) {
        let cosine: f32 = row.iter().zip(query).map(|(a, b)| a * b).sum();
        let best = &mut best[*owner as usize];
        *best = best.max(cosine);
    }
    best
}

fn all(nearness: Nearness) -> Vec<f32> {
    match nearness {
        Nearness::All(all) => all,
        Nearness::Likely(_) => panic!("every row was to be compared"),
    }
}

#[test]
fn bytes_say_what_numbers_say() {
    let vectors = menu(200, 384, 1);
    let rows = Rows::with(EXACT, &vectors, 200);
    for query in menu(20, 384, 2).data.chunks_exact(384) {
        let near = all(rows.nearness(query, &[], |_| true));
        for (said, exact) in near.iter().zip(cosines(&vectors, query)) {
            assert!((said - exact).abs() < 2e-3, "{said} is not {exact}");
        }
    }
}

#[test]
fn signs_keep_the_nearest() {
    let vectors = menu(4_000, 384, 3);
    let shortlist = Shortlist {
        many: 1,
        likely: 400,
    };
    let rows = Rows::with(shortlist, &vectors, 4_000);
    let mut kept = 0;
    for query in menu(50, 384, 4).data.chunks_exact(384) {
        let near = rows.nearness(query, &[], |_| true);
        // And those as far as the last of them.
        assert!(near.positions().expect("a shortlist").count() <= 450);
        let exact = cosines(&vectors, query);
        let mut order: Vec<u32> = (0..4_000).collect();
        order.sort_by(|a, b| exact[*b as usize].total_cmp(&exact[*a as usize]));
        kept += order[..10].iter().filter(|at| near.get(**at) > 0.0).count();
    }
    // Of 50 queries' ten nearest.
    assert!(kept >= 980, "{kept} of 1000");
}

#[test]
fn a_shortlist_holds_what_is_asked_for_and_admitted() {
    let vectors = menu(300, 64, 5);
    let shortlist = Shortlist {
        many: 1,
        likely: 10,
    };
    let rows = Rows::with(shortlist, &vectors, 300);
    let query = &vectors.data[..64];
    let near = rows.nearness(query, &[7, 123], |position| position % 2 == 1);
    let positions: BTreeSet<u32> = near.positions().expect("a shortlist").collect();
    assert!(positions.contains(&7) && positions.contains(&123));
    assert!(positions.iter().all(|position| position % 2 == 1));
    assert_eq!(near.get(0), 0.0);
    let exact = cosines(&vectors, query);
    assert!((near.get(123) - exact[123].max(0.0)).abs() < 2e-3);
}

#[test]
fn an_item_is_nearest_to_itself_and_nothing_is_near_without_rows() {
    let vectors = menu(30, 384, 6);
    let rows = Rows::with(EXACT, &vectors, 30);
    let near = rows.near(11);
    assert!(near[11] > 0.999);
    assert!(near.iter().all(|cosine| *cosine <= near[11]));
    assert!(
        Rows::of(&Vectors::none(), 3)
            .near(1)
            .iter()
            .all(|near| *near == 0.0)
    );
}

/// `cargo test --release -p olympus-menu --lib -- --ignored --nocapture a_million`
#[test]
#[ignore = "measures; takes 2.5 GB"]
fn a_million_rows() {
    for items in [750, 45_500, 500_000] {
        let vectors = menu(items, 384, 7);
        let rows = Rows::of(&vectors, items);
        let (mut kept, mut took) = (0, Vec::new());
        let queries = menu(100, 384, 8).data;
        for query in queries.chunks_exact(384) {
            let start = std::time::Instant::now();
            let near = std::hint::black_box(rows.nearness(query, &[], |_| true));
            took.push(start.elapsed());
            let exact = cosines(&vectors, query);
            let mut order: Vec<u32> = (0..items as u32).collect();
            order.select_nth_unstable_by(9, |a, b| {
                exact[*b as usize].total_cmp(&exact[*a as usize])
            });
            kept += order[..10].iter().filter(|at| near.get(**at) > 0.0).count();
        }
        // No time is asserted, but a shortlist that loses the nearest is wrong.
        assert!(kept >= 1_900, "{kept} of 2000");
        took.sort_unstable();
        println!(
            "{} rows: p50 {:?}, p99 {:?}; {kept} of 2000 nearest kept; {} bytes a row",
            items * 2,
            took[100],
            took[198],
            (rows.bytes.len()
                + 4 * rows.scales.len()
                + 4 * rows.owner.len()
                + rows.signs.as_ref().map_or(0, |signs| 8 * signs.bits.len()))
                / (items * 2),
        );
    }
}

proptest! {
    #[test]
    fn distances_are_counted_and_found_as_one_by_one(
        distances in prop::collection::vec(0_u16..40, 0..400),
        from in 0_usize..40,
        width in 0_usize..40,
    ) {
        let counted = counts(&distances, 40);
        for (at, count) in counted.iter().enumerate() {
            let plain = distances.iter().filter(|distance| usize::from(**distance) == at);
            prop_assert_eq!(*count, plain.count());
        }
        let ring = from..from + width;
        let found: Vec<u32> = rows_within(&distances, &ring).collect();
        let rows = (0_u32..).zip(&distances);
        let plain = rows.filter(|(_, distance)| ring.contains(&usize::from(**distance)));
        prop_assert_eq!(found, plain.map(|(row, _)| row).collect::<Vec<u32>>());
    }

    #[test]
    fn every_processor_says_the_same(
        rows in prop::collection::vec(prop::collection::vec(-1.0_f32..1.0, 70), 6),
        query in prop::collection::vec(-1.0_f32..1.0, 70),
    ) {
        let vectors = Vectors {
            space: SpaceId::from("s"),
            dim: 70,
            data: rows.iter().flat_map(|row| unit(row)).collect(),
            owner: vec![0, 0, 1, 1, 2, 2],
        };
        for shortlist in [EXACT, Shortlist { many: 1, likely: 3 }] {
            let best = Rows::with(shortlist, &vectors, 3);
            let mut plain = Rows::with(shortlist, &vectors, 3);
            plain.arch = Arch::Scalar;
            let (best, plain) = (
                best.nearness(&unit(&query), &[0], |_| true),
                plain.nearness(&unit(&query), &[0], |_| true),
            );
            for position in 0..3 {
                prop_assert_eq!(best.get(position).to_bits(), plain.get(position).to_bits());
            }
        }
    }

    #[test]
    fn extremes_do_not_overflow(dim in 1_usize..4_097, sign in prop::sample::select(vec![-1.0_f32, 1.0])) {
        let row = unit(&vec![1.0; dim]);
        let query = unit(&vec![sign; dim]);
        let vectors = Vectors {
            space: SpaceId::from("s"),
            dim,
            data: row,
            owner: vec![0],
        };
        let near = all(Rows::with(EXACT, &vectors, 1).nearness(&query, &[], |_| true));
        prop_assert!((near[0] - sign.max(0.0)).abs() < 1e-3, "{}", near[0]);
    }
}
