//! What is known while an order is read.

use super::super::draft::Choice;
use super::super::lines::Lines;
use super::super::phrases::{Names, Phrases};
use olympus_proto::{Amount, MenuItem, OrderLine, ParsedOrder, Span};

/// What was said of an item that is not named yet.
#[derive(Debug, Default)]
pub(super) struct Pending<'a> {
    /// Byte where it began; `None` where nothing waits.
    pub(super) start: Option<usize>,
    pub(super) number: Option<u32>,
    /// Of how many pieces each is, and where that was said: "five piece tenders".
    pub(super) pieces: Option<(u32, Span)>,
    pub(super) options: Vec<(&'a Names, Choice)>,
    /// The word of the kind that it is of and where that was said: "bowl with steak".
    pub(super) kind: Option<(String, Span)>,
    /// Whether a word that the menu does not know ends it: a "chocolate shake" is no dish with chocolate.
    pub(super) headed: bool,
    /// Whether "with" came after the number: "two with olives" are two of something.
    pub(super) with: bool,
    /// Whether it came before: "with two creams" is no dish that can have cream.
    pub(super) after_with: bool,
    /// Whether it goes on from what was said: "and one with lime".
    pub(super) joined: bool,
}

/// A kind of dish, and what was said of all of it.
#[derive(Debug, Clone)]
pub(super) struct ToldKind<'a> {
    /// Stem of the word.
    pub(super) word: String,
    pub(super) sizes: Vec<(&'a Names, Choice)>,
    /// How many of them are still to be told.
    pub(super) left: u32,
    /// The item that a line was made of before it was told which they are: "two burgers, one chicken".
    pub(super) made: Option<usize>,
    /// Whether none was told yet.
    pub(super) is_new: bool,
    /// Where the kind was named.
    pub(super) span: Span,
}

impl ToldKind<'_> {
    /// Whether a line was made of it, and none was told yet.
    pub(super) fn is_whole(&self) -> bool {
        self.made.is_some() && self.is_new
    }
}

/// What a verb does to the next name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Drop,
    /// Takes the place of the last line.
    Correct,
    /// Exchanged for what comes after "to".
    Change,
    /// The number of the line that is exchanged.
    Put(usize),
}

/// Reads phrases from left to right.
pub(super) struct Reader<'a> {
    pub(super) items: &'a [MenuItem],
    pub(super) phrases: &'a Phrases,
    pub(super) text: &'a str,
    pub(super) lines: Lines<'a>,
    pub(super) pending: Pending<'a>,
    pub(super) negated: bool,
    /// Whether the negation has met what it negates.
    pub(super) negation_used: bool,
    /// Whether a list was begun: "hold: pickles, onion".
    pub(super) negated_list: bool,
    /// Whether the negation met a word that the menu does not know: a new item may come.
    pub(super) negation_missed: bool,
    /// Whether that is on the dish, and the menu has a way to leave it out.
    pub(super) negated_away: bool,
    /// Whether "with" goes on with the negation: "neither with onions".
    pub(super) neither: bool,
    /// Whether "and" or "or" came since the last name: only then a negation goes on.
    pub(super) joined: bool,
    pub(super) amount: Option<Amount>,
    pub(super) verb: Option<Verb>,
    /// Whether the correction takes back what was said, and does not only go on from it: "no
    /// wait", not "make it".
    pub(super) retracts: bool,
    /// What is left out of an item that is still to come: "no pickles on the burger".
    pub(super) ahead: Vec<(&'a Names, Choice)>,
    /// Whether that is of every item to come: "no onions on anything".
    pub(super) ahead_of_all: bool,
    /// The line that what comes is of.
    pub(super) place: Option<usize>,
    /// The same of several.
    pub(super) all: Option<Vec<usize>>,
    /// Whether that is of two: "both".
    pub(super) two: bool,
    /// The line that becomes like one that is named next; `None` is one more.
    pub(super) copying: Option<Option<usize>>,
    /// What was said right before, in small letters.
    pub(super) before: String,
    /// Whether that was a name.
    pub(super) after_name: bool,
    /// Byte at which a phrase begins that was read already.
    pub(super) skip: Option<usize>,
    /// Whether words of an item that is new were not understood: it corrects nothing.
    pub(super) lost: bool,
    /// Whether "with" came since the last name: an option of the line that is open comes next.
    pub(super) with: bool,
    /// What was opened and waits for the dish that a later one names: "a medium and a large coke".
    pub(super) stash: Vec<Pending<'a>>,
    /// Whether "and" or a comma came before the name that is read.
    pub(super) listed: bool,
    /// Byte up to which all was read already.
    pub(super) read_to: usize,
    /// The stems of the name that is read.
    pub(super) said_last: Option<String>,
    /// Whether choices are exchanged: "swap the fries for tots and the slaw for rings".
    pub(super) exchanged: bool,
    /// Whether what is named next stays as it is: "keep the lettuce".
    pub(super) keep: bool,
    /// Whether the dish that is placed is one of a kind that was told.
    pub(super) told: bool,
    /// Whether what is changed is rather left out: "cut the mayo".
    pub(super) cuts: bool,
    /// Whether a refusal ended with the dish that it is of: "or" goes on with it.
    pub(super) resumes: bool,
    /// Whether "add" came since the last name.
    pub(super) adds: bool,
    /// Whether what is taken off can be a part of a dish: "take the onion off".
    pub(super) drops_part: bool,
    /// Whether something was taken off since it was asked for.
    pub(super) dropped: bool,
    /// Whether the negation sets one thing against another: "caramel, not chocolate".
    pub(super) contrast: bool,
    /// Whether the negation is of what a guest cannot have or does not like: all of its list is left out.
    pub(super) shuns: bool,
    /// Whether "on" or "to" came: an option that the line takes may be of it.
    pub(super) onto: bool,
    /// The same where something was said that can move: it goes to the item that comes next, if
    /// that is ordered.
    pub(super) towards: bool,
    /// Whether the next number says how many of the line before: "x 3".
    pub(super) times: bool,
    /// Items that the names said in a row can all mean, and whether a line was made of them.
    pub(super) run: Option<(Vec<usize>, bool)>,
    /// What waited for the item when its name was not clear yet.
    pub(super) held: Pending<'a>,
    /// The items of which one was meant, until the next dish: what is said of it is no other's.
    pub(super) asked: Vec<usize>,
    /// Whether something was said of all of the last line: "no onions on any of them, and one with
    /// cheese" is one of these.
    pub(super) told_of_all: bool,
    /// A word that several dishes' names end with, said before which of them are meant: "two large
    /// pizzas, one pepperoni and one cheese"; and the sizes said with it.
    pub(super) kind: Option<ToldKind<'a>>,
    /// Where "plain" was said before the dish that it is of.
    pub(super) plain: Option<Span>,
    /// The line that was made plain: what is named of it next is wanted.
    pub(super) made_plain: Option<usize>,
    /// The measure that a list goes on with: "a quart of slaw and beans".
    pub(super) measured: Option<(&'a Names, Choice)>,
    /// The line of several from which some are told apart: "two of them without onions".
    pub(super) shared: Option<usize>,
    /// The item of which each is told: "floats one large one small".
    pub(super) each_told: Option<usize>,
    /// The size of so many that are told one by one: "two pitchers, one lager …".
    pub(super) each_sized: Option<(&'a Names, Choice, u32)>,
    pub(super) out: ParsedOrder,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        items: &'a [MenuItem],
        phrases: &'a Phrases,
        text: &'a str,
        order: &[OrderLine],
    ) -> Self {
        Self {
            items,
            phrases,
            text,
            lines: Lines::new(items, order),
            pending: Pending::default(),
            negated: false,
            negation_used: false,
            negated_list: false,
            negation_missed: false,
            negated_away: false,
            neither: false,
            joined: false,
            amount: None,
            verb: None,
            retracts: false,
            ahead: Vec::new(),
            ahead_of_all: false,
            place: None,
            all: None,
            two: false,
            copying: None,
            before: String::new(),
            after_name: false,
            skip: None,
            lost: false,
            with: false,
            stash: Vec::new(),
            listed: false,
            read_to: 0,
            said_last: None,
            exchanged: false,
            keep: false,
            told: false,
            cuts: false,
            resumes: false,
            adds: false,
            drops_part: false,
            dropped: false,
            contrast: false,
            shuns: false,
            onto: false,
            towards: false,
            times: false,
            run: None,
            held: Pending::default(),
            asked: Vec::new(),
            told_of_all: false,
            kind: None,
            plain: None,
            made_plain: None,
            measured: None,
            shared: None,
            each_told: None,
            each_sized: None,
            out: ParsedOrder::default(),
        }
    }
}
