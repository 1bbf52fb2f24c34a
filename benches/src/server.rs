//! The binary under measurement, started as a user starts it and stopped when dropped.

use anyhow::{Context as _, bail};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) struct Server {
    child: Child,
    url: String,
    agent: ureq::Agent,
    pub(crate) ready_ms: f64,
    _data: tempfile::TempDir,
}

impl Server {
    pub(crate) fn start(binary: &Path) -> anyhow::Result<Self> {
        let data = tempfile::tempdir()?;
        let start = Instant::now();
        let mut child = Command::new(binary)
            .args(["start", "--demo", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| {
                format!(
                    "starting {}; `cargo build --release` makes it",
                    binary.display()
                )
            })?;
        let out = child.stdout.take().context("its output")?;
        let url = BufReader::new(out)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                let at = line.find("http://")?;
                line[at..].split_whitespace().next().map(str::to_owned)
            })
            .context("it ended without saying its address")?;
        let agent = ureq::Agent::new_with_defaults();
        let mut server = Self {
            child,
            url: url.trim_end_matches('/').to_owned(),
            agent,
            ready_ms: 0.0,
            _data: data,
        };
        while server.get("/readyz").is_err() {
            if start.elapsed() > Duration::from_secs(30) {
                bail!("not ready after 30 s");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        server.ready_ms = start.elapsed().as_secs_f64() * 1e3;
        Ok(server)
    }

    fn get(&self, route: &str) -> anyhow::Result<Value> {
        let text = self
            .agent
            .get(format!("{}{route}", self.url))
            .call()?
            .body_mut()
            .read_to_string()?;
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    pub(crate) fn post(&self, route: &str, body: &Value) -> anyhow::Result<String> {
        Ok(self
            .agent
            .post(format!("{}{route}", self.url))
            .header("content-type", "application/json")
            .send(body.to_string())
            .with_context(|| format!("{route} {body}"))?
            .body_mut()
            .read_to_string()?)
    }

    pub(crate) fn suggest(&self, query: &str) -> anyhow::Result<()> {
        let url = format!("{}/v1/menu/suggest", self.url);
        self.agent
            .get(url)
            .query("q", query)
            .call()?
            .body_mut()
            .read_to_string()?;
        Ok(())
    }

    /// An agent that gives statuses back and keeps one connection alive.
    pub(crate) fn patient() -> ureq::Agent {
        ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(10)))
            .build()
            .into()
    }

    /// Posts and reads the answer whole; its status.
    pub(crate) fn status(
        &self,
        agent: &ureq::Agent,
        route: &str,
        body: &Value,
    ) -> anyhow::Result<u16> {
        let mut answer = agent
            .post(format!("{}{route}", self.url))
            .header("content-type", "application/json")
            .send(body.to_string())?;
        answer.body_mut().read_to_vec()?;
        Ok(answer.status().as_u16())
    }

    pub(crate) fn suggest_status(&self, agent: &ureq::Agent, query: &str) -> anyhow::Result<u16> {
        let url = format!("{}/v1/menu/suggest", self.url);
        let mut answer = agent.get(url).query("q", query).call()?;
        answer.body_mut().read_to_vec()?;
        Ok(answer.status().as_u16())
    }

    /// The menu's items.
    pub(crate) fn items(&self) -> anyhow::Result<Vec<Value>> {
        let menu = self.get("/v1/menu")?;
        Ok(menu["items"].as_array().cloned().unwrap_or_default())
    }

    /// Puts a menu in use.
    pub(crate) fn put_menu(&self, items: &[Value]) -> anyhow::Result<()> {
        self.agent
            .put(format!("{}/v1/menu", self.url))
            .header("content-type", "application/json")
            .send(serde_json::to_string(items)?)?
            .body_mut()
            .read_to_vec()?;
        Ok(())
    }

    /// Processor time of the process so far, Linux only.
    pub(crate) fn processor_seconds(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name in brackets may hold spaces; utime and stime are fields 14 and 15.
        let after = stat.rsplit_once(')').context("/proc/…/stat")?.1;
        let ticks: f64 = after
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|field| field.parse::<f64>().unwrap_or_default())
            .sum();
        // Linux counts in hundredths for every architecture it shows to programs.
        Ok(ticks / 100.0)
    }

    /// Imports a JSONL menu; milliseconds it took.
    pub(crate) fn import(&self, menu: &Path) -> anyhow::Result<f64> {
        let bytes = std::fs::read(menu).with_context(|| format!("reading {}", menu.display()))?;
        let start = Instant::now();
        self.agent
            .put(format!("{}/v1/menu", self.url))
            .header("content-type", "application/x-ndjson")
            .send(&bytes[..])?;
        Ok(start.elapsed().as_secs_f64() * 1e3)
    }

    /// Resident set of the process, Linux only.
    pub(crate) fn resident_mb(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kb = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| {
                rest.trim()
                    .trim_end_matches("kB")
                    .trim()
                    .parse::<f64>()
                    .ok()
            })
            .context("VmRSS")?;
        Ok(kb / 1024.0)
    }
}

/// What the machine's cores have done so far, in ticks, Linux only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Machine {
    idle: f64,
    all: f64,
}

impl Machine {
    pub(crate) fn now() -> anyhow::Result<Self> {
        let stat = std::fs::read_to_string("/proc/stat")?;
        // user nice system idle iowait irq softirq steal; guests are counted in user.
        let ticks: Vec<f64> = stat
            .split_whitespace()
            .skip(1)
            .take(8)
            .map(str::parse)
            .collect::<Result<_, _>>()
            .context("/proc/stat")?;
        let [_, _, _, idle, waiting, ..] = ticks[..] else {
            bail!("/proc/stat is short");
        };
        Ok(Self {
            idle: idle + waiting,
            all: ticks.iter().sum(),
        })
    }

    /// Share of the time that the cores were at work, 0 to 1.
    pub(crate) fn busy_since(self, before: Self) -> f64 {
        1.0 - (self.idle - before.idle) / (self.all - before.all).max(1.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
