//! The words of ordering in English: numbers, negations, amounts, what begins a clause and what
//! takes something back. Stems, as [`super::stems::stem`] makes them.

use olympus_proto::Amount;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// What words do in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    /// How many of what follows.
    Number(u32),
    /// `a`, `an`: one, and a new item.
    Article,
    /// What follows is not wanted.
    Not,
    /// How much of what follows.
    Amount(Amount),
    /// What follows goes with the item before.
    With,
    /// Goes on as before.
    And,
    /// A new wish: ends a negation.
    Clause,
    /// What follows stays as it is.
    Keep,
    /// What follows takes the place of what was said last.
    Correction,
    /// What follows is taken off the order.
    Drop,
    /// What follows is exchanged for something.
    Change,
    /// Between what goes and what comes.
    To,
    /// Between what was said and what should have been: "the coke should be large".
    ShouldBe,
    /// Lines meant by their place: `None` is the last, 0 the first.
    Place(Option<u8>),
    /// Every line.
    All,
    /// Before a number, how many of the item before: "coke x 3".
    Times,
    /// So many of the item before: "twice".
    Again(u32),
    /// A measure of what follows: "two pumps of vanilla".
    Measure,
    /// Before the item that what was said belongs to: "no onions on the burger".
    On,
    /// None of the lines before has what follows: "neither with onions".
    Neither,
    /// What was named stays on after all: "actually onions are fine".
    Fine,
    /// What was named is not wanted: "cheese left off".
    Off,
    /// One more as a line before: "the third is the same as the second".
    Same,
    /// The one that is left of several, or all that are left.
    Rest,
    /// What follows is only asked about: "do you have".
    Asks,
    /// What was said of one of two is of the other: "the other way round".
    Swapped,
    /// What follows is all that is on it: "nothing but lettuce".
    Only,
    /// The dish before with a side and a drink: "make it a meal".
    Meal,
    /// All that comes with it: "with everything".
    Whole,
    /// Says nothing about the order.
    Filler,
    /// The same where its words by themselves would say something: "hold on", "that's everything".
    Aside,
}

/// Longest cue, in words.
pub(super) const LONGEST: usize = 5;

const TABLE: &[(Cue, &str)] = &[
    (
        Cue::Article,
        "a|an|un|una|uno|another|one more|a single|another one of|another one|one more of those|another one of those|another of those|a second one|second one more|a third one",
    ),
    (
        Cue::Not,
        "no|without|with out|whit out|without any|go without the|w o|hold|hold the|minus|skip|skip the|leave out|leave out the|leave off|leave off the|avoid|avoid the|not|dont want|dont add|dont put|dont include|do not want|do not add|do not put|do not include|except|except for|excluding|exclude|omit|sans|nix|nix the|and no|but no|with no|not any|dont want any|i dont want|i do not want|free of|hate|i hate|dislike|dont like|i dont like|instead of|in place of|keep off|no more|lose the|never|leave the|leave|not put|not put the|not put any|not add|not include|sin|but not|everything but|everything but the|everything except|everything except the|all but the|none of the|none of that|none of those|lay off|lay off the|no need for|go without|allergic to|im allergic to|allergy to|cant have|cant eat|cannot have|cannot eat|cant stand|cant do|ditch|ditch the|nothing|anything but|anything but the|anything except|anything except the|lose|drop|nothing with|wo|do not|doesnt|does not|shouldnt|should not|isnt|w out|free from|doesnt want|doesnt need|does not need|doesnt need any|doesnt like|doesnt eat|wont eat|dont|dont make it|dont make it too|do not make it|pass on the|dont need|dont need any|hold off on|stay away from|get rid of all|86 the|86 all the|kill the|nuke the|axe the|scrap the|forgo the|do without|do without the",
    ),
    (
        Cue::Amount(Amount::Extra),
        "extra|lots of|a lot of|lot of|plenty of|loads of|tons of|heavy on|heavy on the|go heavy on|go heavy on the|double|triple|more|additional|a good deal of|as much|much",
    ),
    (
        Cue::Amount(Amount::Light),
        "light|light on|light on the|lightly|easy on|easy on the|go easy on|go easy on the|go light on|go light on the|a little|a little bit|a little bit of|a bit|a bit of|little|little bit of|just a little|just a bit|just a bit of|just a tiny bit of|a tiny bit of|a touch of|a dash of|a drizzle of|just a drizzle of|only a little|only a bit|not too much|not too many|not much|not many|not a lot|not a lot of|no more than a drizzle of|less|less of|some light|easy",
    ),
    (
        Cue::With,
        "with|w|con|throw|throw in|throw on|add|plus|have|having|including|include|along with|topped with|put|put on|together with|with added|with a side of|on it|make it with|covered in|covered with|loaded with|filled with|in it|dont forget|dont forget the|dont skip|dont skip the|dont skimp on the|dont leave out|dont leave out the|dont leave off|dont leave off the|dont hold|dont hold the|not without",
    ),
    (
        Cue::And,
        "and|or|nor|y|also|n|as well as|and also|then|and then|followed by",
    ),
    (
        Cue::Clause,
        "i want|i need|start with|start off with|well start with|well start off with|begin with|lemme get|lemme have|lemme do|lemme|can you|could you|would you|will you|i would like|i would love|id like|id love|i like|ill have|ill take|ill get|ill do|i will have|i will take|can i get|can i have|can you give me|could i get|could i have|may i have|may i get|let me get|let me have|lets get|lets do|lets have|give me|get me|bring me|we want|we need|wed like|we would like|well have|well take|can we get|can we have|well do|well get|well try|well go with|ill go with|lets go with|could we get|could we have|gimme|i also want|and i want|for me|but|oh and|and oh|go for|im going for|to drink|for my side|for drink|i would also like|i would also want|id also like|i also need|ill also have|ill also take|i will also have|for him|for her|for my kid|for my son|for my daughter|for my wife|for my husband|for my friend|for my brother|for my sister|for my mom|for my mum|for my dad|for my mother|for my father|for my girlfriend|for my boyfriend|for my partner|for my buddy|for my boy|for my girl|for my kids|for my boss|for my coworker|for the kid|for the little one|also i want|i will try|ill try|i wanna|i wanna get|i am going to have|im going to have|i only want|i just want|only want|just want|i only need|just give me|just get me|all i want is|i really want|i just need|ill just do|ill just have|ill just take|ill just get|i want to order|i would like to order|id like to order|make me|please get me|do me|and do",
    ),
    (Cue::Keep, "keep|keep the|leave on the"),
    (
        Cue::Correction,
        "no wait|no uh with|no um with|no er with|wait no|oh wait|wait|i mean|i meant|no sorry|sorry|sorry no|or rather|rather|no make it|no make that|make it|make that|make them|make those|make these|make em|make hers|make his|make mine|make theirs|actually make it|actually make that|actually no|no actually|scratch that|sry|sry meant|meant|i meant to say|edit|scratch that make it|on second thought|correction|change that to|change it to|better|you dont have that|you dont have those|you dont have it|you dont have any|dont have that|dont have those|dont have it|no i mean|no i meant|or actually|cancel that|strike that|skip that",
    ),
    (
        Cue::Drop,
        "cancel|cancel the|actually cancel|actually cancel the|scratch|scratch the|forget|forget the|forget about the|drop the|delete|delete the|remove|remove the|take off|take off the|take out the|void|void the|get rid of|get rid of the|never mind the|nevermind the|never mind on the|nevermind on the|take the|i no longer want|i dont need the|dont need the",
    ),
    (
        Cue::Change,
        "change|change the|change my|bump the|bump my|bump up the|bump up my|cut the|make the|make my|swap|swap the|swap my|switch|switch the|switch my|replace|replace the|replace my|substitute|exchange the",
    ),
    (
        Cue::To,
        "to|to a|to an|for|for a|for an|into|into a|by|by a|out for|out for a",
    ),
    (
        Cue::ShouldBe,
        "should be|should be a|should have been|should have been a|was supposed to be|was supposed to be a|needs to be|needs to be a|has to be|has to be a",
    ),
    (Cue::Place(Some(0)), "first one|first|first line"),
    (Cue::Place(Some(1)), "second one|second|second line"),
    (Cue::Place(Some(2)), "third one|third|third line"),
    (Cue::Place(Some(3)), "fourth one|fourth"),
    (Cue::Place(None), "last one|that one|last"),
    (
        Cue::All,
        "both|both of them|either|either one|either of them|any of them|all of them|each|each of them|all of those|all of it|any of it|anything|everything",
    ),
    (
        Cue::Number(2),
        "two|dos|couple|a couple|couple of|a couple of|pair of|a pair of|double order of|wed both like|wed both like a|wed both like the|well both have|well both have a|well both have the|well both take|well both take the|we both want a|we both want the",
    ),
    (Cue::Times, "x|times"),
    (
        Cue::Measure,
        "pump|pump of|shot of|scoop of|packet of|pack of|squirt of|spoon of|spoonful of",
    ),
    (Cue::Again(2), "twice|two times"),
    (Cue::Again(3), "thrice|three times"),
    (
        Cue::On,
        "on|onto|in|in the|in my|on my|on the|on that|on his|on her|on our|off|off of|off the|off my|from|from the|from my",
    ),
    (Cue::Number(3), "three|tres"),
    (Cue::Number(4), "four|cuatro"),
    (Cue::Number(5), "five|cinco"),
    (
        Cue::Number(6),
        "six|seis|half dozen|half a dozen|a half dozen|half a dozen of",
    ),
    (Cue::Number(7), "seven"),
    (Cue::Number(8), "eight"),
    (Cue::Number(9), "nine"),
    (Cue::Number(10), "ten"),
    (Cue::Number(11), "eleven"),
    (
        Cue::Number(12),
        "twelve|dozen|a dozen|dozen of|one dozen|a dozen of",
    ),
    (Cue::Number(13), "thirteen"),
    (Cue::Number(14), "fourteen"),
    (Cue::Number(15), "fifteen"),
    (Cue::Number(16), "sixteen"),
    (Cue::Number(17), "seventeen"),
    (Cue::Number(18), "eighteen"),
    (Cue::Number(19), "nineteen"),
    (Cue::Number(20), "twenty"),
    (Cue::Number(24), "two dozen"),
    (Cue::Number(1), "one|one of|just one|single"),
    (
        Cue::Only,
        "leave off everything but|leave off everything but the|leave off everything except|leave off everything except the|leave off everything except for|leave out everything but|leave out everything but the|leave out everything except|leave out everything except the|leave out everything except for|hold everything but|hold everything but the|hold everything except|hold everything except the|hold everything except for|skip everything but|skip everything but the|skip everything except|skip everything except the|skip everything except for|take off everything but|take off everything but the|take off everything except|take off everything except the|take off everything except for|lose everything but|lose everything but the|lose everything except|lose everything except the|lose everything except for|hold off everything but|hold off everything but the|hold off everything except|hold off everything except the|hold off everything except for|leave everything off but|everything off but|take everything off but|no toppings but|leave everything off but the|everything off but the|take everything off but the|no toppings but the|leave everything off except|everything off except|take everything off except|no toppings except|leave everything off except the|everything off except the|take everything off except the|no toppings except the|nothing but|nothing but the|nothing on it but|with nothing but|with nothing but the|hold everything but|hold everything but the|hold everything except|hold everything except the|hold all but the|everything off but|everything off except|with only|with only the|with just|with just the|only with|just with",
    ),
    (
        Cue::Meal,
        "make it a meal|make it a combo|make that a meal|make that a combo|make them meals|make them combos|make those meals|make those combos|as a meal|as a combo",
    ),
    (Cue::Whole, "with everything|with everything on it|con todo"),
    (
        Cue::Neither,
        "neither of them|neither one|neither of those|neither|none of them|none of them with|none with",
    ),
    (
        Cue::Fine,
        "are fine|is fine|are ok|is ok|are okay|is okay|are good|is good|are alright|is alright|is fine after all|are fine after all|can stay|can stay on",
    ),
    (
        Cue::Off,
        "left off|left out|taken off|taken out|held|removed|excluded|no thanks|no thank you|is not needed|not needed|isnt needed|on none of them",
    ),
    (
        Cue::Same,
        "same for him|same for her|same for me|same for my wife|same for my husband|same for my friend|same for my son|same for my daughter|same for my brother|same for my sister|same for my mom|same for my dad|the same as|same as|the same again|same again|exactly like|identical to|just like it|just like that|just like that one|the same thing|same thing|the exact same thing|exact same thing|the exact same thing again|exact same thing again|exactly the same thing|the exact same|exactly the same|the same|same thing again",
    ),
    (
        Cue::Rest,
        "the rest|the others|the other|the other one|other one|the other ones|the remaining|rest of them|the rest of them|the remaining one",
    ),
    (
        Cue::Asks,
        "do you have|do you have any|do you have the|do you guys have|do you guys have any|do you guys have the|do you still have|do you still have the|do you guys still have|do you all have|do yall have|do yall have any|do y all have|do ya have|do u have|do u have any|do you do|do you do a|do you do the|do you guys do|do you sell|do you carry|do you serve|do you make|do you got|do you got any|have you got|have you got a|have you got any|you guys have|you guys still have|you guys got|you guys got any|is the|are the|is your|are your|does the|how much is|how much is the|how much is a|how much are|how much are the|how much for|what comes on|what comes on the|what comes with|what comes with the|what comes in the|whats in|whats in the|whats on|whats on the|what is in the|what is on the|is there|are there|are there any|you got any",
    ),
    (
        Cue::Swapped,
        "other way round|other way around|other way about|the other way round|the other way around|the other way about|vice versa|swap those around|swap them around|swap those round|swap them round|switch those around|switch them around|i got that backwards|i got those backwards",
    ),
    (
        Cue::All,
        "all 2|all 3|all 4|all 5|all 6|all 7|all 8|all 9|all 10|all 11|all 12|all 2 of them|all 3 of them|all 4 of them|all 5 of them|all 6 of them|every one|every one of them",
    ),
    (
        Cue::Aside,
        "as a|as an|never mind just|nevermind just|hold on a second|hold on a sec|hang on|one moment|one second|one sec|let me see|let me think|no ok|no okay|ok no|no problem|no worries|i dont know|dont know|dont worry|i dont care|dont mind|i dont mind|i dont think|thats everything|thats all|thats it|that is all|that is it|that will be all|thatll be all|thatll be it|nothing else|and nothing else|and thats it|and thats all|and that is it|that is everything|and thats everything|and that is everything|that will be everything|thatll be everything|as always|like last time|as usual|the usual way|the normal way|the regular way|as is|as it comes|exactly as it comes|just as it comes|how it comes|how they come|just how they come|just how it comes|the way they come|the way it comes|like it comes|the way it normally comes|as you make it|with nothing|with nothing on it|with nothing else|wait hold on|on the side|on side|you know what|no you know what|if you have it|if you can|no rush|no hurry|the same size|same size|all the same|the same way|at the same time",
    ),
    (
        Cue::Filler,
        "de|del|la|el|los|las|por favor|gracias|quiero|para|dame|me da|buenas|hola|em|thing|i|we|me|my|you|your|he|she|they|them|it|its|im|is|are|be|was|am|the|this|that|these|those|of|at|to|for|up|so|as|just|please|pls|thanks|thank you|thank|hi|hello|hey|um|uh|er|like|yeah|yes|ok|okay|well|oh|ah|hmm|some|any|want|need|would|could|can|will|should|may|might|get|got|let|lets|give|take|do|going|go|gonna|wanna|try|love|today|now|here|side|top|side of|on top|on the top|inside|order|order of|piece|piece of|cup of|cups of|glass of|bottle of|plate of|bowl of|slice of|serving of|portion of|dish|meal|kind|type|there|too|maybe|really|very|good|day|morning|evening|sir|maam|hungry|which|who|what|all|only|each|per|if|possible|also|same|more|style|size|sized|topping|flavor|flavour|flavored|preferably|kindly|everyone|one for|delivery|pickup|takeout|table|lunch|dinner|instead|actually|sub|else|still",
    ),
];

/// Everyday words that say nothing about an order and are a letter from names of dishes: "party"
/// is no patty.
const EVERYDAY: &str = "party|people|friend|fireplace|pool|terrace|table|room|suite|lobby|balcony|garden|patio|brother|sister|mother|father|mom|dad|boss|work|office|home|house|car|time|week|weekend|night|noon|birthday|game|team|name|phone|card|cash|bag|box|fork|knife|napkin|late|early|always|never|ever|kinda|guess|think|know|feel|say|said|tell|told|ask|come|came|went|see|look|eat|eating|drink|drinking|share|sharing|split|hear|start|begin|finish|end|done|ready|real|super|huge|bunch|place|line|window|minute|second|money|price|cost|bill|change|receipt|menu|special|combo|deal|boy|girl|man|guy|guys|baby|sweetie|wife|husband|honey|dear|love|world|life|face|head|hand|back|road|way|door|store|shop|sign|word|words|question|problem|mind|matter|reason|point|part|half|whole|total|bit|lot|pair|rest|other|another|same|different|new|old|young|long|short|tall|high|low|right|left|wrong|sure|fine|great|nice|best|better|bad|worse|worst|fast|quick|slow|hard|soft|heavy|thirsty|starving|happy|sorry|tired|sick|allergy|allergic|diet|doctor|school|class|kid|child|children|sitting|standing|waiting|driving|running|paying|picking|bring|brought|carry|hold|held|leave|stay|keep|kept|turn|move|walk|call|called|talk|speak|read|write|send|sent|pay|paid|buy|bought|sell|sold|open|close|closed|put|set|cut|hit|meet|met|make|made|mean|meant|stop|stuff|thing|something|nothing|anything but|anything but the|anything except|anything except the|anything|everything|someone|nobody|myself|yourself|himself|herself|together|separate|separately|already|again|water|soda|juice|beer|wine|milk|rice|soup|salad|bread|meat|pork|lamb|fish|crab|cake|beet|nut|lime|plum|pear|mint|kale|duck|goat|almost|enough|later|soon|yesterday|tomorrow|tonight";

/// Words about people and the occasion that no cashier asks back about. None that a dish could be called
/// by: what is said of kids may be of a kids' meal.
#[rustfmt::skip]
const TALK: [&str; 44] = [
    "wife", "husband", "son", "daughter", "mom", "mum", "dad", "mother", "father", "brother", "sister", "friend",
    "friends", "girlfriend", "boyfriend", "boss", "people", "us", "she'll", "he'll", "they'll", "we're", "hurry",
    "thx", "tho", "lol", "haha", "alright", "guess", "think", "that'll", "let's", "getting", "wants", "everybody",
    "buddy", "coworker", "gf", "bf", "make", "mine", "hers", "theirs", "his",
];

/// Whether a word says something of who orders, and nothing of what.
pub(super) fn is_talk(word: &str) -> bool {
    let said = word.to_lowercase().replace('\u{2019}', "'");
    TALK.contains(&said.as_str())
}

static EVERYDAY_STEMS: LazyLock<HashSet<String>> =
    LazyLock::new(|| EVERYDAY.split('|').map(super::stems::stem).collect());

/// Whether a stem is a word of every day, and so no name misspelt.
pub(super) fn is_everyday(stem: &str) -> bool {
    EVERYDAY_STEMS.contains(stem)
}

/// The cues by their words, joined with a space.
static CUES: LazyLock<HashMap<String, Cue>> = LazyLock::new(|| {
    let mut cues = HashMap::new();
    for (cue, phrases) in TABLE {
        for phrase in phrases.split('|') {
            let key: Vec<String> = phrase.split(' ').map(super::stems::stem).collect();
            cues.entry(key.join(" ")).or_insert(*cue);
        }
    }
    cues
});

/// What a stemmed phrase does.
pub(super) fn cue(phrase: &str) -> Option<Cue> {
    if let Some(cue) = CUES.get(phrase) {
        return Some(*cue);
    }
    let number = number(phrase)?;
    (1..=super::MOST)
        .contains(&number)
        .then_some(Cue::Number(number))
}

/// A number in digits, or the tens and ones of one: "20 4".
fn number(phrase: &str) -> Option<u32> {
    let Some((tens, ones)) = phrase.split_once(' ') else {
        return phrase.parse().ok();
    };
    let (tens, ones): (u32, u32) = (tens.parse().ok()?, ones.parse().ok()?);
    let joins = (20..=90).contains(&tens) && tens.is_multiple_of(10) && (1..=9).contains(&ones);
    joins.then_some(tens + ones)
}

/// Whether a text opens with a number in letters.
pub(super) fn begins_with_number(text: &str) -> bool {
    let words = crate::menu::text::words(text);
    let first = words.first().map(|word| super::stems::stem(&word.text));
    first.is_some_and(|first| first.parse::<u32>().is_ok())
}

/// Whether stems are a cue as they stand.
pub(super) fn is_cue(phrase: &str) -> bool {
    cue(phrase).is_some()
}

/// The phrases of a cue, for tests.
#[cfg(test)]
pub(super) fn phrases_of(cue: Cue) -> Vec<&'static str> {
    let tables = TABLE.iter().filter(|(of, _)| *of == cue);
    tables.flat_map(|(_, phrases)| phrases.split('|')).collect()
}

/// Whether a stem occurs in any cue: such a word is no typing error.
pub(super) fn knows(stem: &str) -> bool {
    static WORDS: LazyLock<std::collections::HashSet<String>> = LazyLock::new(|| {
        // A combo is also on the menu.
        let told = CUES.iter().filter(|(_, cue)| **cue != Cue::Meal);
        told.map(|(phrase, _)| phrase)
            .flat_map(|phrase| phrase.split(' ').map(str::to_owned))
            .collect()
    });
    WORDS.contains(stem) || stem.parse::<u32>().is_ok()
}
