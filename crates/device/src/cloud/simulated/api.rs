//! What the simulation answers, once a call was lived through.

use super::{Simulated, bend_hits, bend_intent};
use crate::cloud::{
    Backup, BackupEntry, Calling, CloudApi, CloudAsk, CloudError, CloudHits, CloudImage,
    CloudIntent, Picture, SearchAsk, SoldOutAsk, backup_name, sha256_hex,
};
use bytes::Bytes;
use olympus_proto::edge::{EmbedResponse, LiveMenu, PublishRequest, PublishStatus};
use olympus_proto::{IntentRequest, SpaceId};
use std::sync::Arc;

impl CloudApi for Simulated {
    fn intent<'a>(&'a self, ask: &'a CloudAsk<IntentRequest>) -> Calling<'a, CloudIntent> {
        Box::pin(async move {
            let wrong = self.live_through(ask).await?;
            let mut told = (self.intent)(&ask.what)?;
            if wrong {
                bend_intent(&mut told);
            }
            Ok(told)
        })
    }

    fn search<'a>(&'a self, ask: &'a CloudAsk<SearchAsk>) -> Calling<'a, CloudHits> {
        Box::pin(async move {
            let wrong = self.live_through(ask).await?;
            self.has(&ask.what.digest)?;
            let mut told = (self.search)(&ask.what)?;
            if wrong {
                bend_hits(&mut told.hits);
            }
            Ok(told)
        })
    }

    fn image<'a>(&'a self, ask: &'a CloudAsk<Picture>) -> Calling<'a, CloudImage> {
        Box::pin(async move {
            let wrong = self.live_through(ask).await?;
            self.has(&ask.what.digest)?;
            let mut told = (self.image)(&ask.what)?;
            if wrong {
                bend_hits(&mut told.recognised);
            }
            Ok(told)
        })
    }

    fn embed<'a>(&'a self, ask: &'a CloudAsk<Vec<String>>) -> Calling<'a, EmbedResponse> {
        Box::pin(async move {
            let wrong = self.live_through(ask).await?;
            let mut told = (self.embed)(&ask.what)?;
            if wrong {
                for vector in &mut told.data {
                    vector.rotate_left(1);
                }
            }
            Ok(told)
        })
    }

    fn publish<'a>(&'a self, ask: &'a CloudAsk<Arc<PublishRequest>>) -> Calling<'a, PublishStatus> {
        Box::pin(async move {
            self.live_through(ask).await?;
            self.state().live = Some(LiveMenu {
                digest: ask.what.digest.clone(),
                version: ask.what.version,
                items: ask.what.items.len(),
                space: SpaceId::from("simulated/cls/3"),
                since_ms: 0,
            });
            Ok(self.status())
        })
    }

    fn publish_status<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, PublishStatus> {
        Box::pin(async move {
            self.live_through(ask).await?;
            Ok(self.status())
        })
    }

    fn sold_out<'a>(&'a self, ask: &'a CloudAsk<SoldOutAsk>) -> Calling<'a, ()> {
        Box::pin(async move {
            self.live_through(ask).await?;
            let SoldOutAsk { item, sold_out } = ask.what.clone();
            let marks = &mut self.state().sold_out;
            match sold_out {
                Some(said) => marks.insert(item, said),
                None => marks.remove(&item),
            };
            Ok(())
        })
    }

    fn backup_put<'a>(&'a self, ask: &'a CloudAsk<Backup>) -> Calling<'a, ()> {
        Box::pin(async move {
            let Backup { name, bytes } = &ask.what;
            backup_name(name)?;
            self.live_through(ask).await?;
            let mut state = self.state();
            let entry = BackupEntry {
                name: name.clone(),
                size_bytes: bytes.len() as u64,
                uploaded_ms: state.request_ids.len() as u64,
                sha256: Some(sha256_hex(bytes)),
            };
            state.backups.insert(name.clone(), (entry, bytes.clone()));
            Ok(())
        })
    }

    fn backup_get<'a>(&'a self, ask: &'a CloudAsk<String>) -> Calling<'a, Bytes> {
        Box::pin(async move {
            self.live_through(ask).await?;
            let state = self.state();
            let kept = state.backups.get(&ask.what).map(|(_, bytes)| bytes.clone());
            kept.ok_or_else(|| CloudError::Refused {
                status: 404,
                code: "not_found".to_owned(),
                message: "there is no such backup; list them".to_owned(),
            })
        })
    }

    fn backup_list<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, Vec<BackupEntry>> {
        Box::pin(async move {
            self.live_through(ask).await?;
            let state = self.state();
            let mut entries: Vec<_> = state.backups.values().map(|it| it.0.clone()).collect();
            entries.sort_by_key(|entry| std::cmp::Reverse(entry.uploaded_ms));
            Ok(entries)
        })
    }

    fn ping<'a>(&'a self, ask: &'a CloudAsk<()>) -> Calling<'a, ()> {
        Box::pin(async move { self.live_through(ask).await.map(drop) })
    }
}
