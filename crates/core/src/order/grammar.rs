//! The words of ordering that are on no menu: how many, without, instead of, actually, please.
//!
//! Invariant: only what a phrase does is said here; what it does it to is found by the reader.

use super::spelling::fold;
use crate::menu::text::words;
use olympus_proto::Amount;

/// What a phrase does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `two`, `a dozen`.
    Number(u32),
    /// `a`, `another`: one, of something new.
    A,
    /// `the`, `my`: perhaps something that was said before.
    The,
    /// `no`, `without`: what follows is not wanted.
    Not,
    /// `extra`, `easy on`.
    Amount(Amount),
    /// `and`.
    And,
    /// `with`, `topped with`.
    With,
    /// `but`: ends what is not wanted.
    But,
    /// `also`, `add`, `I want`: what follows is wanted.
    Want,
    /// `also`, `add`: the same, and no correction of what went before.
    More,
    /// `cancel`, `scratch`: what follows, or what went before, goes.
    Cancel,
    /// `cancel everything`.
    CancelAll,
    /// `change`, `swap`.
    Change,
    /// `to`, `for`.
    To,
    /// `instead`.
    Instead,
    /// `instead of`.
    InsteadOf,
    /// `no wait`, `I mean`: what follows corrects what went before.
    Wait,
    /// `actually`: the same, less surely.
    Actually,
    /// `make it`.
    Make,
    /// `it`, `that`.
    It,
    /// `both`.
    Both,
    /// `all of them`, `each`.
    All,
    /// `the second`; 0 is the last.
    Nth(usize),
    /// `on`, `in`.
    On,
    /// `on the side`.
    OnSide,
    /// `a side of`, `a cup of`: what follows is a dish.
    Serving,
    /// `x`, in `x 3`.
    Times,
    /// `twice`.
    Twice,
    /// `just`, `only`: ends what is not wanted.
    Only,
    /// Says nothing of the order.
    Filler,
}

/// Phrases by what they do, `|` between.
const PHRASES: &[(Kind, &str)] = &[
    (Kind::A, "a|an|another|one more|some|any"),
    (Kind::The, "the|my|our|this|these|those|your"),
    (
        Kind::Not,
        "no|non|not|without|without any|without the|w o|hold|hold the|hold any|hold back|hold back the\
         |hold on the|minus|skip|skip the|avoid|avoid the|leave out|leave out the|leave off|leave off the\
         |omit|exclude|except|ditch|dont|dont want|dont want any|dont want the|dont add|dont add any\
         |dont put|dont put any|dont include|dont include any|dont need|dont need any|dont give me|do not\
         |do not want|do not want any|do not want the|do not add|do not add any|do not put|do not put any\
         |do not include|do not need|do not need any|do not like|dont like|wont have|wont have any\
         |will not have|not any|none of|none of the|absolutely no|definitely no|definitely not\
         |certainly no|please no|and no|but no|but not|and not|hate|i hate|allergic to|can t have|cannot have\
         |cant have|not in the mood for|least favorite topping is|free of|rather not have|lose the|cut the\
         |make sure it is not|make sure its not|make sure there is no|make sure there are no|isnt|is not",
    ),
    (
        Kind::Amount(Amount::Extra),
        "extra|more|double|triple|lots of|a lot of|lot of|loads of|plenty of|tons of|a ton of|heaps of\
         |a bunch of|a whole bunch of|a whole lot of|heavy on|heavy on the|go heavy on|go heavy on the\
         |additional|extra helping of|some extra|some more",
    ),
    (
        Kind::Amount(Amount::Light),
        "light|lite|light on|light on the|go light on|go light on the|easy on|easy on the|go easy on\
         |go easy on the|a little|a little bit|a little bit of|little bit of|a bit of|just a bit|just a bit of\
         |just a little|just a little bit of|just a tiny bit of|a tiny bit of|a touch of|a drizzle\
         |a drizzle of|just a drizzle|just a drizzle of|only a bit|only a bit of|only a drizzle\
         |only a drizzle of|only a little|no more than a drizzle|no more than a drizzle of|not a lot\
         |not a lot of|not many|not much|not too much|not too many|not so much|less|fewer|little",
    ),
    (
        Kind::And,
        "and|or|as well as|nor|along with some|and also some|and some",
    ),
    (
        Kind::With,
        "with|w|topped with|along with|including|includes|containing|has|having|come with|featuring|plus",
    ),
    (Kind::But, "but|though|however|except with"),
    (
        Kind::Want,
        "want|like|have|take|get|need|give|gimme|order|love|prefer|try|grab|bring|go for|grab me|wish|wanna\
         |looking for|hoping for|put me down for|ordering|going to have|gonna have|then",
    ),
    (
        Kind::More,
        "also|add|add on|add in|put|put on|throw in|include|and then|as well|plus a|plus some|on top of that\
         |in addition|adding|toss in|stick on|too",
    ),
    (
        Kind::Cancel,
        "cancel|scratch|forget|forget about|never mind|nevermind|remove|delete|drop|take off|take out\
         |get rid of|void|lose|strike|take away|cancel out",
    ),
    (
        Kind::CancelAll,
        "cancel everything|cancel my order|cancel the order|cancel the whole order|cancel it all|cancel all\
         |cancel all of it|start over|forget everything|forget it all|scratch everything|scratch it all\
         |remove everything|cancel the entire order|forget the whole thing|cancel the whole thing",
    ),
    (
        Kind::Change,
        "change|swap|switch|replace|exchange|substitute|turn",
    ),
    (Kind::To, "to|into|for"),
    (Kind::Instead, "instead"),
    (
        Kind::InsteadOf,
        "instead of|rather than|in place of|in lieu of",
    ),
    (
        Kind::Wait,
        "no wait|wait|no sorry|sorry|i mean|i meant|no i mean|no i meant|no actually\
         |oops|whoops|or rather|correction|hang on|hold on|on second thought|no no|no hang on\
         |no hold on|wait sorry|my mistake|sorry i mean|sorry i meant|let me correct that|or better|wait actually\
         |actually wait|actually sorry|actually make it|actually make that|no make it|no make that",
    ),
    (Kind::Actually, "actually|rather|you know what"),
    (
        Kind::Make,
        "make it|make that|make them|make those|make this|make|make all of them|make them all|make both",
    ),
    (Kind::It, "it|that|them|him|her|that one|this one"),
    (
        Kind::Both,
        "both|both of them|both of those|both of these|the both of them|each of the two",
    ),
    (
        Kind::All,
        "all of them|all of those|each|each of them|every one|every one of them|all of these|them all|all three\
         |all four|each one|all",
    ),
    (Kind::Nth(1), "first|first one|1 st"),
    (Kind::Nth(2), "second|second one|2 nd|other one|the other"),
    (Kind::Nth(3), "third|third one|3 rd"),
    (Kind::Nth(4), "fourth|fourth one|4 th"),
    (Kind::Nth(5), "fifth|fifth one|5 th"),
    (Kind::Nth(0), "last one|the last|last"),
    (Kind::On, "on|in|from|onto|inside"),
    (
        Kind::OnSide,
        "on the side|on side|to the side|as a side|for a side|to drink",
    ),
    (
        Kind::Serving,
        "side of|order of|orders of|side order of|side orders of|sides of|cup of|cups of|bowl of|plate of|portion of\
         |portions of|serving of|servings of|to go cup of|piece of|pieces of|slice of|slices of|basket of\
         |helping of|side|order",
    ),
    (Kind::Times, "x|time"),
    (Kind::Twice, "twice"),
    (Kind::Only, "just|only|nothing but|simply"),
    (
        Kind::Filler,
        "please|thank|thank you|thanks|thank you very much|thanks a lot|hi|hello|hey|good morning|good evening\
         |good afternoon|good day|um|uh|uhm|er|erm|hmm|mm|ah|oh|ok|okay|okey|yes|yeah|yep|yup|well|so|now|right|alright\
         |i|me|we|us|you|he|she|they|d|ll|ve|m|re|s|id|ill|im|ive|well have|can|could|would|will|shall|may|might\
         |must|should|is|are|am|be|was|been|do|does|did|let|lets|s see|see|let us|think|guess|believe|know|mean\
         |gonna|going|go|got|today|tonight|now|here|there|of|at|by|as|if|it s|thats|that is|that s|that will be\
         |that ll be|thatll be|thats all|thats it|that is all|be all|all for now|for here|for me|for us|for now\
         |for today|for tonight|for myself|for pickup|for delivery|for takeout|for takeaway|to go|for lunch\
         |for dinner|for breakfast|for my wife|for my husband|for my kid|for my kids|for my son|for my daughter\
         |for my friend|for him|for her|for them|for everyone|for the table|for my drink|for my side|for my side item\
         |for a drink|for drinks|for my drinks|for sides|for toppings|for the toppings|for my toppings\
         |my toppings|toppings|topping|the toppings|size|sized|sizes|style|styled|flavor|flavour|flavored|flavoured\
         |spicy|spice|drink|drinks|meal|combo|dish|item|items|kind|type|of course|possible|possibly|maybe|perhaps\
         |really|very|much|quick|quickly|fast|rush|asap|up|out|off|over|place|start|begin|begin an order|place an order\
         |put in|put in an order|put in my order|start an order|an order|order for|an order for|my order|the order\
         |i d like to order|to order|to have|to get|to place|to try|to eat|to start|to begin|to begin with\
         |to start with|to the order|to my order|to that|to it|with it|with that|with them|with those|with this\
         |on it|on that|on them|on this|on there|on top|on top of it|in it|in that|in them|in there|in all|in total\
         |all together|altogether|favor|favour|do me a favor|appreciate|appreciate it|i appreciate it|how are you\
         |how are you doing|sure|great|good|fine|perfect|nice|cool|cheers|bye|goodbye|ya|yo|man|sir|maam|miss|dude\
         |buddy|friend|people|person|pcs|each way|if you can|if possible|if you could|if thats ok|if you have it\
         |that has|which has|who|what|which|when|how|about|how about|what about|where|why|because|since|done\
         |finished|everyone|my wife|my husband|wife|husband|kid|son|daughter|girlfriend|boyfriend|mom|dad|office|table\
         |ready|happy|hungry|starving|hope|feel|feeling|wanted|would be|make sure|making|made|sounds|sound|looks|look\
         |put it|with a|like to|able|that would|which|us get|my|lovely|wonderful|quite|also get|cooked|prepared|done",
    ),
];

/// Every phrase, folded, with what it does.
pub(super) fn phrases() -> Vec<(Vec<String>, Kind)> {
    let mut all: Vec<(Vec<String>, Kind)> = Vec::new();
    for (kind, list) in PHRASES {
        for phrase in list.split('|') {
            all.push((tokens(phrase), *kind));
        }
    }
    for (phrase, number) in [
        ("couple", 2),
        ("couple of", 2),
        ("a couple", 2),
        ("a couple of", 2),
        ("pair of", 2),
        ("a pair of", 2),
        ("half dozen", 6),
        ("half a dozen", 6),
        ("a half dozen", 6),
        ("dozen", 12),
        ("a dozen", 12),
    ] {
        all.push((tokens(phrase), Kind::Number(number)));
    }
    for dozens in 1..=8 {
        all.push((
            tokens(&format!("{dozens} dozen")),
            Kind::Number(12 * dozens),
        ));
    }
    for ten in (20..100).step_by(10) {
        for unit in 1..10 {
            all.push((
                vec![ten.to_string(), unit.to_string()],
                Kind::Number(ten + unit),
            ));
        }
    }
    all
}

/// A phrase as the lexicon knows it.
pub(super) fn tokens(phrase: &str) -> Vec<String> {
    words(&phrase.replace('&', " and "))
        .iter()
        .map(|word| fold(&word.text))
        .collect()
}
