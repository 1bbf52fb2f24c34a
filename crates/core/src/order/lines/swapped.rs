//! What was said of one of two lines is of the other: "the other way round".

use super::super::draft::Draft;
use super::Lines;

impl Lines<'_> {
    /// Of the last two lines each is as the other was: in size, else in what was chosen for them, else in number.
    pub(in super::super) fn swap_last_two(&mut self) {
        self.recent.clear();
        let items = self.items;
        let Some([one, other]) = self.drafts.last_chunk_mut::<2>() else {
            return;
        };
        let (mut first, mut second) = (one.bare(), other.bare());
        first.take_size(items, other);
        second.take_size(items, one);
        let is_sized = first.size == other.size && second.size == one.size;
        if is_sized && one.size != other.size {
            std::mem::swap(&mut one.size, &mut other.size);
            return;
        }
        first.take_choices(items, other);
        second.take_choices(items, one);
        let has_all = |from: &Draft, to: &Draft| from.choices.len() == to.choices.len();
        let has_any = !(one.choices.is_empty() && other.choices.is_empty());
        if one.item != other.item && has_any && has_all(other, &first) && has_all(one, &second) {
            (one.choices, other.choices) = (first.choices, second.choices);
        } else {
            std::mem::swap(&mut one.quantity, &mut other.quantity);
        }
    }
}
