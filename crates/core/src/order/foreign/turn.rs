//! A thing and what it is made of, in the order that the menu prints them: "jus d'orange" is
//! "orange juice", "té verde" is "green tea".

use super::super::phrases::Phrases;
use super::choice::{dish, has_choice, is_item};
use super::tokens::{Role, Token, is_choice, worth};

/// What stands before a kind of bread or sauce and says nothing where the menu has that kind.
const SORTS: [&str; 9] = [
    "bread", "breads", "roll", "rolls", "bun", "buns", "syrup", "sauce", "dough",
];
/// Things that are tried together.
const MOST: usize = 3;

/// Turns every such pair, the longest first from the left.
pub(super) fn turn(tokens: &mut Vec<Token>, phrases: &Phrases) {
    let mut at = 0;
    while at < tokens.len() {
        let turned = (2..=MOST).rev().find_map(|length| {
            let group = Group::from(tokens, at, length)?;
            let token = group.joined(tokens, phrases)?;
            (!group.are_two(tokens, &token, phrases)).then_some((group.to, token))
        });
        match turned {
            // What came out may be of another thing: "bagel de salmón ahumado".
            Some((to, token)) => {
                tokens.splice(at..to, [token]);
            }
            None => at += 1,
        }
    }
}

/// "Quesadilla de pollo para niños" is a kids quesadilla of chicken, where there is one.
pub(super) fn for_kids(tokens: &mut Vec<Token>, phrases: &Phrases) {
    const FAR: usize = 5;
    let mut at = 0;
    while at < tokens.len() {
        let is_kids = |token: &Token| token.ways.iter().any(|way| way == "kids");
        let near = tokens
            .get(..=at)
            .unwrap_or_default()
            .iter()
            .enumerate()
            .rev();
        let meant = tokens.get(at).is_some_and(is_kids);
        let near = near.take_while(|(near, token)| *near == at || token.goes_on());
        let dish = near
            .skip(1)
            .take(FAR)
            .filter(|_| meant)
            .find_map(|(near, token)| {
                let named = token.ways.iter().map(|way| format!("kids {way}"));
                let named = named.into_iter().find(|named| is_item(named, phrases))?;
                Some((near, named))
            });
        match dish {
            Some((near, named)) => {
                if let Some(token) = tokens.get_mut(near) {
                    token.set(&named);
                }
                tokens.remove(at);
            }
            None => at += 1,
        }
    }
}

/// "Without sugar" is no thing that goes before another.
fn is_thing(token: &Token) -> bool {
    let is_told = ["without ", "with ", "no "]
        .iter()
        .any(|it| token.english.starts_with(it));
    token.role == Role::Thing && !is_told
}

/// Things in a row, with the words that join them.
struct Group {
    /// Where the things are.
    things: Vec<usize>,
    /// The token after the last.
    to: usize,
    /// Whether "with" joins two.
    with: bool,
    /// Whether "and" joins two.
    and: bool,
    /// Whether "of" comes after the first.
    of: bool,
}

impl Group {
    fn from(tokens: &[Token], start: usize, length: usize) -> Option<Self> {
        if !tokens.get(start).is_some_and(is_thing) {
            return None;
        }
        let mut group = Self {
            things: vec![start],
            to: start + 1,
            with: false,
            and: false,
            of: false,
        };
        while group.things.len() < length {
            let next = tokens.get(group.to)?;
            let is_list = group.things.len() > 1 && next.gap.trim() == ",";
            if !next.goes_on() && !is_list {
                return None;
            }
            match next.role {
                Role::Thing if !is_thing(next) => return None,
                Role::Thing => group.things.push(group.to),
                Role::Of => group.of |= group.things.len() == 1,
                Role::With => group.with = true,
                Role::And => group.and = true,
                Role::The => {}
                Role::Cue => return None,
            }
            group.to += 1;
        }
        Some(group)
    }

    /// The things as one, where the menu has them so.
    fn joined(&self, tokens: &[Token], phrases: &Phrases) -> Option<Token> {
        let things: Vec<&Token> = self
            .things
            .iter()
            .filter_map(|at| tokens.get(*at))
            .collect();
        let (english, known) = match things.as_slice() {
            [head, of] => self.pair(head, of, phrases)?,
            [head, one, other] if self.of || !self.and => three(head, one, other, phrases)?,
            [head, one, other] if !self.with => in_order([head, one, other], phrases)?,
            _ => return None,
        };
        let (first, last) = (things.first()?, things.last()?);
        // "Vanilla syrup" is also vanilla: "sirop vanille sans sucre".
        let bare = things
            .last()
            .filter(|_| SORTS.contains(&first.english.as_str()));
        let bare = bare.map(|bare| bare.english.clone());
        (known > 0).then(|| Token {
            role: Role::Thing,
            gap: first.gap.clone(),
            ways: std::iter::once(english.clone()).chain(bare).collect(),
            english,
            is_answer: false,
            start: first.start,
            end: last.end,
        })
    }

    /// "Integrali tostati" are two choices, and no wheat toast that the dish has none of.
    fn are_two(&self, tokens: &[Token], joined: &Token, phrases: &Phrases) -> bool {
        let things: Vec<&Token> = self
            .things
            .iter()
            .filter_map(|at| tokens.get(*at))
            .collect();
        let [head, of] = things.as_slice() else {
            return false;
        };
        let is_said = |word: &str| format!(" {} ", joined.english).contains(&format!(" {word} "));
        let as_said = is_said(&head.english) && is_said(&of.english);
        let is_choice = |token: &Token| is_choice(&token.english, phrases);
        let is_dish = is_item(&joined.english, phrases);
        if as_said || is_dish || self.of || !is_choice(head) || !is_choice(of) {
            return false;
        }
        let before = self.things.first().and_then(|at| tokens.get(..*at));
        let mut before = before.unwrap_or_default().iter().rev();
        let dish = before.find_map(|token| dish(token, phrases));
        !dish.is_some_and(|dish| has_choice(dish, &joined.english, phrases))
    }

    fn pair(&self, head: &Token, of: &Token, phrases: &Phrases) -> Option<(String, u8)> {
        if self.and {
            // "Canela y pasas" where the menu has cinnamon raisin.
            let orders = [[0, 1], [1, 0]];
            let mut both = orders
                .iter()
                .filter_map(|order| best([head, of], order, phrases));
            return both.find(|(_, known)| *known == 3 && !self.with && !self.of);
        }
        let straight = best([head, of], &[0, 1], phrases);
        let turned = best([head, of], &[1, 0], phrases);
        let least = if self.with { 3 } else { 2 };
        let is_item = self.with && worth(&head.english, phrases) == 3;
        let as_said = format!("{} {}", head.english, of.english);
        // "Kids meal quesadilla" where the menu has a kids quesadilla.
        let told = |said: (String, u8)| {
            let is_one = said.1 == 3 || said.0 != as_said;
            (!self.with && is_one).then_some(said)
        };
        match (straight, turned) {
            (Some(said), Some((_, turned))) if said.1 >= turned && !self.of => told(said),
            (Some(said), None) if !self.of => told(said),
            (_, Some((text, known))) if known >= least && !is_item => Some((text, known)),
            (Some((text, 3)), _) if self.of => Some((text, 3)),
            _ => self.kind_of(head, of, phrases),
        }
    }

    /// "Pan de centeno" where the menu has rye, and no rye bread; "club Sandwich" where it has club.
    fn kind_of(&self, head: &Token, of: &Token, phrases: &Phrases) -> Option<(String, u8)> {
        let is_dish = of.english.eq_ignore_ascii_case("sandwich") && of.goes_on() && !self.of;
        if is_dish && !self.with && worth(&head.english, phrases) == 3 {
            return Some((head.english.clone(), 3));
        }
        let is_drink = ["coffee", "tea"].contains(&head.english.as_str()) && !self.of;
        if is_drink && !self.with && is_item(&of.english, phrases) {
            return Some((of.english.clone(), 3));
        }
        let is_sort = SORTS.contains(&head.english.as_str());
        let is_known = worth(&of.english, phrases) == 3;
        let is_own = worth(&head.english, phrases) == 3;
        (is_sort && is_known && !is_own && !self.with).then(|| (of.english.clone(), 3))
    }
}

/// "Batido de fresa y plátano" is a strawberry banana smoothie.
fn three(head: &Token, one: &Token, other: &Token, phrases: &Phrases) -> Option<(String, u8)> {
    let things = [head, one, other];
    let orders = [[1, 2, 0], [2, 1, 0]];
    let found = orders
        .iter()
        .filter_map(|order| best(things, order, phrases));
    let turned = found
        .max_by_key(|(_, known)| *known)
        .filter(|(_, known)| *known == 3);
    turned.or_else(|| in_order(things, phrases))
}

/// "Speck, Ei und Käse" where the menu has bacon egg cheese.
fn in_order(things: [&Token; 3], phrases: &Phrases) -> Option<(String, u8)> {
    best(things, &[0, 1, 2], phrases).filter(|(_, known)| *known == 3)
}

/// The things in that order, in the ways that the menu knows best; `None` where it has no name of
/// them.
fn best<const N: usize>(
    things: [&Token; N],
    order: &[usize],
    phrases: &Phrases,
) -> Option<(String, u8)> {
    let mut texts = vec![String::new()];
    for at in order {
        let ways = things.get(*at).map(|thing| thing.ways.as_slice())?;
        let add = |text: &String| {
            let text = text.clone();
            ways.iter()
                .map(move |way| format!("{text} {way}").trim_start().to_owned())
        };
        texts = texts.iter().flat_map(add).collect();
    }
    let known = texts.into_iter().map(|text| {
        let known = worth(&text, phrases);
        (text, known)
    });
    let mut top: Option<(String, u8)> = None;
    for (text, known) in known.filter(|(_, known)| *known > 1) {
        if top.as_ref().is_none_or(|(_, best)| known > *best) {
            top = Some((text, known));
        }
    }
    top
}
