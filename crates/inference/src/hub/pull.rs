//! Pulling a model: what to take, file by file, and the moment when it becomes the model.

use hf_hub::api::RepoInfo;

use super::client::Hub;
use super::digest::{Checksum, sha256_of};
use super::download::{Meter, Wanted, fetch, patiently};
use super::id::{ModelId, check_revision};
use super::manifest::{Found, Manifest, ManifestFile, Record};
use super::staging::{Places, Staging};
use super::{
    CONFIG, Event, GGUF, HubError, InstalledModel, ModelStore, OPTIONAL, PullOptions, SAFETENSORS,
    TOKENIZER,
};

impl ModelStore {
    /// Fetches a model, or what is missing of it, and makes it the one under its id.
    ///
    /// `revision` is a branch, tag or commit, `main` where none is given. A model that is already
    /// here at that commit costs one request. Another process that pulls the same model is waited
    /// for. Offline, a model that is here is returned and no connection attempted.
    ///
    /// # Errors
    /// Any [`HubError`] but those of choosing and removing. The model that was here before stays
    /// as it was; bytes that arrived are kept for the next pull, unless they proved wrong.
    pub fn pull(
        &self,
        id: &str,
        revision: Option<&str>,
        options: &PullOptions<'_>,
    ) -> Result<InstalledModel, HubError> {
        let id = ModelId::parse(id)?;
        let asked = revision.unwrap_or("main");
        check_revision(asked)?;
        let places = Places::of(&self.root, &id);
        if options.offline {
            self.already_here(&id, revision, &places)?;
            return self.pulled(&id, places);
        }
        let hub = Hub::new(&id, asked, options)?;
        let by_hand = matches!(Found::at(&places)?.record, Record::ByHand);
        if by_hand && places.current().is_some() {
            return Err(HubError::NotPulled {
                place: places.installed,
            });
        }
        let staging = match places.try_lock()? {
            Some(staging) => staging,
            None => {
                options.progress.report(Event::Waiting { id: id.as_str() });
                places.lock()?
            }
        };
        self.update(&id, asked, &hub, &staging, options)?;
        self.pulled(&id, places)
    }

    /// Brings the installed model to what the hub has. The lock is held.
    fn update(
        &self,
        id: &ModelId,
        asked: &str,
        hub: &Hub,
        staging: &Staging,
        options: &PullOptions<'_>,
    ) -> Result<(), HubError> {
        let places = &staging.places;
        let info = patiently(options, || hub.info())?;
        let found = Found::at(places)?;
        let installed = found.manifest();
        if let Some(manifest) = installed
            && manifest.commit == info.sha
            && found.missing.is_none()
        {
            let mut manifest = manifest.clone();
            if !manifest.asked.iter().any(|known| known == asked) {
                // So that offline this revision, too, is known to be here.
                manifest.asked.push(asked.to_owned());
                manifest.write(&found.path)?;
            }
            return Ok(());
        }
        let mut wanted = Vec::new();
        for name in choose(id, &info)? {
            let remote = patiently(options, || hub.remote(&info.sha, name))?;
            wanted.push(Wanted { name, remote });
        }
        let names: Vec<_> = wanted.iter().map(|w| w.name).collect();
        let checksums: Vec<_> = wanted.iter().map(|w| w.remote.checksum.hex()).collect();
        staging.keep_only(&names, &checksums)?;
        let meter = Meter::new(options, wanted.iter().map(|w| w.remote.size).sum());
        for file in &wanted {
            fetch(hub, &info.sha, file, places, installed, &meter)?;
        }
        let files = wanted.iter().map(|file| recorded(file, places));
        let manifest = Manifest {
            id: id.to_string(),
            commit: info.sha,
            asked: vec![asked.to_owned()],
            endpoint: hub.endpoint().to_owned(),
            files: files.collect::<Result<_, _>>()?,
        };
        manifest.write(&places.set)?;
        staging.install()
    }

    /// Whether the model is here at the revision asked for, without asking anyone.
    fn already_here(
        &self,
        id: &ModelId,
        revision: Option<&str>,
        places: &Places,
    ) -> Result<(), HubError> {
        let found = Found::at(places)?;
        let known = |asked: &str| {
            let manifest = found.manifest();
            manifest.is_some_and(|m| m.commit == asked || m.asked.iter().any(|a| a == asked))
        };
        let missing = match (&found.missing, revision) {
            (Some(missing), _) => missing.clone(),
            (None, Some(asked)) if !known(asked) => format!("revision {asked}"),
            (None, _) => return Ok(()),
        };
        Err(HubError::Offline {
            id: id.to_string(),
            missing,
            place: places.installed.clone(),
        })
    }

    fn pulled(&self, id: &ModelId, places: Places) -> Result<InstalledModel, HubError> {
        self.describe(id)?.ok_or_else(|| HubError::NotInstalled {
            id: id.to_string(),
            missing: "everything".to_owned(),
            place: places.installed,
        })
    }
}

/// What the manifest says of a file that is whole.
fn recorded(file: &Wanted, places: &Places) -> Result<ManifestFile, HubError> {
    let Wanted { name, remote } = file;
    let path = places.set.join(name);
    Ok(ManifestFile {
        name: (*name).to_owned(),
        size_bytes: remote.size,
        sha256: match &remote.checksum {
            Checksum::Sha256(hex) => hex.clone(),
            Checksum::GitBlob(_) => sha256_of(&path).map_err(HubError::io("read", &path))?,
        },
        etag: remote.checksum.hex().to_owned(),
    })
}

/// Which of a repository's files make the model.
fn choose(id: &ModelId, info: &RepoInfo) -> Result<Vec<&'static str>, HubError> {
    let has = |name: &&str| info.siblings.iter().any(|s| s.rfilename == *name);
    // Safetensors first: of a stranger's GGUF one cannot tell whether the engine can read it.
    let weights = [SAFETENSORS, GGUF].into_iter().find(has);
    let mut missing = Vec::new();
    if weights != Some(GGUF) && !has(&CONFIG) {
        missing.push(CONFIG);
    }
    if !has(&TOKENIZER) {
        missing.push(TOKENIZER);
    }
    let mut hint = "";
    if weights.is_none() {
        missing.push("model.safetensors or model.gguf");
        let ends = |ending: &str| info.siblings.iter().any(|s| s.rfilename.ends_with(ending));
        if ends(".bin") || ends(".pt") || ends(".pth") || ends(".pkl") {
            hint = "; its pickled weights are never loaded, they could run code: \
                    look for a revision with safetensors";
        } else if ends(".safetensors.index.json") {
            hint = "; weights in several files are too big for a device";
        }
    }
    if !missing.is_empty() {
        return Err(HubError::Unusable {
            id: id.to_string(),
            missing: missing.join(", "),
            hint,
        });
    }
    let small = [CONFIG, TOKENIZER].into_iter().chain(OPTIONAL);
    let mut chosen: Vec<_> = small.filter(has).collect();
    // Last, so that a set that cannot be had fails before the long download.
    chosen.extend(weights);
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use hf_hub::api::Siblings;

    use super::*;

    fn chosen(names: &[&str]) -> Result<Vec<&'static str>, HubError> {
        let siblings = names.iter().map(|n| Siblings {
            rfilename: (*n).to_owned(),
        });
        let info = RepoInfo {
            siblings: siblings.collect(),
            sha: "0".repeat(40),
        };
        choose(&ModelId::parse("a/b").unwrap(), &info)
    }

    #[test]
    fn safetensors_come_before_gguf_and_nothing_else_is_taken() {
        let all = [
            "README.md",
            "pytorch_model.bin",
            "model.gguf",
            "model.safetensors",
            "tokenizer.json",
            "config.json",
            "1_Pooling/config.json",
            "../evil",
        ];
        let expected = [
            "config.json",
            "tokenizer.json",
            "1_Pooling/config.json",
            "model.safetensors",
        ];
        assert_eq!(chosen(&all).unwrap(), expected);
        let gguf = ["tokenizer.json", "model.gguf"];
        assert_eq!(chosen(&gguf).unwrap(), gguf);
    }

    #[test]
    fn a_repository_of_pickles_is_refused_with_the_reason() {
        let error = chosen(&["config.json", "pytorch_model.bin"]).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("tokenizer.json"), "{text}");
        assert!(text.contains("pickled weights are never loaded"), "{text}");
    }
}
