//! "Two scoops" where the menu has a Single Scoop and a Double Scoop.

use super::Said;
use crate::order::stems::stem;

impl Said<'_> {
    /// The number before what is sold single and double; `None` where it counts dishes.
    pub(super) fn doubled(&self, at: usize) -> Option<String> {
        let said = self.words.get(at..at + 2)?;
        let [number, thing] = said else {
            return None;
        };
        let many = match stem(&number.text).as_str() {
            "1" => "single",
            "2" => "double",
            "3" => "triple",
            _ => return None,
        };
        let thing = stem(&thing.text);
        let is_dish = |name: &[String]| {
            let named = self.phrases.find(name);
            named.is_some_and(|named| !named.items.is_empty() && !named.is_part)
        };
        let is_sold = |many: &str| is_dish(&[many.to_owned(), thing.clone()]);
        let is_so = is_sold("single") && is_sold("double") && is_sold(many);
        (is_so && !is_dish(std::slice::from_ref(&thing))).then(|| many.to_owned())
    }
}
