//! The fourteen allergens that menus must declare, and what an item says of each.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

macro_rules! allergens {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// The fourteen allergens of EU regulation 1169/2011, Annex II. The nine of the US
        /// FASTER Act are among them (wheat as `gluten`, shellfish as `crustaceans`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Allergen { $($(#[$doc])* #[serde(rename = $text)] $name,)* }

        impl Allergen {
            /// Every allergen.
            pub const ALL: [Allergen; 14] = [$(Allergen::$name,)*];
            /// The wire name.
            #[must_use]
            pub fn as_str(self) -> &'static str { match self { $(Allergen::$name => $text,)* } }
        }
    };
}

allergens! {
    /// Cereals containing gluten: wheat, rye, barley, oats, spelt.
    Gluten = "gluten";
    /// Shrimp, crab, lobster.
    Crustaceans = "crustaceans";
    /// Eggs.
    Eggs = "eggs";
    /// Fish.
    Fish = "fish";
    /// Peanuts.
    Peanuts = "peanuts";
    /// Soya.
    Soybeans = "soybeans";
    /// Milk, lactose included.
    Milk = "milk";
    /// Tree nuts.
    Nuts = "nuts";
    /// Celery and celeriac.
    Celery = "celery";
    /// Mustard.
    Mustard = "mustard";
    /// Sesame.
    Sesame = "sesame";
    /// Sulphur dioxide and sulphites over 10 mg/kg.
    Sulphites = "sulphites";
    /// Lupin.
    Lupin = "lupin";
    /// Mussels, oysters, squid, snails.
    Molluscs = "molluscs";
}

impl fmt::Display for Allergen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an item says of one allergen. Silence is `Unknown`, and unknown is not safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllergenStatement {
    /// It is in the dish.
    Contains,
    /// Traces are possible.
    MayContain,
    /// The restaurant states that it is absent.
    FreeOf,
    /// Nothing is stated.
    Unknown,
}

/// What an item says of its allergens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Allergens {
    /// In the dish.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub contains: BTreeSet<Allergen>,
    /// Traces possible.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub may_contain: BTreeSet<Allergen>,
    /// Stated absent.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub free_of: BTreeSet<Allergen>,
}

impl Allergens {
    /// The statement on one allergen; the most dangerous one wins.
    #[must_use]
    pub fn statement(&self, allergen: Allergen) -> AllergenStatement {
        if self.contains.contains(&allergen) {
            AllergenStatement::Contains
        } else if self.may_contain.contains(&allergen) {
            AllergenStatement::MayContain
        } else if self.free_of.contains(&allergen) {
            AllergenStatement::FreeOf
        } else {
            AllergenStatement::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Allergen, AllergenStatement, Allergens};

    #[test]
    fn the_most_dangerous_statement_wins_and_silence_is_unknown() {
        let mut said = Allergens::default();
        assert_eq!(said.statement(Allergen::Milk), AllergenStatement::Unknown);
        said.free_of.insert(Allergen::Milk);
        assert_eq!(said.statement(Allergen::Milk), AllergenStatement::FreeOf);
        said.may_contain.insert(Allergen::Milk);
        assert_eq!(
            said.statement(Allergen::Milk),
            AllergenStatement::MayContain
        );
        said.contains.insert(Allergen::Milk);
        assert_eq!(said.statement(Allergen::Milk), AllergenStatement::Contains);
    }
}
