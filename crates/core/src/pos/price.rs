//! What a line costs by the menu.
