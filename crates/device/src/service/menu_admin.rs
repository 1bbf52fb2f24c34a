//! Changes: menus come in, go back, and items sell out.
//!
//! Invariant: a menu is checked whole before anything happens, and what returns `Ok` is durable.

use super::{Service, ServiceError, Watch};
use crate::wire::{AvailabilityResponse, MenuChange};
use bytes::Bytes;
use olympus_core::menu::availability;
use olympus_core::menu::import::{self, Format, Limits};
use olympus_inference::resident;
use olympus_proto::{Allergen, ItemId, MenuItem, MenuVersion, State};
use std::collections::BTreeMap;

/// The menu in use, ready to be sent.
#[derive(Debug, Clone)]
pub struct MenuBytes {
    /// 0 is none yet.
    pub version: MenuVersion,
    /// Item id → sold out: what staff said since the import, and counted dishes of which nothing
    /// is left.
    pub sold_out_overrides: BTreeMap<String, bool>,
    /// The items as a JSON array.
    pub items_json: Bytes,
    /// Hash of those bytes; empty where there is no menu.
    pub sha256: String,
}

impl Service {
    /// Puts items into use as they are.
    ///
    /// # Errors
    /// `InvalidMenu`, `MenuTooLarge`, `Overloaded` during another import, or the disk's.
    pub fn import_menu(&self, items: &[MenuItem]) -> Result<MenuChange, ServiceError> {
        // Through the same door as every other menu, so that the same checks hold.
        let bytes =
            serde_json::to_vec(items).map_err(|error| ServiceError::Invalid(error.to_string()))?;
        self.import_bytes(&bytes, Format::Json, &Watch::nobody())
    }

    /// Reads a menu and puts it into use; nothing happens where any line is wrong.
    ///
    /// # Errors
    /// As [`Service::import_menu`], and whatever `watch` says.
    pub fn import_bytes(
        &self,
        bytes: &[u8],
        format: Format,
        watch: &Watch<'_>,
    ) -> Result<MenuChange, ServiceError> {
        self.import_said(bytes, format, false, watch)
    }

    /// As [`Service::import_bytes`]; with `allergens_complete` every item is said to list all
    /// that it contains or may contain.
    ///
    /// # Errors
    /// As [`Service::import_bytes`].
    pub fn import_said(
        &self,
        bytes: &[u8],
        format: Format,
        allergens_complete: bool,
        watch: &Watch<'_>,
    ) -> Result<MenuChange, ServiceError> {
        let limits = Limits {
            max_items: self.max_items,
        };
        let mut items = import::parse(bytes, format, &limits).map_err(|errors| {
            if errors.too_many_items {
                return ServiceError::MenuTooLarge {
                    max: self.max_items,
                };
            }
            ServiceError::InvalidMenu {
                total: errors.total,
                details: errors.details,
            }
        })?;
        if allergens_complete {
            for item in &mut items {
                import::say_complete(&mut item.allergens, &Allergen::ALL);
            }
        }
        let change = self
            .menu
            .import(items, None, &|texts| self.embed_bulk(texts), watch)?;
        tracing::info!(
            version = change.version.0,
            items = change.items,
            changed = change.changed,
            embedded = change.embedded,
            "menu imported"
        );
        resident::give_back();
        Ok(change)
    }

    /// Goes back to the menu before; a second rollback undoes the first.
    ///
    /// # Errors
    /// `NothingToRollBack`, `Overloaded` during an import, or the disk's.
    pub fn rollback_menu(&self, watch: &Watch<'_>) -> Result<MenuChange, ServiceError> {
        let change = self.menu.rollback(&|texts| self.embed_bulk(texts), watch)?;
        tracing::info!(version = change.version.0, "menu rolled back");
        resident::give_back();
        Ok(change)
    }

    /// Keeps what staff said of an item: sold out, to be had, or (`None`) as the menu says.
    ///
    /// # Errors
    /// `NoSuchItem`, or the disk's: then nothing was changed.
    pub fn set_sold_out(
        &self,
        id: &str,
        sold_out: Option<bool>,
    ) -> Result<AvailabilityResponse, ServiceError> {
        self.menu.say_sold_out(id, sold_out)?;
        let live = self.menu.live();
        let item = live.as_ref().and_then(|live| live.index.get(id));
        let item = item.ok_or_else(|| ServiceError::NoSuchItem(id.to_owned()))?;
        Ok(AvailabilityResponse {
            id: id.to_owned(),
            sold_out,
            state: availability::state(item, self.override_of(item), self.now()),
        })
    }

    /// Nothing is left of these counted dishes; search knows at once.
    pub(crate) fn run_out(&self, items: std::collections::BTreeSet<ItemId>) {
        self.menu.count(items);
    }

    /// A dish of the menu in use, and whether it is to be had now.
    pub(crate) fn dish(&self, id: &ItemId) -> Option<(MenuItem, State)> {
        let live = self.menu.live()?;
        let item = live.index.get(id.as_str())?;
        let state = availability::state(item, self.override_of(item), self.now());
        Some((item.clone(), state))
    }

    fn override_of(&self, item: &MenuItem) -> Option<bool> {
        self.menu.overrides().get(&item.id).copied()
    }

    /// The menu in use; version 0 and no items where there is none.
    #[must_use]
    pub fn menu(&self) -> MenuBytes {
        let live = self.menu.live();
        MenuBytes {
            version: live
                .as_ref()
                .map_or(MenuVersion(0), |live| live.index.version()),
            sold_out_overrides: super::menu_files::by_id(&self.menu.overrides()),
            sha256: live
                .as_ref()
                .map_or_else(String::new, |live| live.sha256.clone()),
            items_json: live.map_or(Bytes::from_static(b"[]"), |live| live.items_json.clone()),
        }
    }

    /// Items of the menu in use.
    #[must_use]
    pub fn item_count(&self) -> usize {
        self.menu.live().map_or(0, |live| live.index.items().len())
    }

    /// The version in use and the one that a rollback goes back to.
    #[must_use]
    pub fn menu_versions(&self) -> (Option<MenuVersion>, Option<MenuVersion>) {
        self.menu.versions()
    }
}
