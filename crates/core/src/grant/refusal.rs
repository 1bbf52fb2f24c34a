//! Why something is refused: one stable code each, and what to do about it.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $message:literal;)*) => {
        /// Why it is refused. The codes are listed in docs/GRANTS.md and do not change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Refusal { $($(#[$doc])* #[serde(rename = $code)] $name,)* }

        impl Refusal {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What is wrong and what to do.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)* }
            }
        }
    };
}

refusals! {
    /// Longer than any of its kind.
    TokenTooLong = "token_too_long", "the token is longer than one of its kind can be; fetch it anew";
    /// Not the form of a token.
    NotAToken = "not_a_token", "this is no v4.public token with a footer; fetch it anew";
    /// A token of another version or purpose.
    WrongVersion = "wrong_version", "only v4.public is taken; have it signed as v4.public";
    /// Not the one way to write these bytes in base64url.
    BadEncoding = "bad_encoding", "the token is not base64url without padding; send it as it was signed";
    /// The footer is not `{"kid":"…"}`.
    BadFooter = "bad_footer", "the footer has to be exactly {\"kid\":\"…\"}; send the token as it was signed";
    /// No such key in the set.
    UnknownKey = "unknown_key", "the key that signed this is not in the key set; fetch the key set, then try again";
    /// The key's time is over.
    KeyRetired = "key_retired", "the key that signed this is retired; fetch a new one";
    /// Signed before the key was published or after it stopped.
    KeyOutOfTurn = "key_out_of_turn", "the key did not sign at that time; fetch a new one";
    /// The key is on the list of what is revoked.
    KeyRevoked = "key_revoked", "the key that signed this is revoked; fetch a new one";
    /// It does not fit the bytes, the key, the location or the terminal.
    BadSignature = "bad_signature", "altered, or made for another location or terminal; fetch the one for this terminal";
    /// The payload has other fields or types than its kind.
    BadClaims = "bad_claims", "the claims are not those of this kind of document; update the device or have it signed anew";
    /// The payload is not written in the one way.
    NotCanonical = "not_canonical", "the claims are not written in canonical form; have it signed anew";
    /// Footer and claims name different keys.
    KeyMismatch = "key_mismatch", "footer and claims name different keys; have it signed anew";
    /// An id that is empty, too long or has other letters.
    BadId = "bad_id", "ids are 1 to 64 of A-Z a-z 0-9 . _ -, cards 64 of 0-9 a-f; have it signed anew";
    /// A list that is not in ascending order or repeats itself.
    BadOrder = "bad_order", "lists have to be ascending without repeats; have it signed anew";
    /// Times that contradict each other or are too far apart.
    BadWindow = "bad_window", "the times contradict each other or span more than allowed; have it signed anew";
    /// Caps of nothing, below nothing, or beyond every measure.
    BadCaps = "bad_caps", "caps have to be above 0, the sale's not above the total, and within the most; have it signed anew";
    /// A number or percentage out of range.
    BadNumber = "bad_number", "a number is out of its range; have it signed anew";
    /// Of another location.
    OtherLocation = "other_location", "it is for another location; fetch this location's";
    /// Of another terminal.
    OtherTerminal = "other_terminal", "it is for another terminal; fetch this terminal's";

    /// Its time has not come.
    NotYetValid = "not_yet_valid", "it does not hold yet; set the clock by the server, then try again";
    /// Its time is over.
    Expired = "expired", "it has expired; fetch a new one";
    /// Signed no later than one that was already taken.
    GrantOlder = "grant_older", "a newer grant was taken before; use that one or fetch a new one";
    /// Another grant under an id that sales are counted under.
    GrantIdReused = "grant_id_reused", "sales are counted under another grant of this id; have one signed under a new id";
    /// The grant is revoked.
    GrantRevoked = "grant_revoked", "this grant is revoked; fetch a new one";
    /// The terminal is revoked.
    TerminalRevoked = "terminal_revoked", "this terminal is revoked; call who manages the terminals";
    /// The policy held is older than the grant asks for, or there is none.
    PolicyMissing = "policy_missing", "the policy that this needs is not here; fetch the policy first";
    /// A policy of a lower number.
    PolicyOlder = "policy_older", "a policy of this or a higher version is in force; keep it";
    /// There is no list of what is revoked.
    ListMissing = "list_missing", "there is no list of what is revoked; fetch its snapshot";
    /// Deltas in between are missing.
    ListGap = "list_gap", "changes before this one are missing; fetch the snapshot";
    /// A list of a lower number.
    ListOlder = "list_older", "a list of this or a higher number is in force; keep it";
    /// The change does not fit the list.
    ListConflict = "list_conflict", "it adds what is there, removes what is not, or grows too long; fetch the snapshot";
    /// A key set of a lower number.
    KeysOlder = "keys_older", "a key set of this or a higher number is in force; keep it";
    /// An id got another key or other times that were past.
    KeyChanged = "key_changed", "a key changed under its id or was dropped before its time; call who manages the keys";
    /// Keys that do not follow each other as a rotation does.
    BadRotation = "bad_rotation", "the keys do not follow each other by publish, wait, sign, retire; plan the rotation anew";

    /// Nothing to authorise by.
    NoGrant = "no_grant", "there is no grant; take cash, or fetch a grant";
    /// The grant, or the list, is so old that cash alone is left.
    CashOnly = "cash_only", "grant or list expired too long ago; take cash, or get the line back";
    /// The tender is neither in grant nor policy.
    TenderNotAllowed = "tender_not_allowed", "this tender is not allowed offline here; use another";
    /// Nothing, below nothing, or beyond every measure.
    BadAmount = "bad_amount", "the amount has to be above 0 and within the most; enter it again";
    /// Dearer than one sale may be.
    OverSaleCap = "over_sale_cap", "dearer than one offline sale may be; split the tenders or take cash";
    /// All sales together would be too dear.
    OverTotalCap = "over_total_cap", "the grant's total would be passed; take cash, or fetch a new grant";
    /// No sale is left.
    OverCount = "over_count", "the grant's number of sales is used up; take cash, or fetch a new grant";
    /// The card is revoked.
    CardRevoked = "card_revoked", "this card is revoked; ask for another tender";
    /// The age was not shown, or is too low.
    AgeNotShown = "age_not_shown", "something in it is sold from an age; check it and say so";
    /// The id belongs to another sale.
    SaleIdReused = "sale_id_reused", "this id was used for another sale or refund; make a new id";
    /// No such sale here, or not any more.
    SaleUnknown = "sale_unknown", "this sale is not known here; register this terminal, or refund it where it was made";
    /// More than is left of the sale.
    OverRefund = "over_refund", "more than is left of the sale; refund at most that";
    /// Refunds to stored value need the authority.
    RefundNeedsLine = "refund_needs_line", "a stored-value card is not written offline; give cash";
    /// Too many orders are open under a grant.
    TooManyOrders = "too_many_orders", "too many orders are open; close some first";

    /// Bytes of a card that no layout has.
    CardLayout = "card_layout", "the card's layout is not known; update the device";
    /// Bytes of a card that contradict themselves.
    CardDamaged = "card_damaged", "the card's data is damaged; ask for another tender";
    /// The card's sequence is lower than the last known one.
    CardOlder = "card_older", "the card shows an older state than was last seen, as a copy would; keep it and ask for another tender";
    /// The same sequence with another balance.
    CardForked = "card_forked", "the card's state contradicts the last known one, as a copy would; keep it and ask for another tender";
    /// Not enough on it.
    CardBalance = "card_balance", "the balance does not cover it; ask for another tender for the rest";

    /// What was stored contradicts itself.
    StateTorn = "state_torn", "the stored state contradicts itself; register the terminal anew";
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for Refusal {}
